"""The difference of two scans, where there is ground to compare them."""

from collections.abc import Callable, Iterator

from stepdown.model.surface import Change, Known, SurfaceRow
from stepdown.model.vulnerability import Scan, ScanDelta, Severity, Vulnerability

_Choice = Callable[[Scan], tuple[Vulnerability, ...]]

NO_UNFIXED_LIST = "Alpine publishes no unfixed list; this row is not comparable."
_SHOWN = tuple(one for one in Severity if one is not Severity.NONE)


def delta(before: Scan, after: Scan) -> ScanDelta:
    """Compare two scans by the ids of their vulnerabilities, because package names differ.

    Only scans of the same scanner with the same data can be compared, and only what both know.
    """
    reason = _why_not(before, after)
    old, new = _fixable(before), _fixable(after)
    exact = {side.known is Known.MEASURED for side in (before, after)} == {True}
    return ScanDelta(
        before=before,
        after=after,
        comparable=not reason,
        reason=reason,
        rows=tuple(_rows(before, after, comparable=not reason)),
        new=_only(new, old) if not reason and before.known is Known.MEASURED else (),
        there=tuple(new[name] for name in new if name in old) if not reason else (),
        gone=_only(old, new) if not reason and exact else (),
    )


def _why_not(before: Scan, after: Scan) -> str:
    for side, scan in (("before", before), ("after", after)):
        if scan.known is Known.UNKNOWN:
            return f"The scan {side} is unknown: {' '.join(scan.reasons) or 'no reason was given.'}"
    if before.scanner != after.scanner:
        return f"Two scanners do not compare: {before.scanner} before, {after.scanner} after."
    if not before.data or not after.data:
        return f"{before.scanner} does not say which data it used, so the two may differ."
    if before.data != after.data:
        return f"The data differ: {before.data} before, {after.data} after."
    return ""


def _rows(before: Scan, after: Scan, *, comparable: bool) -> Iterator[SurfaceRow]:
    for key, title, choose in _measures(watched=before.watched and after.watched):
        reason = ""
        if key == "vulnerabilities_unfixed" and _lists_unfixed(before) != _lists_unfixed(after):
            reason = NO_UNFIXED_LIST
        old, new = _number(before, choose), _number(after, choose)
        sure = comparable and not reason
        yield SurfaceRow(
            key=key,
            title=title,
            before=old,
            after=new,
            change=_change(before, after, choose) if sure else Change.UNKNOWN,
            reason=reason,
        )


def _measures(*, watched: bool) -> Iterator[tuple[str, str, _Choice]]:
    yield "vulnerabilities_fixable", "Fixable vulnerabilities", lambda scan: scan.fixable
    for severity in _SHOWN:
        yield (
            f"vulnerabilities_fixable_{severity}",
            f"Fixable, {severity}",
            _of_severity(severity),
        )
    if watched:  # without such a list, nobody knows
        yield "vulnerabilities_exploited", "Known to be exploited", _exploited
    yield "vulnerabilities_unfixed", "Without a fix", _unfixed


def _of_severity(severity: Severity) -> _Choice:
    return lambda scan: tuple(one for one in scan.fixable if one.severity is severity)


def _exploited(scan: Scan) -> tuple[Vulnerability, ...]:
    return tuple(one for one in scan.counted if one.exploited)


def _unfixed(scan: Scan) -> tuple[Vulnerability, ...]:
    return tuple(one for one in scan.unfixed if not one.unimportant)


def _lists_unfixed(scan: Scan) -> bool:
    return scan.system != "alpine"


def _number(scan: Scan, choose: _Choice) -> int | None:
    return None if scan.known is Known.UNKNOWN else len({one.id for one in choose(scan)})


def _change(before: Scan, after: Scan, choose: _Choice) -> Change:
    """Return the direction as far as it is sure; the number of a partial scan is a lower bound."""
    old, new = _number(before, choose), _number(after, choose)
    if old is None or new is None:
        return Change.UNKNOWN
    if new < old and after.known is Known.MEASURED:
        return Change.SMALLER
    if new > old and before.known is Known.MEASURED:
        return Change.LARGER
    both = before.known is Known.MEASURED and after.known is Known.MEASURED
    return Change.SAME if new == old and both else Change.UNKNOWN


def _fixable(scan: Scan) -> dict[str, Vulnerability]:
    found: dict[str, Vulnerability] = {}
    for one in scan.fixable:
        found.setdefault(one.id, one)
    return found


def _only(
    these: dict[str, Vulnerability], others: dict[str, Vulnerability]
) -> tuple[Vulnerability, ...]:
    return tuple(one for name, one in these.items() if name not in others)
