"""The surface card of one image, and the difference of two, as text and as Markdown."""

from collections.abc import Iterable, Iterator

from stepdown.model.surface import (
    Change,
    Known,
    Measure,
    OriginRow,
    Surface,
    SurfaceDelta,
    SurfaceRow,
)
from stepdown.report import gfm, plain, words
from stepdown.report.document import (
    Block,
    Document,
    Inline,
    Names,
    Paragraph,
    Section,
    Table,
    bullets,
    fold,
)

_MOST_TITLES = 3
CHANGES = {
    Change.SMALLER: "smaller",
    Change.SAME: "same",
    Change.LARGER: "▲ LARGER",
    Change.UNKNOWN: "unknown",
}


def surface_text(surface: Surface, *, verbose: bool = False, width: int = 80) -> str:
    """Return the card of one image as text; the lists behind the numbers when `verbose`."""
    return plain.write(_surface(surface), width=width, verbose=verbose)


def surface_markdown(surface: Surface) -> str:
    """Return the card of one image as Markdown, with the lists folded."""
    return gfm.write(_surface(surface))


def delta_text(delta: SurfaceDelta, *, verbose: bool = False, width: int = 80) -> str:
    """Return the difference as text; all lists, new things first, when `verbose`."""
    return plain.write(_delta(delta), width=width, verbose=verbose)


def delta_markdown(delta: SurfaceDelta) -> str:
    """Return the difference as Markdown, with the lists folded, new things first."""
    return gfm.write(_delta(delta))


def _surface(surface: Surface) -> Document:
    notes = _grouped(note for m in surface.measures for note in _note(m))
    lists = fold(
        "What was counted",
        *(
            Names(m.title, m.items)
            for m in surface.measures
            if m.items and not words.is_flag(m.key)
        ),
    )
    return Document(
        lead=(Paragraph((surface.image,)), Paragraph((identity(surface),)), *_support(surface)),
        sections=(
            Section("Surface", (table(surface), *bullets(notes), *_added(surface))),
            *_warnings(surface.warnings),
            *((Section("Lists", lists),) if lists else ()),
            *_layers(surface),
        ),
    )


def table(surface: Surface) -> Table:
    """Return the numbers of one card, with what comes of its base where that is known."""
    if surface.origin is None:
        counts = tuple(((m.title,), (_count(m),)) for m in surface.measures)
        return Table(("", "count"), counts, frozenset({1}))
    split = {row.key: row for row in surface.origin.rows}
    rows = tuple(((m.title,), (_count(m),), *_parts(split.get(m.key))) for m in surface.measures)
    return Table(("", "count", "of the base", "added"), rows, frozenset({1, 2, 3}))


def _count(measure: Measure) -> str:
    return value(measure.key, measure.value, known=measure.known)


def _parts(row: OriginRow | None) -> tuple[Inline, Inline]:
    if row is None or words.is_flag(row.key):
        return ("",), ("",)
    return (words.figure(row.key, row.base),), (words.figure(row.key, row.added),)


def _support(surface: Surface) -> tuple[Paragraph, ...]:
    if not surface.support:
        return ()
    return (Paragraph((f"{surface.os}: {words.closed(surface.support)}",)),)


def _added(surface: Surface) -> tuple[Block, ...]:
    if surface.origin is None:
        return ()
    names = (Names(row.title, row.added_items) for row in surface.origin.rows if row.added_items)
    return fold(f"Added to {surface.origin.base}", *names)


def _layers(surface: Surface) -> tuple[Section, ...]:
    if not surface.layers:
        return ()
    rows = tuple(((words.size(layer.size),), (layer.made_by,)) for layer in surface.layers)
    table = Table(("size", "layer, the lowest first"), rows, frozenset({0}))
    return (Section("Layers", fold("Size by layer", table)),)


def identity(surface: Surface) -> str:
    """Return which image this is: system, C library, architecture, user and id."""
    parts = (
        surface.os or "unknown system",
        surface.libc or "unknown C library",
        surface.architecture or "unknown architecture",
        f"user {surface.user or 'root'}",
        surface.image_id[:19],
    )
    return ", ".join(filter(None, parts))


Note = tuple[str, str]
"""What a remark is about, and the remark."""


def _note(measure: Measure, side: str = "") -> tuple[Note, ...]:
    if measure.known is Known.MEASURED and measure.value is not None:
        return ()
    reason = words.closed(measure.reason or "no reason was given")
    state = words.UNKNOWN if measure.value is None else "a lower bound"
    return ((f"{measure.title}{side}", f"{state}: {reason}"),)


