"""What of an image comes with its base, where that is known."""

from stepdown.model.surface import Origin, Surface
from stepdown.model.trial import Outcome
from stepdown.report import words
from stepdown.report.document import Block, Code, Section, Table, paragraph, section
from stepdown.report.html.grids import sides


def origins(outcome: Outcome) -> tuple[Section, ...]:
    """Return base and application side by side; nothing where no card knows its base."""
    cards = sides(outcome)
    known = (cards.before, cards.after) if cards else ()
    blocks = (block for side in known if side is not None for block in _blocks(side))
    return section("Base and application", *blocks)


def _blocks(side: Surface) -> tuple[Block, ...]:
    if side.origin is None:
        return ()
    return (
        paragraph("Of ", Code(side.image), " on ", Code(side.origin.base), ":"),
        _table(side.origin),
    )


def _table(origin: Origin) -> Table:
    rows = tuple(
        ((row.title,), (words.figure(row.key, row.base),), (words.figure(row.key, row.added),))
        for row in origin.rows
        if not words.is_flag(row.key)
    )
    return Table(("", "of the base", "added"), rows, frozenset({1, 2}))
