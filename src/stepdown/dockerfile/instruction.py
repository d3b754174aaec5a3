"""One instruction with the exact place of each of its parts."""

import json
import re
from typing import NoReturn

from msgspec.structs import replace

from stepdown.dockerfile.heredoc import Heredoc
from stepdown.dockerfile.lines import SPACES, LogicalLine
from stepdown.dockerfile.source import SourceText, Span
from stepdown.model.image import Value

_KEYWORD = re.compile(r"[^\t\v\f\r ]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_KIND = re.compile(rf"[^{SPACES}]*[{SPACES}]*")
_FIELD = re.compile(r"[^\t\v\f\r ]+")


class Flag(Value, frozen=True, kw_only=True):
    """A flag of an instruction, as in `--name=value`; `value` is None without an equals sign.

    Quotes and escapes are resolved in `name` and `value`. `span` is the whole word, `value_span`
    what stands after the equals sign as written.
    """

    name: str
    value: str | None
    span: Span
    value_span: Span


class Word(Value, frozen=True, kw_only=True):
    """One word: what it says, and where it stands. Quotes belong to the span."""

    text: str
    span: Span


class Instruction(Value, frozen=True, kw_only=True):
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
    keyword_span: Span
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
    def args(self) -> SourceText:
        """What stands after keyword and flags, trimmed."""
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
        command = self.command
        values = json_array(command.text)
        if values is None or not all(isinstance(value, str) for value in values):
            return None
        spans = [command.span(*match.span()) for match in _STRING.finditer(command.text)]
        return tuple(
            Word(text=str(value), span=span) for value, span in zip(values, spans, strict=True)
        )

    @property
    def fields(self) -> tuple[Word, ...]:
        """The arguments split at white space, without regard to quotes (FROM, EXPOSE, USER)."""
        args = self.args
        return tuple(
            Word(text=match.group(), span=args.span(*match.span()))
            for match in _FIELD.finditer(args.text)
        )

    @property
    def operands(self) -> tuple[Word, ...]:
        """The arguments of COPY, ADD, VOLUME or EXPOSE, in either form."""
        json = self.json
        return self.fields if json is None else json

    def flag(self, name: str) -> Flag | None:
        """Return the last flag of that name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)


def json_array(text: str) -> list[object] | None:
    """Read `text` as a JSON array the way the builder does; None where it is none."""
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return list(value)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


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
    start = len(text) - len(text.lstrip(SPACES))
    stop = len(text.rstrip(SPACES))
    match = _KEYWORD.match(text, start, stop)
    keyword_end = match.end() if match else start
    keyword = text[start:keyword_end].upper()
    flags, args_start = _flags(source, keyword_end, max(stop, keyword_end), escape)
    inner = None
    if keyword == "ONBUILD" and args_start < stop:
        inner = _split(source.cut(args_start, stop), line, escape)
    return Instruction(
        keyword=keyword,
        span=Span(source.origin(start), line.end),
        keyword_span=source.span(start, keyword_end),
        flags=flags,
        line=line.first,
        end_line=line.last,
        source=source,
        args_start=args_start,
        args_end=max(stop, args_start),
        skipped=line.skipped,
        escape=escape,
        onbuild=inner,
    )


def _flags(source: SourceText, at: int, stop: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """Read the flags that begin at `at`; return them and where the arguments begin."""
    text = source.text
    flags: list[Flag] = []
    while True:
        at = _skip(text, at, stop)
        if not text.startswith("--", at, stop):
            return tuple(flags), at
        word, end = _flag_word(text, at, stop, escape)
        if word == "--":
            return tuple(flags), _skip(text, end, stop)
        name, equals, value = word[2:].partition("=")
        equals_at = text.find("=", at, end)
        flags.append(
            Flag(
                name=name,
                value=value if equals else None,
                span=source.span(at, end),
                value_span=source.span(equals_at + 1 if equals else end, end),
            )
        )
        at = end


def _skip(text: str, at: int, stop: int) -> int:
    while at < stop and text[at] in SPACES:
        at += 1
    return at


def _flag_word(text: str, at: int, stop: int, escape: str) -> tuple[str, int]:
    """Read one word, resolving quotes and escapes as the builder does for flags."""
    word, quote = [], ""
    while at < stop and (quote or text[at] not in SPACES):
        char = text[at]
        at += 1
        if char == escape:
            word.append(text[at : min(at + 1, stop)])
            at = min(at + 1, stop)
        elif char == quote:
            quote = ""
        elif not quote and char in ("'", '"'):
            quote = char
        else:
            word.append(char)
    return "".join(word), at
