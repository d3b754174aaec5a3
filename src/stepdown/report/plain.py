"""Writes a document as plain text for a terminal: no markup, no colour, wrapped at a width."""

import re
import textwrap
from collections.abc import Iterator
from typing import assert_never

from stepdown.report.document import (
    Block,
    Bullets,
    Code,
    Document,
    Fold,
    Inline,
    Listing,
    Names,
    Paragraph,
    Section,
    Table,
)
from stepdown.report.words import visible

INDENT = "  "
_GAP = "  "
_FEW = 8
_NARROWEST = 8


def write(document: Document, *, width: int = 80, verbose: bool = False) -> str:
    """Return the document as text that ends with a line end.

    Folded blocks and whole lists appear only when `verbose`; what is cut says how much is missing.
    Commands and diffs are never wrapped, so that they can be copied.
    """
    writer = _Writer(width=width, verbose=verbose)
    parts = ["\n".join(writer.paragraph(p, "")) for p in document.lead]
    parts += ["\n".join(writer.section(s)) for s in document.sections]
    return "\n\n".join(part for part in parts if part) + "\n"


def blocks(parts: tuple[Block, ...], *, width: int = 80, verbose: bool = False) -> str:
    """Return blocks without a section around them, flush left."""
    return "\n".join(_Writer(width=width, verbose=verbose).blocks(parts, "")) + "\n"


def spans(inline: Inline) -> str:
    """Return the spans as one line, code in backticks."""
    return "".join(f"`{visible(s.text)}`" if isinstance(s, Code) else visible(s) for s in inline)


class _Writer:
    def __init__(self, *, width: int, verbose: bool) -> None:
        self.width = width
        self.verbose = verbose

    def section(self, section: Section) -> Iterator[str]:
        body = list(self.blocks(section.blocks, INDENT))
        if body:
            yield section.title
            yield from body

    def blocks(self, parts: tuple[Block, ...], indent: str) -> Iterator[str]:
        """Yield the blocks with blank lines between.

        There is none after a line that announces what follows, and none between lists of names.
        """
        last, before = "", None
        for part in parts:
            lines = list(self.block(part, indent))
            lists = isinstance(part, Names) and isinstance(before, Names)
            if lines and last and not (lists or last.endswith(":")):
                yield ""
            yield from lines
            last, before = (lines[-1], part) if lines else (last, before)

    def block(self, block: Block, indent: str) -> Iterator[str]:
        match block:
            case Paragraph():
                return self.paragraph(block, indent)
            case Bullets():
                return self.bullets(block, indent)
            case Table():
                return iter(table(block, width=self.width, indent=indent))
            case Names():
                return self.names(block, indent)
            case Listing():
                return self.listing(block, indent + INDENT)
            case Fold():
                return self.fold(block, indent)
            case _:
                assert_never(block)

    def paragraph(self, paragraph: Paragraph, indent: str) -> Iterator[str]:
        yield from self.wrapped(spans(paragraph.inline), indent, indent)

    def bullets(self, block: Bullets, indent: str) -> Iterator[str]:
        for number, item in enumerate(block.items, start=1):
            mark = f"{number}. " if block.ordered else "- "
            yield from self.wrapped(spans(item), indent + mark, indent + " " * len(mark))

    def names(self, block: Names, indent: str) -> Iterator[str]:
        shown = block.names if self.verbose else block.names[:_FEW]
        rest = len(block.names) - len(shown)
        more = (f"and {rest} more",) if rest else ()
        text = ", ".join((*map(visible, shown), *more))
        yield from self.wrapped(f"{block.title}: {text}", indent, indent + INDENT)

    def listing(self, block: Listing, indent: str) -> Iterator[str]:
        for line in map(visible_line, block.lines):
            if block.log and len(indent + line) > self.width:
                yield from self.wrapped(line, indent, indent + INDENT)
            else:
                yield f"{indent}{line}".rstrip()

    def fold(self, block: Fold, indent: str) -> Iterator[str]:
        if self.verbose:
            yield f"{indent}{visible(block.title)}"
            yield from self.blocks(block.blocks, indent + INDENT)

    def wrapped(self, text: str, first: str, rest: str) -> list[str]:
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )


def visible_line(line: str) -> str:
    """Return a line of a log or a diff: as `visible`, but its indentation stays."""
    return visible(line.expandtabs(4))


def table(block: Table, *, width: int, indent: str) -> list[str]:
    """Return the table's lines: columns two spaces apart, long cells on several lines."""
    rows = [block.header, *(tuple(spans(cell) for cell in row) for row in block.rows)]
    widths = _widths(rows, width - len(indent))
    return [
        indent + line
        for row in rows
        for line in _row(row, widths, block.right)
    ]  # fmt: skip


def _widths(rows: list[tuple[str, ...]], width: int) -> list[int]:
    """Return the columns' widths; the widest gives way until the table fits."""
    widths = [max(1, *map(len, column)) for column in zip(*rows, strict=True)]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: tuple[str, ...], widths: list[int], right: frozenset[int]) -> list[str]:
    cells = [_fill(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    lines = []
    for number in range(height):
        texts = (cell[number] if number < len(cell) else "" for cell in cells)
        lines.append(_GAP.join(_aligned(texts, widths, right)).rstrip())
    return lines


def _aligned(texts: Iterator[str], widths: list[int], right: frozenset[int]) -> Iterator[str]:
    for position, (text, width) in enumerate(zip(texts, widths, strict=True)):
        yield text.rjust(width) if position in right else text.ljust(width)


def _fill(text: str, width: int) -> list[str]:
    """Break a cell after spaces and slashes, else after marks, else anywhere."""
    lines = [""]
    for piece in _pieces(text, width):
        if len(lines[-1]) + len(piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield parts of the text that fit into the width, as large as its marks allow."""
    for word in re.split(r"(?<=[ /])", text):
        parts = [word] if len(word.rstrip()) <= width else re.split(r"(?<=[:@-])", word)
        for part in parts:
            yield from (part[at : at + width] for at in range(0, len(part.rstrip()) or 1, width))
