"""Causes that no message names, from what is known of both images, the code and the failure.

Each breakage of the recipes with `grounds` is weighed: its conditions must hold for these two
images, and signs in the code, in compiled programs and in what the checks say speak for it. The
heaviest is named and the others are mentioned. It stays a suspicion.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from stepdown.model.image import Libc, Value
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Breakage, Channel, Grounds
from stepdown.model.trial import Finding
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.sources import Code, Frame, Place

_ENOUGH = 3  # the weight from which on a cause is named
_MUSL, _LOST, _REPLACED, _CALLS, _SHOWS, _PREDICTED = 1, 2, 2, 1, 3, 1
_CLOSE = 4  # how near code must be to its failure to be a cause beside another one
_MENTIONED = 3
_PATHS = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
)  # fmt: skip
_NAMED = re.compile(r"(?<![\w./$}-])/(?:bin|etc|lib|opt|run|sbin|srv|usr|var)/[\w.+/-]*[\w+-]")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What is known of a failure: the code, and which compiled program calls which function."""

    code: Code
    called: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What went wrong, in the words of the checks and in new lines of what was printed."""

    checks: tuple[str, ...]
    channel: Channel
    differences: tuple[str, ...]
    lines: tuple[str, ...]


class Suspect(Value, frozen=True, kw_only=True):
    """A breakage that fits, its weight, and why, in words; `frames` are failures it is near to."""

    breakage: Breakage
    weight: int
    words: tuple[str, ...]
    frames: frozenset[Frame] = frozenset()

    @property
    def named(self) -> bool:
        """Whether enough speaks for it to call it the cause."""
        weak = self.breakage.grounds is None or self.breakage.grounds.weak
        return self.weight >= _ENOUGH and not weak


def suspects(
    breakages: Iterable[Breakage],
    images: tuple[RootFS, RootFS],
    hazards: Iterable[Hazard],
    failure: Failure,
    looked: Looked,
) -> tuple[Suspect, ...]:
    """Return what fits, the heaviest first; `images` are the baseline's files and the candidate's.

    What is as heavy stands in the order of how specific it is, then of its id.
    """
    predicted = {hazard.id: hazard for hazard in hazards}
    weighed = (_weighed(b, images, predicted.get(b.id), failure, looked) for b in breakages)
    found = (suspect for suspect in weighed if suspect is not None)
    return tuple(sorted(found, key=lambda s: (-s.weight, -s.breakage.specific, s.breakage.id)))


def findings(ranked: tuple[Suspect, ...], failure: Failure) -> tuple[Finding, ...]:
    """Name the heaviest, and each other one that is near to a failure that no named one explains.

    Nothing is named where nothing is heavy enough.
    """
    named: list[Suspect] = []
    for suspect in ranked:
        new = suspect.frames - {frame for one in named for frame in one.frames}
        if suspect.named and (new or not named):
            named.append(suspect)
    others = tuple(suspect for suspect in ranked if suspect not in named)
    return tuple(_finding(suspect, others, failure) for suspect in named)


def mentioned(others: Iterable[Suspect]) -> str:
    """Return a sentence on what else may be the cause; empty where there is nothing."""
    titles = [f"{one.breakage.title} ({one.breakage.id})" for one in others][:_MENTIONED]
    return f" Less likely: {'; '.join(titles)}." if titles else ""


def _finding(suspect: Suspect, others: tuple[Suspect, ...], failure: Failure) -> Finding:
    breakage = suspect.breakage
    return Finding(
        breakage=breakage.id,
        title=breakage.title,
        checks=failure.checks,
        channel=failure.channel,
        evidence="; ".join(suspect.words),
        cause=breakage.cause + mentioned(others),
        remedies=breakage.remedies,
    )


def _weighed(
    breakage: Breakage,
    images: tuple[RootFS, RootFS],
    hazard: Hazard | None,
    failure: Failure,
    looked: Looked,
) -> Suspect | None:
    grounds = breakage.grounds or Grounds()
    conditions = _conditions(grounds, *images)
    if conditions is None:
        return None
    place, path = _nearest(grounds, images, failure, looked.code)
    signs = [*_signs(grounds, failure, looked)]
    if place is not None:
        signs.insert(0, (place.near, _told(place)))
    elif path:
        signs.insert(0, (_CLOSE, f"`{path}` is what it asks for"))
    if path:
        conditions.append((_LOST, _only(path)))
    if not signs:
        return None
    if hazard is not None:
        conditions.append((_PREDICTED, "it was predicted"))
    reasons = [*signs, *conditions]
    told = any(words in failure.differences for _, words in signs)
    shown = () if told else failure.differences[:1]
    return Suspect(
        breakage=breakage,
        weight=sum(weight for weight, _ in reasons),
        words=(*dict.fromkeys(words for _, words in reasons), *shown),
        frames=place.frames if place is not None and place.near >= _CLOSE else frozenset(),
    )


def _conditions(grounds: Grounds, before: RootFS, after: RootFS) -> list[tuple[int, str]] | None:
    """Return what holds, None where something does not."""
    found: list[tuple[int, str]] = []
    if grounds.musl:
        if Libc.GLIBC not in before.libcs or after.libcs != {Libc.MUSL}:
            return None
        found.append((_MUSL, "the baseline has glibc, the candidate musl"))
    if grounds.lost:
        path = _lost(grounds.lost, before, after)
        if not path:
            return None
        found.append((_LOST, _only(path)))
    if grounds.replaced:
        words = next((w for name in grounds.replaced if (w := _replaced(name, before, after))), "")
        if not words:
            return None
        found.append((_REPLACED, words))
    return found


def _only(path: str) -> str:
    return f"the baseline has {path}, the candidate does not"


def _lost(patterns: Iterable[str], before: RootFS, after: RootFS) -> str:
    """Return the first path of `before` that a pattern names, where `after` has none at all."""
    for pattern in patterns:
        had = _matching(pattern, before)
        if had and not _matching(pattern, after):
            return had
    return ""


def _matching(pattern: str, fs: RootFS) -> str:
    if "*" not in pattern:
        return pattern if fs.get(pattern) is not None else ""
    wanted = _glob(pattern)
    return min((path for path in fs.entries if wanted.match(path)), default="")


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def _replaced(name: str, before: RootFS, after: RootFS) -> str:
    """Say whose a command was, where it is BusyBox's now and was not."""
    was, now = before.which(name, _PATHS), after.which(name, _PATHS)
    if was is None or now is None or _busybox(was, before) or not _busybox(now, after):
        return ""
    owner = before.owners.get(before.resolve(was) or was, "")
    return f"{name} is {f'that of {owner}' if owner else was} on the baseline, BusyBox's now"


