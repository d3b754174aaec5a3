"""Gates judged on a surface card. What is unknown never passes. Pure."""

from msgspec.structs import replace

from stepdown.model.gate import Gate, GateResult, GateState, Waiver
from stepdown.model.surface import Known, Measure, Surface

_MOST = 20  # names that are kept with a gate that fails; the card holds all of them


def judge(
    surface: Surface | None, gates: tuple[Gate, ...], waivers: tuple[Waiver, ...], day: str
) -> tuple[GateResult, ...]:
    """Return one result for each gate; `surface` is None where nothing was measured.

    A lower bound above the limit fails; one below it is unknown. A gate that fails or is unknown
    is waived by a waiver that names it and has not expired on `day`.
    """
    measures = {measure.key: measure for measure in surface.measures} if surface else {}
    return tuple(_waived(_judged(gate, measures), waivers, day) for gate in gates)


def _judged(gate: Gate, measures: dict[str, Measure]) -> GateResult:
    found = measures.get(gate.measure)
    if found is None:
        reason = "It was not measured."
        return GateResult(gate=gate, title=gate.measure, state=GateState.UNKNOWN, reason=reason)
    value = found.value
    items = found.items
    if gate.item:
        items = tuple(name for name in items if _name(name) == gate.item)
        value = None if value is None and not items else len(items)
    state = _state(gate, value, found.known)
    return GateResult(
        gate=gate,
        title=f"{found.title}: {gate.item}" if gate.item else found.title,
        state=state,
        value=value,
        known=found.known,
        items=items[:_MOST] if state is GateState.FAILED else (),
        reason=found.reason if found.known is not Known.MEASURED else "",
    )


def _name(item: str) -> str:
    """Return the name of a command, also of one that stands off PATH."""
    return item.rpartition("/")[2]


def _state(gate: Gate, value: int | None, known: Known) -> GateState:
    if value is not None and value > gate.limit:
        return GateState.FAILED
    if value is None or known is not Known.MEASURED:
        return GateState.UNKNOWN
    return GateState.PASSED


def _waived(result: GateResult, waivers: tuple[Waiver, ...], day: str) -> GateResult:
    if result.kept:
        return result
    fitting = (one for one in waivers if one.gate == result.gate.id and one.counts(day))
    waiver = next(fitting, None)
    if waiver is None:
        return result
    return replace(result, state=GateState.WAIVED, waiver=waiver)
