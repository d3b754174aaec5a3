"""The names and values of ENV, ARG and LABEL."""

import re

from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.lines import SPACES
from stepdown.dockerfile.source import Span
from stepdown.model.image import Value

_OLD_FORM = re.compile(r"([^\t\v\f\r ]+)[\t\v\f\r ]+(.*)\Z", re.DOTALL)


class Pair(Value, frozen=True, kw_only=True):
    """One name with its value as written (quotes and variables untouched).

    `value` is None for an ARG without one.
    """

    key: str
    value: str | None
    span: Span
    value_span: Span


def pairs(instruction: Instruction) -> tuple[Pair, ...] | None:
    """Return the pairs of ENV, ARG or LABEL, None where the builder refuses them."""
    args = instruction.args
    words = quoted_words(args.text, instruction.escape)
    if instruction.keyword != "ARG" and words and "=" not in words[0][0]:
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
    found = []
    for word, start, end in words:
        key, equals, value = word.partition("=")
        if not equals and instruction.keyword != "ARG":
            return None
        equals_at = args.text.find("=", start, end)
        found.append(
            Pair(
                key=key,
                value=value if equals else None,
                span=args.span(start, end),
                value_span=args.span(equals_at + 1 if equals else end, end),
            )
        )
    return tuple(found)


def quoted_words(text: str, escape: str) -> list[tuple[str, int, int]]:
    """Split `text` at white space outside of quotes; each word as written, with its place."""
    words = []
    at = 0
    while at < len(text):
        if text[at] in SPACES:
            at += 1
            continue
        start = at
        at = _word_end(text, at, escape)
        words.append((text[start:at], start, at))
    return words


def _word_end(text: str, at: int, escape: str) -> int:
    quote = ""
    while at < len(text) and (quote or text[at] not in SPACES):
        char = text[at]
        if char == escape and quote != "'":
            at += 1
        elif char == quote:
            quote = ""
        elif not quote and char in ("'", '"'):
            quote = char
        at += 1
    return min(at, len(text))