def _grouped(notes: Iterable[Note]) -> tuple[Inline, ...]:
    """Return each remark once, behind all that it is about."""
    about: dict[str, list[str]] = {}
    for title, remark in notes:
        about.setdefault(remark, []).append(title)
    return tuple((f"{_few(titles)}: {remark}",) for remark, titles in about.items())


def _few(titles: list[str]) -> str:
    if len(titles) <= _MOST_TITLES:
        return "; ".join(titles)
    return f"{titles[0]}; and {len(titles) - 1} more rows"


def _warnings(warnings: tuple[str, ...]) -> tuple[Section, ...]:
    points = bullets(tuple((words.closed(w),) for w in warnings))
    return (Section("Read with care", points),) if points else ()


def _delta(delta: SurfaceDelta) -> Document:
    return Document(
        lead=(Paragraph((f"{delta.before.image} → {delta.after.image}",)),),
        sections=(
            Section("Surface", delta_blocks(delta)),
            *_warnings(delta.warnings),
        ),
    )


def delta_blocks(delta: SurfaceDelta) -> tuple[Block, ...]:
    """Return the table, what grew with names, why numbers are unknown, and the lists, new first."""
    rows = tuple(_row(delta, row) for row in delta.rows)
    return (
        Table(("", "before", "after", ""), rows, frozenset({1, 2})),
        *_grown(delta),
        *bullets(_grouped(_notes(delta))),
        *_lists(delta),
    )


def _row(delta: SurfaceDelta, row: SurfaceRow) -> tuple[Inline, ...]:
    before, after = values(delta, row)
    return ((row.title,), (before,), (after,), (CHANGES[row.change],))


def values(delta: SurfaceDelta, row: SurfaceRow) -> tuple[str, str]:
    """Return a row's two numbers in words."""
    before, after = (measure(side, row.key) for side in (delta.before, delta.after))
    return (
        value(row.key, row.before, known=before.known if before else Known.MEASURED),
        value(row.key, row.after, known=after.known if after else Known.MEASURED),
    )


def value(key: str, number: int | None, *, known: Known) -> str:
    """Return one number in words; what is partly known is a lower bound, never a plain number."""
    if known is Known.UNKNOWN:
        return words.UNKNOWN
    figure = words.figure(key, number)
    small = figure.startswith("<")  # less than can be told: no bound makes that clearer
    bound = known is Known.PARTIAL and number is not None and not small
    return f"≥ {figure}" if bound else figure


def measure(surface: Surface | None, key: str) -> Measure | None:
    """Return the card's measure with this key."""
    measures = surface.measures if surface else ()
    return next((m for m in measures if m.key == key), None)


def figure(surface: Surface | None, key: str) -> str:
    """Return one number of a card in words, `unknown` where the card does not have it."""
    found = measure(surface, key)
    return value(key, found.value, known=found.known) if found else words.UNKNOWN


def _grown(delta: SurfaceDelta) -> Iterator[Block]:
    for row in delta.rows:
        names = new(delta, row)
        if row.change is Change.LARGER and names:
            yield Names(f"{row.title}, new", names)


def new(delta: SurfaceDelta, row: SurfaceRow) -> tuple[str, ...]:
    """Return what came: names that a fully read old image does not have."""
    return row.added if _listed(delta.before, row.key, row.before) else ()


def gone(delta: SurfaceDelta, row: SurfaceRow) -> tuple[str, ...]:
    """Return what went: names that a fully read new image does not have.

    Where the new image is not or not fully known, a name that was not seen may still be there.
    """
    return row.removed if _listed(delta.after, row.key, row.after) else ()


def _listed(surface: Surface, key: str, number: int | None) -> bool:
    found = measure(surface, key)
    exact = found is None or found.known is Known.MEASURED
    return exact and number is not None and not words.is_flag(key)


def _notes(delta: SurfaceDelta) -> Iterator[Note]:
    for row in delta.rows:
        if row.reason:
            yield row.title, words.closed(row.reason)
        else:
            yield from _sides(delta, row.key)


def _sides(delta: SurfaceDelta, key: str) -> Iterator[Note]:
    for name, side in (("before", delta.before), ("after", delta.after)):
        found = measure(side, key)
        if found is not None:
            yield from _note(found, f", {name}")


def _lists(delta: SurfaceDelta) -> tuple[Block, ...]:
    shown = [row for row in delta.rows if row.change is not Change.LARGER]
    added = (Names(r.title, names) for r in shown if (names := new(delta, r)))
    removed = (Names(r.title, names) for r in delta.rows if (names := gone(delta, r)))
    return (*fold("New in the candidate", *added), *fold("Gone from the image", *removed))
