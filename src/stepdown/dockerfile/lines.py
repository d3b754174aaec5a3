"""Physical lines, parser directives and logical lines, by the rules of BuildKit's parser.

The rules are those of `frontend/dockerfile/parser` in moby/buildkit. A file is split at line feeds
only; carriage returns, form feeds and the rest belong to the line.
"""

import re
from collections.abc import Iterator

from stepdown.dockerfile.source import SourceText, Span
from stepdown.errors import DockerfileError
from stepdown.model.image import Value

# Go's unicode.IsSpace; str.isspace knows a few more (the separators \x1c to \x1f).
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
BYTE_ORDER_MARK = "\ufeff"
LONGEST_LINE = 65_535  # bytes; the buffer of the scanner that BuildKit reads with
LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
_DIRECTIVE = re.compile(
    rf"#[{SPACES}]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z"
)
_DIRECTIVES = ("syntax", "escape", "check")
_CONTINUATION = {
    "\\": re.compile(r"(?:(?<=[^\\])|^)\\[ \t]*\Z"),
    "`": re.compile(r"(?:(?<=[^`])|^)`[ \t]*\Z"),
}


def syntax_error(line: int, brief: str, *, details: str = "", hint: str = "") -> DockerfileError:
    """Make the error for a file that BuildKit refuses; `line` counts from 1."""
    return DockerfileError(f"Dockerfile line {line}: {brief}", details=details, hint=hint)


class Line(Value, frozen=True):
    """One physical line: its span without and with the line end, and its number from 1."""

    text: str
    start: int
    end: int
    number: int

    @property
    def content(self) -> str:
        """The line without its line end."""
        return self.text.rstrip("\r\n")

    @property
    def blank(self) -> bool:
        """Whether it has nothing but white space."""
        return not self.text.strip(SPACES)

    @property
    def comment(self) -> bool:
        """Whether it is a comment, which also continues nothing and ends nothing."""
        return self.text.lstrip(SPACES).startswith("#")


class LogicalLine(Value, frozen=True, kw_only=True):
    """The joined text of an instruction without its heredocs.

    `first` and `last` are line numbers from 1, `end` is where its last line ends, without that
    line's own end; `skipped` are the comment and blank lines inside,
    with their line ends.
    """

    source: SourceText
    first: int
    last: int
    end: int
    skipped: tuple[Span, ...] = ()


class Directive(Value, frozen=True, kw_only=True):
    """A parser directive: `# syntax=`, `# escape=` or `# check=`."""

    name: str
    value: str
    line: int


def split_lines(text: str) -> list[Line]:
    """Split `text` into its lines; joined again they are `text` (less a byte order mark)."""
    at = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    lines = []
    for number, match in enumerate(LINES.finditer(text, at), 1):
        lines.append(Line(match.group(), match.start(), match.end(), number))
        size = match.end() - match.start()
        if size * 4 > LONGEST_LINE and len(_encode(match.group())) > LONGEST_LINE:
            raise syntax_error(
                number, "the line is longer than 65,535 bytes", hint="Break the line with `\\`."
            )
    return lines


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def directives(lines: list[Line]) -> tuple[Directive, ...]:
    """Return the parser directives, which stand before everything else.

    Raises DockerfileError for one that is given twice or an escape character that is none.
    """
    found: dict[str, Directive] = {}
    for line in lines:
        match = _DIRECTIVE.match(line.content.lstrip(SPACES))
        name = match.group(1).lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            break
        if name in found:
            raise syntax_error(line.number, f"only one {name} parser directive can be used")
        if name == "escape" and match.group(2) not in _CONTINUATION:
            raise syntax_error(line.number, f"invalid escape character {match.group(2)!r}")
        found[name] = Directive(name=name, value=match.group(2), line=line.number)
    return tuple(found.values())


class LineReader:
    """Reads logical lines, and raw lines where a heredoc follows, each line once."""

    def __init__(self, lines: list[Line], escape: str) -> None:
        self._rest = iter(lines)
        self._continuation = _CONTINUATION[escape]

    def raw(self) -> Iterator[Line]:
        """Yield the next physical lines as they are."""
        return self._rest

    def next(self) -> LogicalLine | None:
        """Return the next logical line, None at the end of the file."""
        for line in self._rest:
            if line.comment or line.blank:
                continue
            return self._continue(line)
        return None

    def _continue(self, first: Line) -> LogicalLine:
        content = first.content
        stripped = content.lstrip(SPACES)
        piece, more = self._trim(stripped)
        pieces = [(first.start + len(content) - len(stripped), piece)]
        skipped, last = [], first
        while more and (line := next(self._rest, None)) is not None:
            last = line
            if line.comment or line.blank:
                skipped.append(Span(line.start, line.end))
                continue
            piece, more = self._trim(line.content)
            pieces.append((line.start, piece))
        return LogicalLine(
            source=SourceText.join(pieces),
            first=first.number,
            last=last.number,
            end=last.start + len(last.content),
            skipped=tuple(skipped),
        )

    def _trim(self, content: str) -> tuple[str, bool]:
        match = self._continuation.search(content)
        return (content[: match.start()], True) if match else (content, False)
