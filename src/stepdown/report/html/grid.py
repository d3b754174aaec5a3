"""Long tables that a reader can sort and filter, in the order in which they matter."""

from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import Protocol

import msgspec

MOST_ROWS = 4000
"""What is more is counted and left out, so that a page opens fast and stays below 3 MB."""


class Ranked(Protocol):
    """The last column of a row: its words, its class in the style sheet, its place in the order."""

    @property
    def name(self) -> str:
        """The name of the class, in upper case."""

    @property
    def value(self) -> str:
        """The words."""

    @property
    def rank(self) -> int:
        """Position in the table."""


class State(Enum):
    """What became of a row between the two images, in the order of the table."""

    NEW = "new"
    CHANGED = "changed"
    UNDECIDED = "undecided"
    ONLY_AFTER = "seen after"
    KEPT = "kept"
    TODAY = "in the image"
    ONLY_BEFORE = "seen before"
    RULED_OUT = "ruled out"
    GONE = "gone"

    @property
    def rank(self) -> int:
        """Position in the table."""
        return list(State).index(self)


class Column(msgspec.Struct, frozen=True):
    """A column's title. `mono` is text that is read letter by letter."""

    title: str
    mono: bool = False


class Cell(msgspec.Struct, frozen=True):
    """A cell's text, and what it is sorted by where that is another."""

    text: str
    order: str = ""


class Row(msgspec.Struct, frozen=True):
    """The first cell names the row."""

    state: Ranked
    cells: tuple[Cell, ...]


class Tally(msgspec.Struct, frozen=True):
    """How many rows have a state."""

    state: Ranked
    count: int


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table whose last column is the state of the row; `left_out` rows are not in it.

    `last` is the title of that column, `whole` says where all rows are.
    """

    id: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    left_out: int
    last: str = "State"
    whole: str = "the record"

    @property
    def count(self) -> int:
        """All rows."""
        return len(self.rows) + self.left_out


def grid(
    name: str, title: str, note: str, columns: tuple[Column, ...], rows: Iterable[Row]
) -> Grid | None:
    """Return the table, what is new first; nothing where it has no rows."""
    ordered = sorted(rows, key=lambda row: row.state.rank)
    if not ordered:
        return None
    counts = Counter(row.state for row in ordered)
    return Grid(
        id=name,
        title=title,
        note=note,
        columns=columns,
        rows=tuple(ordered[:MOST_ROWS]),
        tallies=tuple(Tally(state, count) for state, count in counts.items()),
        left_out=max(0, len(ordered) - MOST_ROWS),
    )
