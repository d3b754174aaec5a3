"""Whether one advisory concerns one version of one package."""

from collections.abc import Iterable, Iterator
from functools import cmp_to_key

from stepdown.measure.vulnerabilities.orders import Order
from stepdown.model.advisory import Advisory, Affected, Event, Query, Range
from stepdown.model.image import Value
from stepdown.model.vulnerability import Fix

_NEVER = "0001-01-01"


class Unordered(Exception):  # noqa: N818  (control flow inside of this module, no error)
    """A version that cannot be compared."""


class Match(Value, frozen=True, kw_only=True):
    """An advisory concerns the version; `fixed_in` is the next version without it."""

    fix: Fix
    fixed_in: str = ""
    unimportant: bool = False


class Doubt(Value, frozen=True, kw_only=True):
    """It cannot be said whether it does."""

    reason: str


def judge(advisory: Advisory, query: Query, order: Order) -> Match | Doubt | None:
    """Return None where the advisory does not concern the queried version.

    Only what it says of the very release of the ecosystem counts, never of another branch.
    """
    if withdrawn(advisory):
        return None
    meant = [one for one in advisory.affected if _about(one, query)]
    if any(
        one.ecosystem_specific and one.ecosystem_specific.urgency == "undetermined" for one in meant
    ):
        return Doubt(reason="The distribution has not determined whether it is affected.")
    try:
        hits = [one for one in meant if _affected(one, query.version, order)]
    except Unordered as fault:
        return Doubt(reason=str(fault))
    return _match(hits, query.version, order) if hits else None


def withdrawn(advisory: Advisory) -> bool:
    """Tell whether the advisory was taken back; the zero time means that it was not."""
    return bool(advisory.withdrawn) and not str(advisory.withdrawn).startswith(_NEVER)


def _about(affected: Affected, query: Query) -> bool:
    package = affected.package
    return package is not None and (package.ecosystem, package.name) == (
        query.ecosystem,
        query.name,
    )


def _affected(affected: Affected, version: str, order: Order) -> bool:
    if version in affected.versions:
        return True
    return any(_within(events, version, order) for events in _ranges(affected))


def _ranges(affected: Affected) -> Iterator[Range]:
    return (one for one in affected.ranges if one.type in {"ECOSYSTEM", "SEMVER"})


def _within(events: Range, version: str, order: Order) -> bool:
    """Walk through the events in the order of versions, whatever their order in the record."""

    def in_order(left: Event, right: Event) -> int:
        by_version = _compare(_bound(left), _bound(right), order)
        return by_version or bool(right.introduced) - bool(left.introduced)

    inside = False
    for event in sorted(events.events, key=cmp_to_key(in_order)):
        position = _compare(version, _bound(event), order)
        if event.introduced:
            inside = inside or position >= 0
        elif event.fixed or event.limit:
            inside = inside and position < 0
        elif event.last_affected:
            inside = inside and position <= 0
    return inside


def _bound(event: Event) -> str:
    return event.introduced or event.fixed or event.last_affected or event.limit


def _compare(left: str, right: str, order: Order) -> int:
    if left == right:
        return 0
    if "0" in (left, right):  # by the schema it stands before every version
        return -1 if left == "0" else 1
    result = order(left, right)
    if result is None:
        raise Unordered(f"Versions {left} and {right} cannot be compared.")
    return result


def _match(hits: list[Affected], version: str, order: Order) -> Match:
    events = [event for one in hits for events in _ranges(one) for event in events.events]
    fixed = _next((event.fixed for event in events if event.fixed), version, order)
    bounded = any(event.last_affected for event in events)
    unimportant = all(
        one.ecosystem_specific is not None and one.ecosystem_specific.urgency == "unimportant"
        for one in hits
    )
    if fixed:
        return Match(fix=Fix.AVAILABLE, fixed_in=fixed, unimportant=unimportant)
    known = events and not bounded
    return Match(fix=Fix.NONE if known else Fix.UNKNOWN, unimportant=unimportant)


def _next(fixes: Iterable[str], version: str, order: Order) -> str:
    """Return the oldest fix that is newer than the version."""

    def in_order(left: str, right: str) -> int:
        return _compare(left, right, order)

    newer = [fix for fix in fixes if in_order(fix, version) > 0]
    return min(newer, key=cmp_to_key(in_order), default="")
