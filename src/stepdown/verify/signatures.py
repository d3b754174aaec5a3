"""Which breakage a line shows.

There are hundreds of patterns and there may be millions of lines, so a pattern is compiled, and
tried, only for a line that has its needle: a text that each of its matches must contain.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from stepdown.model.image import Value
from stepdown.model.recipe import Breakage, Channel, Signature

LONGEST = 300  # characters of evidence

# What is said of a command that is not there, by shells, runtimes, the engine and the audit.
_ABSENT = (
    r"(?:^|: ){name}: not found",
    r"(?:^|: ){name}: command not found",
    r'exec: "{name}": executable file not found',
    r"executable file `{name}` not found",
    r"spawn(?:Sync)? {name} ENOENT",
    r"No such file or directory: b?['\"](?:/usr)?(?:/local)?(?:/s?bin/)?{name}['\"]",
    r"No such file or directory - {name}\b",
    r"cannot run {name}: No such file or directory",
    r"\(child\): {name}: Cannot exec: No such file",
    r"(?:env|xargs|nohup|timeout|sudo|gosu|su-exec): .{{0,30}}\b{name}.?: No such file or dir",
    r'Cannot run program "{name}"',
    r"Cannot find command '{name}'",
    r"(?:was called|calls \S+), and the candidate has no /(?:\S{{0,200}}/)?{name}$",
)

_PART = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P<\w+>|<?[=!]|:))?|\)"
    r"|[*+?]\??|\{\d*,?\d*\}\??|.",
    re.DOTALL,
)


class Shown(Value, frozen=True, kw_only=True):
    """What a line shows, and the channels on which it does.

    `evidence` is the telling part of the line, `subject` what the pattern names.
    """

    breakage: Breakage
    channels: frozenset[Channel]
    evidence: str
    subject: str


class _Pattern(Value, frozen=True, kw_only=True):
    breakage: Breakage
    channels: frozenset[Channel]
    form: str
    needle: str


class Signatures:
    """The signatures of some breakages, the most specific first."""

    def __init__(self, breakages: Iterable[Breakage]) -> None:
        ordered = sorted(breakages, key=lambda breakage: -breakage.specific)
        self._patterns = tuple(
            _Pattern(
                breakage=breakage,
                channels=frozenset(signature.channels or Channel),
                form=form,
                needle=needle(form),
            )
            for breakage in ordered
            for signature in breakage.signatures
            for form in _forms(signature)
        )

    def shown(self, lines: Sequence[str]) -> Iterator[tuple[Shown, ...]]:
        """Yield for each line the breakages that it shows, the most specific first."""
        text = "\n".join(lines)
        needles = {needle for needle in {p.needle for p in self._patterns} if needle in text}
        possible = tuple(p for p in self._patterns if p.needle in needles)
        for line in lines:
            some = any(needle in line for needle in needles)
            yield tuple(_matches(possible, line)) if some else ()


def _matches(patterns: Iterable[_Pattern], line: str) -> Iterator[Shown]:
    for pattern in patterns:
        if pattern.needle in line:
            match = _compile(pattern.form).search(line)
            if match is not None:
                yield _shown(pattern, match)


def _shown(pattern: _Pattern, match: re.Match[str]) -> Shown:
    start = 0 if match.end() <= LONGEST else match.start()
    return Shown(
        breakage=pattern.breakage,
        channels=pattern.channels,
        evidence=match.string[start : start + LONGEST],
        subject=match.groupdict().get("name") or "",
    )


def _forms(signature: Signature) -> tuple[str, ...]:
    names = [re.escape(name) for name in signature.commands]
    name = names[0] if len(names) == 1 else f"(?:{'|'.join(names)})"
    return tuple(form.format(name=name) for form in _ABSENT) if names else (signature.pattern,)


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def needle(pattern: str) -> str:
    """Return the longest text that every match of `pattern` contains, empty where none is sure."""
    runs: list[str] = [""]
    depth = 0
    for part in _PART.findall(pattern):
        literal = part[1:] if part[0] == "\\" and not part[1].isalnum() else part
        if depth == 0 and part == "|":
            return ""
        if depth == 0 and (len(part) == 1 or literal != part) and part not in "()^$.*+?":
            runs[-1] += literal
            continue
        if part[0] in "*?{":  # the character before it may be absent
            runs[-1] = runs[-1][:-1]
        depth += (part[0] == "(") - (part == ")")
        runs.append("")
    return max(runs, key=len)
