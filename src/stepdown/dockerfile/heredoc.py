"""Heredocs of Dockerfiles: which words open one, and where its body stands."""

import re
from collections.abc import Callable

from stepdown.dockerfile.lexer import raw_words, words
from stepdown.dockerfile.lines import LINES, Line, syntax_error
from stepdown.dockerfile.source import SourceText, Span
from stepdown.errors import DockerfileError
from stepdown.model.image import Value

_OPENING = re.compile(r"([0-9]*)<<(-?)([\t\n\f\r ]*)([^<]*)\Z")
_NO_TEXT = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8; the builder replaces them
_LARGEST = 2**64 - 1  # what the builder makes of any larger descriptor


class Heredoc(Value, frozen=True, kw_only=True, gc=False):
    """One heredoc.

    `body` are its lines with their line ends, `terminator` the line that ends it, without
    its line end; `lines` counts both. `expand` is false where its name is quoted, `chomp` is true
    for `<<-`, which removes leading tabs.
    """

    name: str
    expand: bool
    chomp: bool
    descriptor: int
    body: Span
    terminator: Span
    lines: int

    def content(self, text: str) -> SourceText:
        """Return the body out of the file's `text`, without its leading tabs where it says so."""
        body = self.body.of(text)
        if not self.chomp:
            return SourceText.join([(self.body.start, body)])
        pieces = []
        for line in LINES.finditer(body):
            kept = line.group().lstrip("\t")
            pieces.append((self.body.start + line.end() - len(kept), kept))
        return SourceText.join(pieces or [(self.body.start, "")])


class Opening(Value, frozen=True, kw_only=True, gc=False):
    """A word that opens a heredoc. `spaced` is true for `<< EOF`, which older builders reject."""

    name: str
    expand: bool
    chomp: bool
    descriptor: int
    spaced: bool


def opening(word: str) -> Opening | None:
    """Read `word` as the beginning of a heredoc; None where it is none."""
    match = _OPENING.match(word)
    if match is None or not match.group(4):
        return None
    names = words(match.group(4))
    if len(names) != 1:
        return None
    quoted = words(match.group(4), raw_quotes=True)
    return Opening(
        name=_NO_TEXT.sub("\ufffd", names[0]),
        expand=[_quotes(name) for name in names] == [_quotes(name) for name in quoted],
        chomp=bool(match.group(2)),
        descriptor=_descriptor(match.group(1)),
        spaced=bool(match.group(3)),
    )


def _descriptor(digits: str) -> int:
    digits = digits.lstrip("0")
    return min(int(digits or 0), _LARGEST) if len(digits) <= len(str(_LARGEST)) else _LARGEST


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def openings(line: str, *, spaced: bool) -> tuple[Opening, ...]:
    """Return the heredocs that a logical line opens. A line that cannot be lexed opens none."""
    if "<<" not in line:
        return ()
    try:
        found = [opening(word) for word in raw_words(line)]
    except DockerfileError:
        return ()
    return tuple(one for one in found if one is not None and (spaced or not one.spaced))


def read(one: Opening, next_line: Callable[[], Line | None], first: int) -> Heredoc:
    """Take the body of `one` off the lines. Raises DockerfileError where it does not end."""
    start = -1
    for count, line in enumerate(iter(next_line, None), 1):
        start = line.start if start < 0 else start
        content = line.content
        if (content.lstrip("\t") if one.chomp else content) == one.name:
            return Heredoc(
                name=one.name,
                expand=one.expand,
                chomp=one.chomp,
                descriptor=one.descriptor,
                body=Span(start, line.start),
                terminator=Span(line.start, line.start + len(content)),
                lines=count,
            )
    raise syntax_error(
        first,
        f"the heredoc <<{one.name} does not end",
        hint=f"Add a line that holds {one.name} alone.",
    )
