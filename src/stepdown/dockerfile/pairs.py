"""The names and values of ENV, ARG and LABEL."""

import re

from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.lines import SPACES
from stepdown.dockerfile.source import SourceText, Span
from stepdown.model.image import Value

_OLD_FORM = re.compile(r"([^\t\v\f\r ]+)[\t\v\f\r ]+(.*)\Z", re.DOTALL)
_WORD = rf"""
    (?: [^{SPACES}'"ESC]
      | ESC .
      | "(?:[^"ESC] | ESC .)*+ (?: " | (ESC)?\Z)
      | '[^']*+ (?: ' | \Z)
      | (ESC)\Z
    )++
"""
_WORDS = {
    escape: re.compile(_WORD.replace("ESC", re.escape(escape)), re.DOTALL | re.VERBOSE)
    for escape in ("\\", "`")
}


class Pair(Value, frozen=True, kw_only=True, gc=False):
    """One name with its value as written (quotes and variables untouched).

    `value` is None for an ARG without one.
    """

    key: str
    value: str | None
    span: Span
    value_span: Span


def pairs(instruction: Instruction) -> tuple[Pair, ...] | None:
    """Return the pairs of ENV, ARG or LABEL, None where the builder refuses them."""
    words = quoted_words(instruction.arguments, instruction.escape)
    args = instruction.args
    if instruction.keyword != "ARG" and words and "=" not in words[0][0]:
        return _old_form(args)
    if instruction.keyword != "ARG" and any("=" not in word for word, _, _ in words):
        return None
    return tuple(_pair(args, *word) for word in words)


def names(instruction: Instruction) -> list[str] | None:
    """Return the names alone of what `pairs` returns, in less time."""
    words = quoted_words(instruction.arguments, instruction.escape)
    if instruction.keyword != "ARG":
        if words and "=" not in words[0][0]:
            match = _OLD_FORM.match(instruction.arguments)
            return [match.group(1)] if match else None
        if any("=" not in word for word, _, _ in words):
            return None
    return [word.partition("=")[0] for word, _, _ in words]


def _old_form(args: SourceText) -> tuple[Pair, ...] | None:
    match = _OLD_FORM.match(args.text)
    if match is None:
        return None
    return (
        Pair(
            key=match.group(1),
            value=match.group(2),
            span=args.span(0, len(args.text)),
            value_span=args.span(*match.span(2)),
        ),
    )


def _pair(args: SourceText, word: str, start: int, end: int) -> Pair:
    key, equals, value = word.partition("=")
    return Pair(
        key=key,
        value=value if equals else None,
        span=args.span(start, end),
        value_span=args.span(start + len(key) + 1 if equals else end, end),
    )


def quoted_words(text: str, escape: str) -> list[tuple[str, int, int]]:
    """Split `text` at white space outside of quotes; each word as written, with its place.

    An escape character at the very end escapes nothing and belongs to no word.
    """
    words = []
    for match in _WORDS[escape].finditer(text):
        end = match.end() - (match.lastindex is not None)
        if match.start() < end:
            words.append((text[match.start() : end], match.start(), end))
    return words
