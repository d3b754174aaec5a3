"""Code of the application and its tests: where it says something, and how near a failure that is.

A failed test names a place. What stands in the function there is nearest, then what stands in the
functions that it names, and so on.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from stepdown.model.image import Value

_PLACE = re.compile(
    r"(?P<path>[\w./@+-]{1,200}\.(?:py|[cm]?[jt]sx?|go|rb|php|pl|sh|bash|cc?|cpp|rs|java|kt))"
    r"(?:\", line |:|\(| on line )(?P<line>\d{1,6})\b"
    r"|(?P<script>/[\w./@+-]{1,200}): (?:line )?(?P<at>\d{1,6}): "
)
_BEGINS = re.compile(
    r"(?P<indent>\s*)(?:(?:export |default |async |public |private |protected |static |pub )*"
    r"(?:def|function\*?|func(?: ?\([^)]{0,80}\))?|sub|fn|class)\s+(?P<name>\w+)"
    r"|(?:export )?(?:const|let|var)\s+(?P<bound>\w+)\s*="
    r"|(?P<shell>[\w-]+)\s*\(\)\s*\{?|(?P<constant>[A-Za-z_]\w*)\s*=(?!=))"
)
_COMMENT = re.compile(r"\s*(?:#(?!!|include)|//|/?\*|--\s)")
_SHELL = re.compile(r"#!\s*\S*/(?:env +)?(?:ba|da|a)?sh\b")
_WORD = re.compile(r"[A-Za-z_]\w+")
_AFTER = 3  # lines: a call may go on below the place that is named
_DEEPEST = 3  # calls from the failed test to the code in question


class Frame(Value, frozen=True, kw_only=True):
    """A place that a failure names."""

    path: str
    line: int


class Place(Value, frozen=True, kw_only=True):
    """A line of code; `near` is 5 in the function that failed, 2 where nothing leads there.

    `through` is the function by which the failed one gets there, empty where there is none,
    `frames` are the failures that it is near to, and `shell` tells that it is a shell script's.
    """

    path: str
    line: int
    text: str
    near: int
    through: str = ""
    frames: frozenset[Frame] = frozenset()
    shell: bool = False


class Source(Value, frozen=True, kw_only=True, dict=True):
    """A file with code."""

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines."""
        return tuple(self.text.splitlines())

    @property
    def shell(self) -> bool:
        """Whether it is a script of a shell."""
        return self.path.endswith((".sh", ".bash")) or _SHELL.match(self.text) is not None

    @cached_property
    def parts(self) -> tuple["Part", ...]:
        """Its functions, classes and constants, the inner ones behind the outer ones."""
        return tuple(_parts(self))


class Part(Value, frozen=True, kw_only=True):
    """A function, class or constant; lines count from 1, the last one included."""

    name: str
    path: str
    first: int
    last: int
    words: frozenset[str]


def frames(lines: Iterable[str]) -> tuple[Frame, ...]:
    """Return the places that lines of a log name, each once."""
    found = (one for line in lines for one in _PLACE.finditer(line))
    return tuple(
        dict.fromkeys(
            Frame(path=one["path"] or one["script"], line=int(one["line"] or one["at"]))
            for one in found
        )
    )


class Code:
    """All code that was read, and the failures in it."""

    def __init__(self, sources: Iterable[Source], failed: Iterable[Frame]) -> None:
        self._sources = tuple(sources)
        self._parts = [part for source in self._sources for part in source.parts]
        self._ways = {frame: self._led(frame) for frame in failed if self._at(frame)}

    def find(self, pattern: re.Pattern[str]) -> Iterator[Place]:
        """Yield each line of code, no comments, in which `pattern` is found."""
        for source in self._sources:
            if pattern.search(source.text):
                for number, line in enumerate(source.lines, start=1):
                    if pattern.search(line) and not _COMMENT.match(line):
                        yield self._place(source, number, line)

    def _place(self, source: Source, number: int, line: str) -> Place:
        near, through, frames = 2, "", frozenset[Frame]()
        around = {p.name for p in source.parts if p.first <= number <= p.last}
        for frame, ways in self._ways.items():
            ranks = [(ways[name], name) for name in around if name in ways]
            if _same(source, frame) and frame.line == number:
                ranks.append((0, ""))
            depth, name = min(ranks, default=(_DEEPEST, ""))
            if depth < _DEEPEST:
                frames |= {frame}
                near, through = max((near, through), (5 - depth, name if depth else ""))
        return Place(
            path=source.path,
            line=number,
            text=line.strip()[:120],
            near=near,
            through=through,
            frames=frames,
            shell=source.shell,
        )

    def _at(self, frame: Frame) -> Source | None:
        return next((source for source in self._sources if _same(source, frame)), None)

    def _led(self, frame: Frame) -> dict[str, int]:
        """Return the names to which the place leads, with the number of calls to get there."""
        source = self._at(frame)
        inside = [p for p in source.parts if p.first <= frame.line <= p.last] if source else []
        own = inside[-1:] if inside else []
        found = {part.name: 0 for part in own}
        words = set().union(*(part.words for part in own)) or _words(source, frame)
        for depth in range(1, _DEEPEST):
            new = [part for part in self._parts if part.name in words and part.name not in found]
            found |= {part.name: depth for part in new}
            words = set().union(*(part.words for part in new))
        return found


def _words(source: Source | None, frame: Frame) -> set[str]:
    lines = source.lines[max(frame.line - 1, 0) : frame.line + _AFTER] if source else ()
    return set(_WORD.findall("\n".join(lines)))


def _same(source: Source, frame: Frame) -> bool:
    """Runners often print paths that are relative to a folder that they do not name."""
    return source.path == frame.path or source.path.endswith(f"/{frame.path.removeprefix('./')}")


def _parts(source: Source) -> Iterator[Part]:
    begins = [(number, found) for number, line in enumerate(source.lines, 1)
              if (found := _begin(line))]  # fmt: skip
    for place, (first, (indent, name)) in enumerate(begins):
        ends = (number for number, (other, _) in begins[place + 1 :] if other <= indent)
        last = next(ends, len(source.lines) + 1) - 1
        words = frozenset(_WORD.findall("\n".join(source.lines[first - 1 : last])))
        yield Part(name=name, path=source.path, first=first, last=last, words=words)


def _begin(line: str) -> tuple[int, str] | None:
    """Return the indentation and the name of what begins here; variables of functions are none."""
    found = _BEGINS.match(line)
    if found is None:
        return None
    indent = len(found["indent"].expandtabs(4))
    inner = found["bound"] or found["constant"]
    if inner and indent:
        return None
    return indent, found["name"] or found["shell"] or inner
