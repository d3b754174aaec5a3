"""The difference of two cards, with no conclusion that the numbers do not carry."""

from collections.abc import Iterator

from stepdown.model.surface import Change, Known, Measure, Surface, SurfaceDelta, SurfaceRow

_DATABASE_GONE = (
    "The package database of the original image is gone, so fewer listed packages are no gain."
)


def compare(before: Surface, after: Surface) -> SurfaceDelta:
    """Compare row by row, in the order of `before`; rows that only `after` has come last.

    A partial number is a lower bound: at least 5 against exactly 3 is smaller, exactly 5 against
    at least 3 is unknown.
    """
    old = {measure.key: measure for measure in before.measures}
    new = {measure.key: measure for measure in after.measures}
    rows = tuple(_row(key, old.get(key), new.get(key)) for key in {**old, **new})
    warnings = [*_unread(before, after), *_foreign(before.architecture, after.architecture)]
    if after.known is Known.MEASURED:
        warnings += _warnings(old.get("os_packages"), new.get("os_packages"))
    return SurfaceDelta(before=before, after=after, rows=rows, warnings=tuple(warnings))


def _row(key: str, before: Measure | None, after: Measure | None) -> SurfaceRow:
    either = before or after
    old, new = set(before.items if before else ()), set(after.items if after else ())
    return SurfaceRow(
        key=key,
        title=either.title if either else key,
        before=before.value if before else None,
        after=after.value if after else None,
        change=_change(before, after),
        # What a side does not list is only gone, or new, where that side lists everything.
        added=tuple(sorted(new - old)) if _exact(before) else (),
        removed=tuple(sorted(old - new)) if _exact(after) else (),
        reason=" ".join(_reasons(before, after)),
    )


def _exact(measure: Measure | None) -> bool:
    return measure is not None and measure.known is Known.MEASURED


def _change(before: Measure | None, after: Measure | None) -> Change:
    if before is None or after is None or before.value is None or after.value is None:
        return Change.UNKNOWN
    if after.value < before.value and _exact(after):
        return Change.SMALLER
    if after.value > before.value and _exact(before):
        return Change.LARGER
    if after.value == before.value and _exact(before) and _exact(after):
        return Change.SAME
    return Change.UNKNOWN


def _reasons(before: Measure | None, after: Measure | None) -> Iterator[str]:
    for side, measure in (("Before", before), ("After", after)):
        if measure is None:
            yield f"{side}: not measured."
        elif measure.reason:
            yield f"{side}: {measure.reason}"


def _unread(*cards: Surface) -> Iterator[str]:
    for card in cards:
        if card.known is not Known.MEASURED:
            yield f"{card.image} was not read to its end: what was not seen may be in the rest."


def _foreign(before: str, after: str) -> Iterator[str]:
    if before and after and before != after:
        yield f"The images are for different processors, {before} and {after}."


def _warnings(before: Measure | None, after: Measure | None) -> Iterator[str]:
    if before and after and before.value and after.known is not Known.MEASURED:
        yield f"{_DATABASE_GONE} {after.reason}".rstrip()
