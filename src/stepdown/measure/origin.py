"""What of an image comes with its base, and what was added."""

from stepdown.model.surface import Known, Measure, Origin, OriginRow, Surface


def origin(whole: Surface, base: Surface) -> Origin:
    """Split every measure of `whole` by what `base` has, too.

    A number is None where one of the images does not know it exactly, or where what was added
    cannot be told from what was taken away.
    """
    there = {measure.key: measure for measure in base.measures}
    rows = tuple(_row(measure, there.get(measure.key)) for measure in whole.measures)
    return Origin(base=base.image, rows=rows)


def _row(whole: Measure, base: Measure | None) -> OriginRow:
    if base is None or not _exact(whole) or not _exact(base):
        return OriginRow(key=whole.key, title=whole.title)
    if whole.items or base.items:
        added = tuple(sorted(set(whole.items) - set(base.items)))
        kept = len(whole.items) - len(added)
        return OriginRow(
            key=whole.key, title=whole.title, base=kept, added=len(added), added_items=added
        )
    before, after = base.value or 0, whole.value or 0
    if after < before:
        return OriginRow(key=whole.key, title=whole.title)
    return OriginRow(key=whole.key, title=whole.title, base=before, added=after - before)


def _exact(measure: Measure) -> bool:
    return measure.known is Known.MEASURED