def _busybox(path: str, fs: RootFS) -> bool:
    return (fs.inode(path) or path) in fs.applets


def _nearest(
    grounds: Grounds, images: tuple[RootFS, RootFS], failure: Failure, code: Code
) -> tuple[Place | None, str]:
    """Return the code nearest to the failure that speaks for it, and the lost path it names."""
    found = [
        (place, "")
        for pattern in grounds.code
        for place in code.find(_pattern(pattern))
        if not grounds.replaced or _shell(place, grounds.replaced)
    ]
    if grounds.named:
        for place in code.find(_NAMED):
            found += [(place, path) for path in _gone(grounds, place.text, *images)]
        told = [path for line in failure.lines for path in _gone(grounds, line, *images)]
        found += [(place, path) for place, path in found if path in told]
        if told and not any(path in told for _, path in found):
            return None, told[0]
    return max(found, key=lambda pair: pair[0].near, default=(None, ""))


def _shell(place: Place, commands: tuple[str, ...]) -> bool:
    """Tell whether the line is of a shell script, or names one of the commands."""
    return place.shell or any(re.search(rf"\b{name}\b", place.text) for name in commands)


def _gone(grounds: Grounds, text: str, before: RootFS, after: RootFS) -> Iterator[str]:
    for path in _NAMED.findall(text):
        wanted = any(_glob(pattern).match(path) for pattern in grounds.named)
        if wanted and before.get(path) is not None and after.get(path) is None:
            yield path


def _signs(grounds: Grounds, failure: Failure, looked: Looked) -> Iterator[tuple[int, str]]:
    call = next((name for name in grounds.calls if name in looked.called), "")
    if call:
        yield _CALLS, f"{looked.called[call]} calls {call}"
    for pattern in grounds.shows:
        for line in (*failure.differences, *failure.lines):
            if _pattern(pattern).search(line):
                yield _SHOWS, line
                return


def _told(place: Place) -> str:
    where = f"`{place.text}` ({place.path}:{place.line})"
    if place.through:
        return f"what failed comes through {place.through} to {where}"
    return f"what failed is at {where}" if place.frames else f"the code has {where}"


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)
