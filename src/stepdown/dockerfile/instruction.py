"""One instruction with the exact place of each of its parts."""

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from math import isinf
from typing import NoReturn

from msgspec.structs import replace

from stepdown.dockerfile.heredoc import Heredoc
from stepdown.dockerfile.lines import SPACES, LogicalLine
from stepdown.dockerfile.source import SourceText, Span
from stepdown.model.image import Value

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SPACES = re.compile(f"[{SPACES}]*")
# In some places the builder looks at single bytes; these are white space there. In our text a byte
# that is no UTF-8 is a lone surrogate.
_BYTE_SPACES = "\t\n\v\f\r \x85\xa0"
_KEYWORD = re.compile(rf"[{SPACES}]*([^\t\v\f\r ]+)[\t\n\v\f\r \udc85\udca0]*")
_KIND = re.compile("[^\t\n\v\f\r \udc85\udca0]*[\t\n\v\f\r \udc85\udca0]*")
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
FIELD = re.compile(r"[^\t\v\f\r ]+")


class Flag(Value, frozen=True, kw_only=True, gc=False):
    """A flag of an instruction, as in `--name=value`; `value` is None without an equals sign.

    Quotes and escapes are resolved in `name` and `value`. `span` is the whole word, `value_span`
    what stands after the equals sign as written.
    """

    name: str
    value: str | None
    span: Span
    value_span: Span


class Word(Value, frozen=True, kw_only=True, gc=False):
    """One word: what it says, and where it stands. Quotes belong to the span."""

    text: str
    span: Span


