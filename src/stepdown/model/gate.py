"""Gates: limits that a policy sets for the image that ships, and waivers of them."""

from enum import StrEnum

from stepdown.model.image import Value
from stepdown.model.surface import Known


class Gate(Value, frozen=True, kw_only=True):
    """At most `limit` of the measure with the key `measure`.

    `id` is the name of the gate as the user writes it (`max.commands`, `forbid.shell`). Where
    `item` is given, that very name may not be among the measure's items.
    """

    id: str
    measure: str
    limit: int = 0
    item: str = ""


class Waiver(Value, frozen=True, kw_only=True):
    """A gate or a finding that is accepted for a time. `expires` is the last day, as 2026-11-30.

    Exactly one of `gate` (its id) and `finding` (the id of a breakage) is given.
    """

    gate: str = ""
    finding: str = ""
    reason: str
    expires: str

    @property
    def subject(self) -> str:
        """What is accepted."""
        return self.gate or self.finding

    def counts(self, day: str) -> bool:
        """Tell whether it counts on `day`; without a day nobody can tell, so it does not."""
        return bool(day) and day <= self.expires


class GateState(StrEnum):
    """What came of a gate. Only `passed` says that the image keeps the limit."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAIVED = "waived"


class GateResult(Value, frozen=True, kw_only=True):
    """A gate, the number that was measured, and what came of it.

    `value` is None where it is unknown, and `known` says whether it is exact; `reason` says why it
    is not. `items` are what stands behind a number that is too high. `waiver` is the one that made
    a fault `waived`.
    """

    gate: Gate
    title: str
    state: GateState
    value: int | None = None
    known: Known = Known.UNKNOWN
    items: tuple[str, ...] = ()
    reason: str = ""
    waiver: Waiver | None = None

    @property
    def kept(self) -> bool:
        """Whether the policy is met here: what is unknown is not."""
        return self.state in {GateState.PASSED, GateState.WAIVED}
