"""A report before it is written: sections of blocks, without any markup.

The content is made once; `plain` and `gfm` write it. Text that comes from logs or file names needs
no care here, because the writers escape every span.
"""

import re

import msgspec

_BACKTICKED = re.compile(r"(?<!`)`([^`]*[^`\s][^`]*)`(?!`)")


class Code(msgspec.Struct, frozen=True):
    """A span that is quoted exactly: a command, an image, a line of a log."""

    text: str


Span = str | Code
Inline = tuple[Span, ...]


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph."""

    inline: Inline


class Bullets(msgspec.Struct, frozen=True):
    """A list of points, numbered where the order counts."""

    items: tuple[Inline, ...]
    ordered: bool = False


class Table(msgspec.Struct, frozen=True):
    """Rows under a header. `right` holds the positions of the right-aligned columns.

    Every row has as many cells as the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]
    right: frozenset[int] = frozenset()


class Names(msgspec.Struct, frozen=True):
    """A titled list of names; the title does not carry the count."""

    title: str
    names: tuple[str, ...]


class Listing(msgspec.Struct, frozen=True):
    """Lines that are shown as they are.

    `tail` says which end counts where there are too many, `log` that long lines may be wrapped in
    a terminal, which commands and diffs may not.
    """

    lines: tuple[str, ...]
    language: str = ""
    tail: bool = False
    log: bool = False


class Fold(msgspec.Struct, frozen=True):
    """Details that only some readers want: folded in Markdown, in text only when verbose."""

    title: str
    blocks: "tuple[Block, ...]"


Block = Paragraph | Bullets | Table | Names | Listing | Fold


class Section(msgspec.Struct, frozen=True):
    """A titled part of a report. Where room is short, a higher rank is the first to go."""

    title: str
    blocks: tuple[Block, ...]
    rank: int = 0


class Document(msgspec.Struct, frozen=True):
    """A whole report: the answer first, in sentences made of facts, then the sections."""

    lead: tuple[Paragraph, ...]
    sections: tuple[Section, ...]


def paragraph(*spans: Span) -> Paragraph:
    """Return a paragraph of these spans."""
    return Paragraph(spans)


def quoted(text: str) -> Inline:
    """Return prose as spans: what stands between backticks is code."""
    parts = enumerate(_BACKTICKED.split(text))
    return tuple(Code(part) if n % 2 else part for n, part in parts if part)


def bullets(items: tuple[Inline, ...]) -> tuple[Block, ...]:
    """Return the points as a block, or no block where there are none."""
    return (Bullets(items),) if items else ()


def section(title: str, *blocks: Block) -> tuple[Section, ...]:
    """Return the section, or nothing where it has no blocks."""
    return (Section(title, blocks),) if blocks else ()


def fold(title: str, *blocks: Block) -> tuple[Block, ...]:
    """Return the fold, or nothing where it has no blocks."""
    return (Fold(title, blocks),) if blocks else ()