class Instruction(Value, frozen=True, kw_only=True, gc=False):
    """One instruction.

    `keyword` is in upper case; `span` reaches from the keyword to the end of its last line (its
    heredocs included) without that line's end. `line` and `end_line` count from 1. `source` is the
    joined logical line, where comments, blank lines and continuations are gone and from which
    every offset leads back into the file. `skipped` are the comment and blank lines inside,
    `escape` is the file's escape character.
    `onbuild` is the instruction that an ONBUILD holds.
    """

    keyword: str
    span: Span
    flags: tuple[Flag, ...]
    line: int
    end_line: int
    source: SourceText
    args_start: int
    args_end: int
    heredocs: tuple[Heredoc, ...] = ()
    skipped: tuple[Span, ...] = ()
    escape: str = "\\"
    onbuild: "Instruction | None" = None

    @property
    def logical(self) -> str:
        """The joined logical line."""
        return self.source.text

    @property
    def keyword_span(self) -> Span:
        """Where the keyword stands."""
        text = self.source.text
        start = len(text) - len(text.lstrip(SPACES))
        return self.source.span(start, start + len(self.keyword))

    @property
    def arguments(self) -> str:
        """What stands after keyword and flags, trimmed."""
        return self.source.text[self.args_start : self.args_end]

    @property
    def args(self) -> SourceText:
        """The arguments with their way back to the file."""
        return self.source.cut(self.args_start, self.args_end)

    @property
    def command(self) -> SourceText:
        """The command line of RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK (after its CMD word)."""
        if self.keyword != "HEALTHCHECK":
            return self.args
        args = self.args
        word = _KIND.match(args.text)
        return args.cut(word.end() if word else 0, len(args.text))

    @property
    def json(self) -> tuple[Word, ...] | None:
        """The words of the exec form, None where the command line is in shell form."""
        if not self._may_be_json():
            return None
        command = self.command
        values = json_array(command.text)
        if values is None or not all(isinstance(value, str) for value in values):
            return None
        spans = [command.span(*match.span()) for match in _STRING.finditer(command.text)]
        return tuple(
            Word(text=str(value), span=span) for value, span in zip(values, spans, strict=True)
        )

    def _may_be_json(self) -> bool:
        """Tell by its first character whether the command line can be in exec form."""
        if self.keyword == "HEALTHCHECK":
            return "[" in self.source.text
        return self.source.text.startswith("[", self.args_start)

    @property
    def fields(self) -> tuple[Word, ...]:
        """The arguments split at white space, without regard to quotes (FROM, EXPOSE, USER)."""
        args = self.args
        return tuple(
            Word(text=match.group(), span=args.span(*match.span()))
            for match in FIELD.finditer(args.text)
        )

    @property
    def operands(self) -> tuple[Word, ...]:
        """The arguments of COPY, ADD, VOLUME or EXPOSE, in either form; quotes mean nothing."""
        json = self.json
        return self.fields if json is None else json

    def flag(self, name: str) -> Flag | None:
        """Return the last flag of that name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)


def json_array(text: str) -> list[object] | None:
    """Read `text` as a JSON array the way the builder does; None where it is none."""
    text = text.lstrip(SPACES)
    if not text.startswith("["):
        return None
    try:
        value = _JSON.decode(text)
    except (ValueError, RecursionError):
        return None
    return [_printable(one) if isinstance(one, str) else one for one in value]


def _number(digits: str) -> float:
    # Go reads every number as a float, and a larger one makes the text no JSON at all.
    if isinf(value := float(digits)):
        raise ValueError(digits)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_JSON = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_no_constant)


def _printable(text: str) -> str:
    # Half of a surrogate pair, written as \ud83d, is no character; ours stand for single bytes.
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def split(line: LogicalLine, *, escape: str) -> Instruction:
    """Split a logical line into keyword, flags and arguments; it has no heredocs yet."""
    return _split(line.source, line, escape)


def with_heredocs(instruction: Instruction, heredocs: tuple[Heredoc, ...]) -> Instruction:
    """Return the instruction, and what its ONBUILD holds, with its heredocs."""
    if not heredocs:
        return instruction
    inner = instruction.onbuild
    last = heredocs[-1].terminator
    return replace(
        instruction,
        span=Span(instruction.span.start, last.end),
        end_line=instruction.end_line + sum(one.lines for one in heredocs),
        heredocs=heredocs,
        onbuild=None if inner is None else with_heredocs(inner, heredocs),
    )


def _split(source: SourceText, line: LogicalLine, escape: str) -> Instruction:
    text = source.text
    stop = len(text.rstrip(SPACES))
    match = _KEYWORD.match(text, 0, stop)
    start, at = (match.start(1), match.end()) if match else (stop, stop)
    keyword = _keyword(match.group(1) if match else "")
    flags, args_start = _flags(source, at, stop, escape)
    inner = None
    if keyword == "ONBUILD" and args_start < stop:
        inner = _split(source.cut(args_start, stop), line, escape)
    return Instruction(
        keyword=keyword,
        span=Span(source.origin(start), line.end),
        flags=flags,
        line=line.first,
        end_line=line.last,
        source=source,
        args_start=args_start,
        args_end=stop,
        skipped=line.skipped,
        escape=escape,
        onbuild=inner,
    )


def _keyword(word: str) -> str:
    # Go compares in lower case; there, the Kelvin sign is a k, but the long s is no s.
    if word.isascii():
        return word.upper()
    lower = word.lower()
    return lower.upper() if lower.isascii() else word


def _flags(source: SourceText, at: int, stop: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """Read the flags that begin at `at`; return them and where the arguments begin."""
    text = source.text
    if not text.startswith("--", at, stop):
        if at == stop or "!" <= text[at] <= "~":
            return (), at
        return (), _end(_SPACES, text, at, stop)
    view, places = _bytewise(text[:stop])
    at = bisect_left(places, at)
    flags: list[Flag] = []
    while view.startswith("--", at):
        word, end = _flag_word(view, at, escape)
        if word != "--":
            flags.append(_flag(source, word, places[at], places[end]))
        at = end
        while at < len(view) and view[at] in _BYTE_SPACES:
            at += 1
        if word == "--":
            break
    return tuple(flags), _end(_SPACES, text, places[at], stop)


def _end(pattern: re.Pattern[str], text: str, at: int, stop: int) -> int:
    match = pattern.match(text, at, stop)
    return match.end() if match else at


def _bytewise(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` with a character for each byte, and the way back for its offsets.

    The builder reads flags byte by byte; it also spoils what is not ASCII in them that way.
    """
    if text.isascii():
        return text, range(len(text) + 1)
    encoded = [char.encode("utf-8", "surrogateescape") for char in text]
    places = [at for at, char in enumerate(encoded) for _ in char]
    return b"".join(encoded).decode("latin-1"), [*places, len(text)]


def _flag(source: SourceText, word: str, start: int, end: int) -> Flag:
    name, equals, value = word[2:].partition("=")
    equals_at = source.text.find("=", start, end)
    return Flag(
        name=name,
        value=value if equals else None,
        span=source.span(start, end),
        value_span=source.span(equals_at + 1 if equals else end, end),
    )


def _flag_word(text: str, at: int, escape: str) -> tuple[str, int]:
    """Read one word, resolving quotes and escapes as the builder does for flags."""
    word, quote = [], ""
    while at < len(text) and (quote or text[at] not in _BYTE_SPACES):
        char = text[at]
        at += 1
        if char == escape:
            word.append(text[at : at + 1])
            at = min(at + 1, len(text))
        elif char == quote:
            quote = ""
        elif not quote and char in ("'", '"'):
            quote = char
        else:
            word.append(char)
    return "".join(word), at
