"""Physical lines, parser directives and logical lines, by the rules of BuildKit's parser.

The rules are those of `frontend/dockerfile/parser` in moby/buildkit. A file is split at line feeds
only; carriage returns, form feeds and the rest belong to the line.
"""

import re

from stepdown.dockerfile.source import SourceText, Span
from stepdown.errors import DockerfileError
from stepdown.model.image import Value

# Go's unicode.IsSpace; str.isspace knows a few more (the separators \x1c to \x1f).
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
BYTE_ORDER_MARK = "\ufeff"
LONGEST_LINE = 65_535  # bytes without the line feed; BuildKit reads with a buffer of 64 KiB
LARGEST_FILE = 2**24  # bytes; hundreds of times the largest Dockerfile known
LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
_DIRECTIVE = re.compile(
    rf"#[{SPACES}]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z"
)
_DIRECTIVES = ("syntax", "escape", "check")
_ESCAPES = ("\\", "`")


def syntax_error(line: int, brief: str, *, details: str = "", hint: str = "") -> DockerfileError:
    """Make the error for a file that BuildKit refuses; `line` counts from 1."""
    return DockerfileError(f"Dockerfile line {line}: {brief}", details=details, hint=hint)


class Line(Value, frozen=True, gc=False):
    """One physical line with its line end: where it begins, and its number from 1."""

    text: str
    start: int
    number: int

    @property
    def content(self) -> str:
        """The line without its line end."""
        return self.text.rstrip("\r\n")


class LogicalLine(Value, frozen=True, gc=False):
    """The joined text of an instruction without its heredocs.

    `first` and `last` are line numbers from 1, `end` is where its last line ends, without that
    line's own end; `skipped` are the comment and blank lines inside, with their line ends.
    """

    source: SourceText
    first: int
    last: int
    end: int
    skipped: tuple[Span, ...]


class Directive(Value, frozen=True, kw_only=True):
    """A parser directive: `# syntax=`, `# escape=` or `# check=`."""

    name: str
    value: str
    line: int


def is_comment(line: str) -> bool:
    """Tell whether a physical line is a comment, which continues nothing and ends nothing."""
    return line.lstrip(SPACES).startswith("#")


def beginning(text: str) -> int:
    """Return where the first line of `text` begins: behind a byte order mark."""
    return len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0


def split_lines(text: str) -> list[str]:
    """Split `text` into its lines, each with its line end; a byte order mark is left out.

    Raises DockerfileError for a line that is too long for the builder, and for what is so large
    that it cannot be a Dockerfile.
    """
    if len(text) > LARGEST_FILE:
        raise DockerfileError(
            f"the Dockerfile is larger than {LARGEST_FILE >> 20} MiB",
            hint="Is it a Dockerfile? Those written by people have some kilobytes.",
        )
    lines = LINES.findall(text, beginning(text))
    if len(max(lines, key=len, default="")) * 4 > LONGEST_LINE:
        _refuse_long(lines)
    return lines


def _refuse_long(lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        if len(line.removesuffix("\n").encode("utf-8", "surrogateescape")) > LONGEST_LINE:
            raise syntax_error(
                number, "the line is longer than 65,535 bytes", hint="Break the line with `\\`."
            )


def directives(lines: list[str]) -> tuple[Directive, ...]:
    """Return the parser directives, which stand before everything else.

    Raises DockerfileError for one that is given twice or an escape character that is none.
    """
    found: dict[str, Directive] = {}
    for number, line in enumerate(lines, 1):
        match = _DIRECTIVE.match(line.lstrip(SPACES).rstrip("\r\n"))
        name = match.group(1).lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            break
        if name in found:
            raise syntax_error(
                number,
                f"only one {name} parser directive can be used",
                hint=f"Delete one of the lines `# {name}=...` at the top of the file.",
            )
        if name == "escape" and match.group(2) not in _ESCAPES:
            raise syntax_error(
                number,
                f"invalid escape character {match.group(2)!r}",
                hint="It is the backslash or the backtick.",
            )
        found[name] = Directive(name=name, value=match.group(2), line=number)
    return tuple(found.values())


class LineReader:
    """Reads logical lines, and raw lines where a heredoc follows, each line once.

    `start` is where the first of `lines` begins in the file.
    """

    def __init__(self, lines: list[str], start: int, escape: str) -> None:
        self._lines = lines
        self._number = 0
        self._offset = start
        self._escape = escape

    def raw(self) -> Line | None:
        """Return the next physical line as it is, None at the end of the file."""
        if self._number == len(self._lines):
            return None
        text = self._lines[self._number]
        line = Line(text, self._offset, self._number + 1)
        self._number += 1
        self._offset += len(text)
        return line

    def next(self) -> LogicalLine | None:
        """Return the next logical line, None at the end of the file."""
        lines, number, offset = self._lines, self._number, self._offset
        while number < len(lines):
            line = lines[number]
            stripped = line.lstrip(SPACES)
            number, offset = number + 1, offset + len(line)
            if stripped and stripped[0] != "#":
                self._number, self._offset = number, offset
                return self._logical(stripped.rstrip("\r\n"), offset - len(stripped))
        self._number, self._offset = number, offset
        return None

    def _logical(self, content: str, start: int) -> LogicalLine:
        first = self._number
        head, more = self._continued(content)
        if not more:
            source = SourceText(head, (0,), (start,))
            return LogicalLine(source, first, first, start + len(content), ())
        pieces, skipped, end = self._continuation([(start, head)], start + len(content))
        return LogicalLine(SourceText.join(pieces), first, self._number, end, tuple(skipped))

    def _continuation(
        self, pieces: list[tuple[int, str]], end: int
    ) -> tuple[list[tuple[int, str]], list[Span], int]:
        """Read on to a line that does not continue; return pieces, what lies between, and the end.

        Comments and blank lines do not end a continuation.
        """
        lines, number, offset = self._lines, self._number, self._offset
        skipped, more = [], True
        while more and number < len(lines):
            line = lines[number]
            content = line.rstrip("\r\n")
            stripped = content.lstrip(SPACES)
            if stripped and stripped[0] != "#":
                piece, more = self._continued(content)
                pieces.append((offset, piece))
            else:
                skipped.append(Span(offset, offset + len(line)))
            end = offset + len(content)
            number, offset = number + 1, offset + len(line)
        self._number, self._offset = number, offset
        return pieces, skipped, end

    def _continued(self, content: str) -> tuple[str, bool]:
        """Cut the escape character off the end; it does not count behind another one."""
        head = content.rstrip(" \t")
        escape = self._escape
        if not head.endswith(escape) or head.endswith(escape * 2):
            return content, False
        return head[:-1], True
