"""The causes that stop smaller bases, each with all entries that it stops."""

from collections.abc import Iterable, Iterator

from stepdown.model.fleet import Cause, Report
from stepdown.model.image import Tier
from stepdown.report.fleet.facts import Item, Obstacle, Row

_Key = tuple[str, str, str]


def obstacles(rows: tuple[Row, ...], items: tuple[Item, ...]) -> tuple[Obstacle, ...]:
    """Return the causes, those with most entries first. `items` belong to `rows`, in their order.

    What failed above the answer stops nobody and is left out.
    """
    pairs = [(row.report, item) for row, item in zip(rows, items, strict=True) if row.report]
    found: dict[_Key, list[tuple[Report, Item]]] = {}
    for report, item in pairs:
        for key in dict.fromkeys(key for cause in _standing(report) for key in _keys(cause)):
            found.setdefault(key, []).append((report, item))
    return tuple(sorted((_obstacle(key, members) for key, members in found.items()), key=_weight))


def _weight(one: Obstacle) -> tuple[int, int, str, str, str]:
    return -len(one.entries), -len(one.blocked), one.breakage, one.subject, one.where


def _keys(cause: Cause) -> Iterator[_Key]:
    """Yield one key for each thing that the cause is about: each has to be changed."""
    for subject in cause.subject.split(", "):
        yield cause.breakage, subject, cause.tier or cause.image


def _standing(report: Report) -> Iterable[Cause]:
    """Return the causes on smaller bases than the answer."""
    reached = _rank(report.tier) if report.answer else -1
    return (cause for cause in report.causes if _rank(cause.tier) > reached)


def _rank(tier: str) -> int:
    """Return the position on the ladder; what is not on it may be smaller than anything."""
    return Tier(tier).rank if tier in set(Tier) else len(Tier)


def _obstacle(key: _Key, members: list[tuple[Report, Item]]) -> Obstacle:
    breakage, subject, where = key
    causes = [cause for report, _ in members for cause in report.causes if key in _keys(cause)]
    alone = [(report, item) for report, item in members if _alone(key, report)]
    return Obstacle(
        breakage=breakage,
        title=min(cause.title for cause in causes),
        where=where,
        subject=subject,
        evidence=min((cause.evidence for cause in causes if cause.evidence), default=""),
        entries=tuple(item.name for _, item in members),
        alone=tuple(item.name for _, item in alone),
        blocked=tuple(item.name for report, item in alone if not report.answer),
    )


def _alone(key: _Key, report: Report) -> bool:
    """Return whether this cause is the only known one on some image."""
    images: dict[str, set[_Key]] = {}
    for cause in report.causes:
        images.setdefault(cause.image, set()).update(_keys(cause))
    return {key} in images.values()
