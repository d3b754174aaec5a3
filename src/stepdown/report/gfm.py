"""Writes a document as GitHub Flavored Markdown, which the other forges read as well.

Nothing that comes from a log or a file name can become markup, a mention, a link to an issue or a
forge's quick action.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
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
_BREAKERS = re.compile(r"(?<!\w)@(?=\w)|@(?=[\w-]+\.\w)|#(?=\d)|!(?=\d)")
_LINKS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_MARKS = re.compile(r"[^\w\s.,:/()-]|_|(?<=:)/|(?<=www)\.", re.IGNORECASE)
_MAIL = re.compile(r"(?<=\w)@(?=[\w-]+\.\w)")
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


WHOLE = tuple(
    Limits(rows=rows, characters=characters)
    for rows, characters in ((300, 1000), (100, 600), (40, 400), (15, 300))
)
"""What is tried for a document with all of its sections."""
PARTS = (*WHOLE, Limits(rows=15, characters=300, folds=False), Limits(5, 200, folds=False))
"""What is tried for one section, where not all of them have room."""
_NOTE = 400
"""Bytes of the note on what is left out."""


def write(document: Document, limit: int = MAX_BYTES) -> str:
    """Return the document as Markdown of less than `limit` bytes.

    Where it would be longer, lists lose rows and spans lose characters. Where that is not enough,
    sections are written in the order of their rank as long as there is room, and what is folded
    goes. The text always says what is missing.
    """
    part = cache(lambda number, limits: _section(document.sections[number], limits))
    texts = (_whole(document, limits, limit, part) for limits in WHOLE)
    return next(filter(None, texts), "") or _ranked(document, limit, part)


Part = Callable[[int, Limits], str]
"""Writes the section at a position; what is written once is remembered."""


def _whole(document: Document, limits: Limits, limit: int, part: Part) -> str:
    """Return all of the document, empty where that is too long."""
    texts = [_lead(document, limits)]
    left = limit - _size(texts[0])
    for number in range(len(document.sections)):
        if left <= 0:
            return ""
        texts.append(part(number, limits))
        left -= _size(texts[-1])
    return _joined(texts) if left > 0 else ""


def _ranked(document: Document, limit: int, part: Part) -> str:
    """Give each section, the most important first, at most half of the room that is left."""
    lead = _fitting((_lead(document, limits) for limits in PARTS), limit // 4)
    left = limit - _size(lead) - _NOTE
    kept: dict[int, str] = {}
    for number, _ in sorted(enumerate(document.sections), key=lambda one: one[1].rank):
        kept[number] = _shortest(number, left, part)
        left -= _size(kept[number])
    missing = tuple(s.title for n, s in enumerate(document.sections) if not kept[n])
    note = _section(_left_out(missing), WHOLE[0]) if missing else ""
    text = _joined((lead, *(kept[number] for number in sorted(kept)), note))
    return text if _size(text) < limit else "The report is too long for a description.\n"


def _shortest(number: int, room: int, part: Part) -> str:
    """Return the section with all that half of the room takes, empty where it has no room."""
    text = _fitting((part(number, limits) for limits in PARTS), room // 2)
    return text if _size(text) <= room else ""


def _fitting(texts: Iterable[str], room: int) -> str:
    """Return the first text that fits, else the last."""
    last = ""
    for last in texts:
        if _size(last) <= room:
            break
    return last


def _joined(texts: Iterable[str]) -> str:
    return "".join(texts).rstrip("\n") + "\n"


def _size(text: str) -> int:
    return len(text.encode())


def _left_out(titles: tuple[str, ...]) -> Section:
    """Return the note with as many of the titles as it has room for."""
    named = titles
    while named and _size(escaped("; ".join(named))) > _NOTE - 150:
        named = named[:-1]
    rest = len(titles) - len(named)
    more = (count(rest, "other section" if named else "section"),) if rest else ()
    text = f"Too long for a description: {'; '.join((*named, *more))}."
    return Section("Left out", (Paragraph((text,)),))


def _lead(document: Document, limits: Limits) -> str:
    texts = [_spans(paragraph.inline, limits) for paragraph in document.lead]
    return "".join(f"{text}\n\n" if n else f"**{text}**\n\n" for n, text in enumerate(texts))


def _section(section: Section, limits: Limits) -> str:
    title = _spans((section.title,), limits)
    return "\n".join((f"### {title}", "", *_blocks(section.blocks, limits), "", ""))


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
    safe = _MAIL.sub(lambda match: match.group() + "\u200b", text)
    return _MARKS.sub(lambda match: f"&#{ord(match.group())};", safe)


def _fence(lines: list[str], mark: str, least: int) -> str:
    """Return a fence that is longer than any run of its mark in the lines."""
    runs = [len(run) for line in lines for run in re.findall(f"{mark}+", line)]
    return mark * max([least, *(run + 1 for run in runs)])
