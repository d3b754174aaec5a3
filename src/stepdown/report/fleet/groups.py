"""Entries by base and by label, and reasons that several of them share."""

from collections import Counter
from collections.abc import Iterable

from stepdown.model.fleet import Result
from stepdown.report.fleet.facts import Answer, Group, Item, Part, Shared, Standing, Unknown

NO_LABEL = "without a label"
_OWN_WORDS = frozenset((Result.IMPROVED, Result.UNKNOWN_BASE))


def bases(items: tuple[Item, ...]) -> tuple[Group, ...]:
    """Return the entries by the base of their old file, without its digest; largest first."""
    return _groups((undigested(item.base), item) for item in items if item.base)


def labels(items: tuple[Item, ...]) -> tuple[Group, ...]:
    """Return the entries by label; one with several labels counts in each."""
    if not any(item.labels for item in items):
        return ()
    return _groups((label, item) for item in items for label in item.labels or (NO_LABEL,))


def undigested(image: str) -> str:
    """Return the image as people name it."""
    return image.partition("@")[0]


def _groups(pairs: Iterable[tuple[str, Item]]) -> tuple[Group, ...]:
    found: dict[str, list[Item]] = {}
    for name, item in pairs:
        found.setdefault(name, []).append(item)
    groups = (_group(name, members) for name, members in found.items())
    return tuple(sorted(groups, key=lambda group: (-group.count, group.name)))


def _group(name: str, members: list[Item]) -> Group:
    standings = Counter(item.standing for item in members)
    answers = Counter(undigested(item.answer) for item in members if item.answer)
    return Group(
        name=name,
        count=len(members),
        parts=tuple(Part(standing=one, count=standings[one]) for one in Standing if standings[one]),
        answers=tuple(
            Answer(image=image, count=count)
            for image, count in sorted(answers.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    )


def unknown_bases(items: tuple[Item, ...]) -> tuple[Unknown, ...]:
    """Return the bases without a recipe, those under most entries first."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.result is Result.UNKNOWN_BASE:
            found.setdefault(undigested(item.base), []).append(item.name)
    made = (Unknown(base=base, entries=tuple(names)) for base, names in found.items())
    return tuple(sorted(made, key=lambda one: (-len(one.entries), one.base)))


def shared(items: tuple[Item, ...]) -> tuple[Shared, ...]:
    """Return reasons that at least two entries give in the same words, most frequent first."""
    found: dict[tuple[Result, str], list[Item]] = {}
    for item in items:
        told = item.result
        if told is not None and told not in _OWN_WORDS and item.reason and not item.causes:
            found.setdefault((told, item.reason), []).append(item)
    made = (_shared(key, members) for key, members in found.items() if len(members) > 1)
    return tuple(sorted(made, key=lambda one: (-len(one.entries), one.result, one.reason)))


def _shared(key: tuple[Result, str], members: list[Item]) -> Shared:
    result, reason = key
    names = tuple(item.name for item in members)
    return Shared(result=result, reason=reason, next=members[0].next, entries=names)
