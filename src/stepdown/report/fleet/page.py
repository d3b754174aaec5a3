"""The fleet as a page: the answer, what can be done about it, every entry in one table."""

from collections.abc import Iterator

import msgspec

from stepdown.model.surface import Change
from stepdown.report import words
from stepdown.report.document import Code, Paragraph, Section, quoted
from stepdown.report.fleet import told
from stepdown.report.fleet.facts import Fleet, Item, Standing, Sum
from stepdown.report.fleet.groups import undigested
from stepdown.report.fleet.results import ORDER, TITLES, meaning
from stepdown.report.html.bars import share
from stepdown.report.html.grid import Cell, Column, Grid, Row, Tally
from stepdown.report.html.page import Figure, Part
from stepdown.report.html.writer import write

MOST_ROWS = 10_000
"""What is more is counted and left out: a browser needs seconds for a longer table."""

_KEY_FIGURES = {
    "commands": "Commands",
    "os_packages": "OS packages",
    "shells": "Shells",
    "setuid_setgid": "Setuid, setgid",
    "size_visible": "Size",
}


class Ending(msgspec.Struct, frozen=True):
    """A result as the last column of a table: its words, its standing, its place."""

    value: str
    name: str
    rank: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One standing's part of the bar; `start` and `length` are in percent."""

    look: str
    title: str
    count: int
    start: str
    length: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page."""

    title: str
    verdict: str
    lead: tuple[Paragraph, ...]
    shares: tuple[Share, ...]
    figures: tuple[Figure, ...]
    story: tuple[Part, ...]
    details: tuple[Part, ...]


def render(fleet: Fleet) -> str:
    """Return the page; it loads nothing and reads well without its script."""
    return write("fleet.html", page(fleet))


def page(fleet: Fleet) -> Page:
    """Return what the page says, in its order."""
    improved = sum(item.standing is Standing.IMPROVED for item in fleet.items)
    where = words.count(fleet.repositories, "repository", "repositories")
    return Page(
        title=where,
        verdict=f"{improved} of {fleet.entries} improved",
        lead=told.lead(fleet),
        shares=tuple(_shares(fleet)),
        figures=tuple(_figures(fleet)),
        story=tuple(_story(fleet)),
        details=tuple(_details(fleet)),
    )


def _shares(fleet: Fleet) -> Iterator[Share]:
    start = 0
    for one in (Standing.IMPROVED, *(other for other in Standing if other != Standing.IMPROVED)):
        count = sum(item.standing is one for item in fleet.items)
        if count:
            yield Share(
                look=one.value,
                title=TITLES[one],
                count=count,
                start=f"{100 * start / fleet.entries:.2f}",
                length=share(count, fleet.entries),
            )
        start += count


def _figures(fleet: Fleet) -> Iterator[Figure]:
    known = {one.key: one for one in fleet.sums if one.known}
    for key, title in _KEY_FIGURES.items():
        if key in known:
            yield _figure(title, known[key])


def _figure(title: str, one: Sum) -> Figure:
    before, after = one.before or 0, one.after or 0
    part = f" (in {one.known} of {one.of})" if one.known < one.of else ""
    order = (before > after) - (before < after)
    change = {1: Change.SMALLER, 0: Change.SAME, -1: Change.LARGER}[order]
    return Figure(
        title=f"{title}{part}",
        before=words.figure(one.key, before),
        after=words.figure(one.key, after),
        change=change,
    )


def _story(fleet: Fleet) -> Iterator[Part]:
    yield from _parts("results", told.outcomes(fleet))
    yield from _parts("trend", told.trend(fleet))
    yield from _parts("gained", told.gained(fleet))
    yield from _parts("obstacles", told.obstacles(fleet))
    yield from _parts("recipes", told.recipes(fleet))
    yield from _parts("shared", told.shared(fleet))
    yield from _parts("bases", told.bases(fleet))
    yield from _parts("labels", told.labels(fleet))


def _parts(name: str, sections: tuple[Section, ...]) -> Iterator[Part]:
    for one in sections:
        yield Part(id=name, title=one.title, content=one.blocks)


def _details(fleet: Fleet) -> Iterator[Part]:
    if fleet.items:
        table = _table(fleet)
        yield Part(id=table.id, title=table.title, content=(table,))


def _table(fleet: Fleet) -> Grid:
    endings = {
        result: Ending(meaning(result).title, meaning(result).standing.name, rank)
        for rank, result in enumerate(ORDER)
    }
    ordered = sorted(fleet.items, key=lambda item: endings[item.result].rank)
    labelled = any(item.labels for item in fleet.items)
    return Grid(
        id="entries",
        title="Every entry",
        note="What needs somebody stands first.",
        columns=_columns(labelled=labelled),
        rows=tuple(
            Row(endings[item.result], _cells(item, labelled=labelled))
            for item in ordered[:MOST_ROWS]
        ),
        tallies=tuple(Tally(endings[one.result], one.count) for one in fleet.outcomes if one.count),
        left_out=max(0, len(ordered) - MOST_ROWS),
        last="Result",
        whole="the CSV form",
    )


def _columns(*, labelled: bool) -> tuple[Column, ...]:
    labels = (Column("Labels"),) if labelled else ()
    return (
        Column("Entry"),
        *labels,
        Column("Base of today", mono=True),
        Column("Smallest that works", mono=True),
        Column("Reason"),
        Column("Next"),
    )


def _cells(item: Item, *, labelled: bool) -> tuple[Cell, ...]:
    labels = (" ".join(item.labels),) if labelled else ()
    bases = (undigested(item.base), undigested(item.answer))
    texts = (item.name, *labels, *bases, _bare(item.reason), _bare(item.next))
    return tuple(Cell(text) for text in texts)


def _bare(prose: str) -> str:
    """Return prose without the backticks of its code; a cell has one face."""
    return "".join(part.text if isinstance(part, Code) else part for part in quoted(prose))
