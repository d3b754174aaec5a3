"""The policy's gates: each with its number, what came of it, and what waivers say."""

from collections.abc import Iterator

from stepdown.model.gate import GateResult, GateState, Waiver
from stepdown.model.surface import Known
from stepdown.model.trial import Finding, Outcome
from stepdown.report import gfm, plain, words
from stepdown.report.document import (
    Block,
    Document,
    Inline,
    Paragraph,
    Section,
    Table,
    bullets,
    section,
)

_STATES = {
    GateState.PASSED: "passed",
    GateState.FAILED: "FAILED",
    GateState.UNKNOWN: "UNKNOWN",
    GateState.WAIVED: "waived",
}


def summary(results: tuple[GateResult, ...]) -> str:
    """Return in one sentence which gates are not kept; empty where all are."""
    broken = tuple(_broken(result) for result in results if not result.kept)
    return f"The policy is not met: {'; '.join(broken)}." if broken else ""


def _broken(result: GateResult) -> str:
    gate = result.gate
    if result.state is GateState.UNKNOWN:
        return f"{gate.id} cannot be judged, because the number is unknown"
    if gate.limit == 0:
        return f"{gate.id}: {_value(result)}"
    return f"{gate.id}: {_value(result)}, allowed {words.figure(gate.measure, gate.limit)}"


def _value(result: GateResult) -> str:
    if result.value is None:
        return words.UNKNOWN
    figure = words.figure(result.gate.measure, result.value)
    return figure if result.known is Known.MEASURED else f"≥ {figure}"


def policy(outcome: Outcome) -> tuple[Section, ...]:
    """Return the gates of the answer and the waivers; nothing where there are none."""
    findings = {f.breakage: f for trial in outcome.trials for f in trial.findings}
    given = outcome.plan.policy
    waivers = tuple(_waivers(given.waivers, given.day, outcome.gates, findings))
    return section("Policy", *blocks(outcome.gates), *bullets(waivers))


def blocks(results: tuple[GateResult, ...]) -> tuple[Block, ...]:
    """Return the table of gates and why those are not kept that are not."""
    if not results:
        return ()
    rows = tuple(_row(result) for result in results)
    notes = tuple(note for result in results for note in _notes(result))
    return (Table(("gate", "allowed", "measured", ""), rows, frozenset({1, 2})), *bullets(notes))


def _row(result: GateResult) -> tuple[Inline, ...]:
    gate = result.gate
    allowed = words.figure(gate.measure, gate.limit)
    return ((gate.id,), (allowed,), (_value(result),), (_STATES[result.state],))


def _notes(result: GateResult) -> Iterator[Inline]:
    name = result.gate.id
    if result.items and result.gate.limit == 0:
        yield (f"{name}: {words.closed(', '.join(result.items))}",)
    if result.state is GateState.UNKNOWN or (result.waiver and result.value is None):
        yield (f"{name}: unknown never passes. {words.closed(result.reason)}",)
    if result.waiver is not None:
        until = f"waived until {result.waiver.expires}"
        yield (f"{name}: {until}: {words.closed(result.waiver.reason)}",)


def _waivers(
    waivers: tuple[Waiver, ...],
    day: str,
    results: tuple[GateResult, ...],
    findings: dict[str, Finding],
) -> Iterator[Inline]:
    """Yield what is to be said of waivers besides the gates that they waive."""
    used = {result.gate.id for result in results if result.waiver is not None}
    for waiver in waivers:
        name, why = waiver.subject, words.closed(waiver.reason)
        if not waiver.counts(day):
            yield (f"The waiver of {name} expired on {waiver.expires} and counts no longer.",)
        elif waiver.finding and name in findings:
            known = f"{name} ({findings[name].title}) is known, until {waiver.expires}: {why}"
            yield (f"{known} It stays a finding: a waiver makes no failed check a success.",)
        elif name not in used:
            yield (f"The waiver of {name} was not needed in this run.",)


def text(results: tuple[GateResult, ...], *, width: int = 80) -> str:
    """Return the gates of one image as text."""
    return plain.write(_document(results), width=width, verbose=False)


def markdown(results: tuple[GateResult, ...]) -> str:
    """Return the gates of one image as Markdown."""
    return gfm.write(_document(results))


def _document(results: tuple[GateResult, ...]) -> Document:
    lead = summary(results) or "The policy is met."
    return Document((Paragraph((lead,)),), section("Policy", *blocks(results)))
