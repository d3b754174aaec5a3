"""Taking words, commands and instructions out, while comments and layout stay."""

import re
from itertools import pairwise

from stepdown.dockerfile import Instruction, Script, Span
from stepdown.rewrite.situation import line_end, line_start

Cut = tuple[Span, str]
_COMMENT = re.compile(r"^[ \t]*#[^\n]*(?:\n|\Z)", re.MULTILINE)


class Scissors:
    """Cuts parts of one script out of the file's text."""

    def __init__(self, text: str, instruction: Instruction, script: Script) -> None:
        self._text = text
        self._instruction = instruction
        self._script = script
        # In a heredoc every line is the shell's; elsewhere the builder drops comment lines.
        self._body = bool(instruction.heredocs) and not script.mixed

    def words(self, command_words: list[tuple[int, int]], drop: set[int]) -> list[Cut]:
        """Take the words of these positions out of one command; the first word has to stay.

        `command_words` are the places of all words in the script.
        """
        cuts: list[Cut] = []
        for first, last in series(drop):
            before = command_words[first - 1][1]
            start, end = command_words[first][0], command_words[last][1]
            own_line = self._new_line_between(before, start)
            if own_line and last + 1 < len(command_words):
                cuts += self.forward(start, command_words[last + 1][0])
            else:
                cuts += self.backward(before, end)
        return cuts

    def units(self, first: int, last: int) -> list[Cut]:
        """Take the links `first` to `last` out of the outermost chain; another has to stay."""
        units = self._script.units
        if first == 0:
            return self.forward(units[0].start, units[last + 1].start)
        weaker = units[last].joint == ";" != units[first - 1].joint
        if weaker or last + 1 == len(units) or self._hangs(first, last):
            return self.backward(units[first - 1].end, units[last].end)
        return self.forward(units[first].start, units[last + 1].start)

    def _hangs(self, first: int, last: int) -> bool:
        """Tell whether links stand on the line of what is before them, not of what follows."""
        units = self._script.units
        if units[last].joint != units[first - 1].joint:
            return False
        below = self._new_line_between(units[last].end, units[last + 1].start)
        return below and not self._new_line_between(units[first - 1].end, units[first].start)

    def _new_line_between(self, start: int, end: int) -> bool:
        source = self._script.source
        return "\n" in self._text[source.origin(start - 1) : source.origin(end)]

    def forward(self, start: int, end: int) -> list[Cut]:
        """Take out what stands before `end`, where the script goes on."""
        low, high = self._script.source.origin(start), self._script.source.origin(end)
        comments = self._comments(low, high)
        if not comments:
            return [(Span(low, high), "")]
        head = self._text[line_start(self._text, low) : low]
        if head.strip():
            cuts = [(Span(low, comments[0].start), self._break())]
        else:
            cuts = [(Span(low - len(head), comments[0].start), "")]
        cuts += _between(comments)
        line = self._text[line_start(self._text, high) : high]
        indent = len(line) - len(line.lstrip(" \t"))
        own = high - len(line)
        return [*cuts, (Span(comments[-1].end, own), ""), (Span(own + indent, high), "")]

    def backward(self, start: int, end: int) -> list[Cut]:
        """Take out what stands behind `start`, up to `end`."""
        low = self._script.source.span(start - 1, start).end
        high = self._script.source.span(end - 1, end).end
        comments = self._comments(low, high)
        if not comments:
            return [(Span(low, high), "")]
        goes_on = self._script.source.text[end:].strip() != ""
        line_break = self._break() if goes_on else self._newline()
        cuts = [(Span(low, comments[0].start), line_break), *_between(comments)]
        tail = comments[-1].end - (0 if goes_on else len(self._newline()))
        return [*cuts, (Span(tail, high), "")]

    def _comments(self, low: int, high: int) -> list[Span]:
        if self._body:
            found = [Span(*match.span()) for match in _COMMENT.finditer(self._text, low, high)]
        else:
            found = list(self._instruction.skipped)
        area = Span(low, high)
        return [one for one in found if area.covers(one) and one.of(self._text).strip()]

    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self._text[: self._instruction.span.end + 2] else "\n"

    def _break(self) -> str:
        return self._newline() if self._body else self._instruction.escape + self._newline()


def _between(comments: list[Span]) -> list[Cut]:
    return [
        (Span(one.end, two.start), "") for one, two in pairwise(comments) if one.end < two.start
    ]


def series(numbers: set[int]) -> list[tuple[int, int]]:
    """Group numbers that follow each other: first and last of each group."""
    groups: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if groups and groups[-1][1] == number - 1:
            groups[-1] = (groups[-1][0], number)
        else:
            groups.append((number, number))
    return groups


def whole(text: str, instruction: Instruction) -> Span:
    """Return the lines of an instruction, with their line ends."""
    return Span(line_start(text, instruction.span.start), line_end(text, instruction.span.end))
