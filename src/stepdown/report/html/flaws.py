"""The table of known vulnerabilities, what is new first."""

from collections.abc import Iterator

from stepdown.model.surface import Known
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import Fix, Scan, ScanDelta, Vulnerability
from stepdown.report.html.grid import Cell, Column, Grid, Row, State, grid

_COLUMNS = (
    Column("Name", mono=True),
    Column("Severity"),
    Column("Package", mono=True),
    Column("Version", mono=True),
    Column("Fixed in", mono=True),
    Column("Remarks"),
)
_NOTE = "Each name once for each package; within a state the most severe come first."


def flaws(outcome: Outcome) -> Grid | None:
    """Return every vulnerability of both images; nothing where nobody looked for any."""
    if outcome.scans is not None:
        rows = tuple(_compared(outcome.scans))
    elif outcome.scan is not None:
        rows = tuple(_alone(outcome.scan, State.TODAY))
    else:
        return None
    return grid("cves", "Known vulnerabilities, by name", _NOTE, _COLUMNS, rows)


def _compared(delta: ScanDelta) -> Iterator[Row]:
    if not delta.comparable:
        yield from _alone(delta.before, State.ONLY_BEFORE)
        yield from _alone(delta.after, State.ONLY_AFTER)
        return
    sure = delta.before.known is Known.MEASURED and delta.after.known is Known.MEASURED
    before, after = (frozenset(one.id for one in side.counted) for side in _sides(delta))
    for one in delta.after.vulnerabilities:
        came = State.NEW if _listed(delta, one) and _full(delta.before) else State.ONLY_AFTER
        yield _row(one, State.KEPT if one.id in before else came)
    for one in delta.before.vulnerabilities:
        if one.id not in after:
            yield _row(one, State.GONE if sure and _listed(delta, one) else State.ONLY_BEFORE)
    for side in _sides(delta):
        yield from _undecided(side)


def _sides(delta: ScanDelta) -> tuple[Scan, Scan]:
    return delta.before, delta.after


def _full(scan: Scan) -> bool:
    return scan.known is Known.MEASURED


def _listed(delta: ScanDelta, one: Vulnerability) -> bool:
    """Tell whether both sides would list it: not every distribution lists what has no fix."""
    unfixed = (row for row in delta.rows if row.key == "vulnerabilities_unfixed")
    return one.fix is Fix.AVAILABLE or not any(row.reason for row in unfixed)


def _alone(scan: Scan, state: State) -> Iterator[Row]:
    yield from (_row(one, state) for one in scan.vulnerabilities)
    yield from _undecided(scan)


def _row(one: Vulnerability, state: State) -> Row:
    cells = (
        Cell(one.id),
        Cell(one.severity.value, str(one.severity.rank)),
        Cell(one.package),
        Cell(one.version),
        Cell(one.fixed_in if one.fix is Fix.AVAILABLE else _FIXES[one.fix]),
        Cell("; ".join(_remarks(one))),
    )
    return Row(State.RULED_OUT if one.suppressed else state, cells)


_FIXES = {Fix.AVAILABLE: "", Fix.NONE: "no fix", Fix.UNKNOWN: "unknown"}


def _remarks(one: Vulnerability) -> Iterator[str]:
    if one.exploited:
        yield "known to be exploited"
    if one.unimportant:
        yield "unimportant to the distribution"
    if one.suppressed:
        yield one.suppressed


def _undecided(scan: Scan) -> Iterator[Row]:
    for one in scan.undecided:
        texts = (one.id, "unknown", one.package, one.version, "unknown", one.reason)
        yield Row(State.UNDECIDED, tuple(map(Cell, texts)))
