"""What a step would gain, from the recipes' figures of both bare bases."""

from dataclasses import dataclass

from stepdown.model.plan import Policy
from stepdown.model.recipe import Rung

_SMALL = 5  # percent
_INTERNAL = 10.0  # percent: below that a step is not worth its risk for an internal service


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure of both bases: what it counts, before and after."""

    unit: str
    before: float
    after: float

    @property
    def percent(self) -> float:
        """How much smaller it gets; negative where it gets larger."""
        if not self.before:
            return 0.0 if not self.after else -100.0
        return 100 * (self.before - self.after) / self.before

    def __str__(self) -> str:
        return f"{self.after:g} {self.unit} instead of {self.before:g}"


def measures(before: Rung, after: Rung) -> tuple[Measure, ...]:
    """Return the figures that are known of both."""
    pairs = (
        ("packages", before.expected_packages, after.expected_packages),
        ("MB on disk", before.expected_megabytes, after.expected_megabytes),
        ("MB to download", before.expected_download, after.expected_download),
    )
    return tuple(
        Measure(unit=unit, before=old, after=new)
        for unit, old, new in pairs
        if old is not None and new is not None
    )


def wanted(policy: Policy) -> float | None:
    """Return the percentage that a step has to gain; None where every step is welcome."""
    if policy.min_gain is not None:
        return policy.min_gain
    return _INTERNAL if policy.exposure == "internal" else None


def too_little(before: Rung, after: Rung, policy: Policy) -> str:
    """Say why the gain is not enough for the policy; empty where it is, or is unknown.

    The best of the known figures counts: slim images have few packages less and much less to carry.
    """
    known, least = measures(before, after), wanted(policy)
    if not known or least is None:
        return ""
    best = max(one.percent for one in known)
    if best >= least:
        return ""
    return (
        f"The expected gain is {best:.0f} % at best ({_listed(known)}); "
        f"the policy asks for {least:g} %."
    )


def remark(before: Rung, after: Rung) -> str:
    """Say where a step gains little or even loses; empty where it gains in all that is known."""
    known = measures(before, after)
    larger = tuple(one for one in known if one.percent < 0)
    if larger:
        return f"Not smaller in everything: expected {_listed(larger)}."
    if known and all(one.percent < _SMALL for one in known):
        return f"A small gain: expected {_listed(known)}."
    return ""


def _listed(known: tuple[Measure, ...]) -> str:
    return ", ".join(map(str, known))
