"""Writes a document as GitHub Flavored Markdown, which the other forges read as well.

Nothing that comes from a log or a file name can become markup, a mention, a link to an issue or a
forge's quick action.
"""

import re
from collections.abc import Iterator
from typing import assert_never

import msgspec

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
    quoted,
)
from stepdown.report.plain import visible_line
from stepdown.report.words import count, visible

MAX_BYTES = 60_000
"""Forges cut or refuse longer descriptions (GitHub: 65 536 characters)."""

_LONG = 20
_SPECIAL = re.compile(r"[\\`*_{}\[\]~$]")
_BREAKERS = re.compile(r"(?<!\w)@(?=\w)|#(?=\d)|!(?=\d)")
_LINKS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_MARKS = re.compile(r"[^\w\s.,:/()-]|_|(?<=:)/|(?<=www)\.", re.IGNORECASE)
_LINE_START = re.compile(r"^(?=[-+>#=/])|^(?=\d+[.)])")
_NO_BREAK = "&#8203;"


class Limits(msgspec.Struct, frozen=True):
    """How many rows of a list and how many characters of a span are written, and whether folds are.

    `inside` is true within a fold, where long lists need no fold of their own.
    """

    rows: int
    characters: int
    folds: bool = True
    inside: bool = False


LIMITS = (
    *(
        Limits(rows=rows, characters=characters)
        for rows, characters in ((300, 1000), (100, 600), (40, 400), (15, 300), (5, 200))
    ),
    Limits(rows=5, characters=200, folds=False),
)


def write(document: Document, limit: int = MAX_BYTES) -> str:
    """Return the document as Markdown of less than `limit` bytes.

    Where it would be longer, lists lose rows and spans lose characters, then what is folded goes,
    then sections at the end; the text always says what is missing.
    """
    texts = (_write(document, limits) for limits in LIMITS)
    fitting = next((text for text in texts if len(text.encode()) < limit), None)
    return fitting if fitting is not None else _without_the_last(document, limit)


def _write(document: Document, limits: Limits) -> str:
    return "\n".join(_document(document, limits)).rstrip("\n") + "\n"


def _without_the_last(document: Document, limit: int) -> str:
    """Leave out sections from the end until the rest fits."""
    for kept in range(len(document.sections) - 1, -1, -1):
        titles = ", ".join(s.title for s in document.sections[kept:])
        note = Section("Left out", (Paragraph((f"Too long for a description: {titles}.",)),))
        shorter = Document(document.lead, (*document.sections[:kept], note))
        text = _write(shorter, LIMITS[-1])
        if len(text.encode()) < limit:
            return text
    return "The report is too long for a description.\n"


def _document(document: Document, limits: Limits) -> Iterator[str]:
    for number, paragraph in enumerate(document.lead):
        text = _spans(paragraph.inline, limits)
        yield f"**{text}**" if number == 0 else text
        yield ""
    for section in document.sections:
        yield f"### {_spans((section.title,), limits)}"
        yield ""
        yield from _blocks(section.blocks, limits)
        yield ""


def _blocks(parts: tuple[Block, ...], limits: Limits) -> Iterator[str]:
    for number, block in enumerate(parts):
        if number:
            yield ""
        yield from _block(block, limits)


def _block(block: Block, limits: Limits) -> Iterator[str]:
    match block:
        case Paragraph():
            return iter((_at_line_start(_spans(block.inline, limits)),))
        case Bullets():
            return _long(len(block.items), "points", _bullets(block, limits), limits)
        case Table():
            return _long(len(block.rows), "rows", _table(block, limits), limits)
        case Names():
            return _names(block, limits)
        case Listing():
            return _long(len(block.lines), "lines", _listing(block, limits), limits)
        case Fold():
            return _fold(block, limits)
        case _:
            assert_never(block)


def _long(rows: int, noun: str, lines: Iterator[str], limits: Limits) -> Iterator[str]:
    return lines if rows <= _LONG or limits.inside else _details(f"{rows} {noun}", lines)


def _fold(block: Fold, limits: Limits) -> Iterator[str]:
    if not limits.folds:
        return iter((f"({escaped(block.title)}: left out, too long for a description.)",))
    inside = msgspec.structs.replace(limits, inside=True)
    return _details(visible(block.title), _blocks(block.blocks, inside))


def _details(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{entities(title)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def _bullets(block: Bullets, limits: Limits) -> Iterator[str]:
    for number, item in enumerate(block.items[: limits.rows], start=1):
        mark = f"{number}." if block.ordered else "-"
        yield f"{mark} {_at_line_start(_spans(item, limits))}"
    if more := _more(len(block.items), limits):
        yield f"- {more}"


def _table(block: Table, limits: Limits) -> Iterator[str]:
    yield _line(escaped(title).strip() for title in block.header)
    yield _line("--:" if n in block.right else "---" for n in range(len(block.header)))
    for row in block.rows[: limits.rows]:
        yield _line(_spans(cell, limits).strip() for cell in row)
    if more := _more(len(block.rows), limits):
        yield ""
        yield more


def _line(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _names(block: Names, limits: Limits) -> Iterator[str]:
    shown = block.names[: limits.rows]
    more = _more(len(block.names), limits)
    text = ", ".join((*(code(name[: limits.characters]) for name in shown), *filter(None, (more,))))
    if len(block.names) > _LONG:
        return _details(f"{visible(block.title)}: {len(block.names)}", iter((text,)))
    return iter((f"{_at_line_start(escaped(block.title))}: {text}",))


def _listing(block: Listing, limits: Limits) -> Iterator[str]:
    lines = block.lines[-limits.rows :] if block.tail else block.lines[: limits.rows]
    missing = len(block.lines) - len(lines)
    shown = [_cut(visible_line(line), limits) for line in lines]
    fence = _fence(shown, "`", 3)
    yield fence + block.language
    if missing and block.tail:
        yield f"… ({count(missing, 'earlier line')} not shown)"
    yield from shown
    if missing and not block.tail:
        yield f"… ({count(missing, 'more line')} not shown)"
    yield fence


def _more(rows: int, limits: Limits) -> str:
    return f"… and {rows - limits.rows} more" if rows > limits.rows else ""


def _cut(text: str, limits: Limits) -> str:
    rest = len(text) - limits.characters
    return text if rest <= 0 else f"{text[: limits.characters]}… ({rest} more characters)"


def _spans(inline: Inline, limits: Limits) -> str:
    return "".join(
        code(_cut(span.text, limits)) if isinstance(span, Code) else marked(_cut(span, limits))
        for span in inline
    )


def escaped(text: str) -> str:
    """Return foreign text as Markdown that shows exactly this text, on one line."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _SPECIAL.sub(lambda match: "\\" + match.group(), safe)
    safe = _BREAKERS.sub(lambda match: match.group() + _NO_BREAK, safe)
    safe = _LINKS.sub(lambda match: f"&#{ord(match.group())};", safe)
    return safe.replace("|", "&#124;")


def marked(text: str) -> str:
    """Return prose in which what stands in backticks is a code span and all else is escaped."""
    spans = quoted(visible(text))
    return "".join(code(s.text) if isinstance(s, Code) else escaped(s) for s in spans)


def _at_line_start(text: str) -> str:
    """Keep a text from opening a list, a heading, a quotation or a quick action."""
    return _LINE_START.sub(_NO_BREAK, text.lstrip())


def code(text: str) -> str:
    """Return a code span that shows exactly this text, also in a table.

    A table's cells are split before code spans are read, so a text with a bar becomes HTML.
    """
    plain = visible(text)
    if not plain.strip():
        return "(empty)"
    if "|" in plain:
        return f"<code>{entities(plain)}</code>"
    fence = _fence([plain], "`", 1)
    pad = " " if plain[0] in "` " or plain[-1] in "` " else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def entities(text: str) -> str:
    """Return the text as HTML in which no character is read as Markdown either."""
    return re.sub(
        r"[^\w\s.,:/()-]|_|(?<=:)/|(?<=www)\.", lambda match: f"&#{ord(match.group())};", text
    )


def _fence(lines: list[str], mark: str, least: int) -> str:
    """Return a fence that is longer than any run of its mark in the lines."""
    runs = [len(run) for line in lines for run in re.findall(f"{mark}+", line)]
    return mark * max([least, *(run + 1 for run in runs)])
