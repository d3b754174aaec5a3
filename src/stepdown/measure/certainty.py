"""Measures that say how far they can be trusted."""

from collections.abc import Iterable

import msgspec

from stepdown.model.surface import Known, Measure
from stepdown.rootfs.names import shown

_MOST = 3
_LONGEST = 4096  # of a path, and more than any name has


def listed(key: str, title: str, items: Iterable[str]) -> Measure:
    """Return the number of `items` with the list of them."""
    found = _shown(items)
    return Measure(key=key, title=title, value=len(found), items=found)


def unknown(key: str, title: str, reason: str, items: Iterable[str] = ()) -> Measure:
    """Return a measure without a number; `items` are what was seen anyway."""
    found = _shown(items)
    known = Known.UNKNOWN
    return Measure(key=key, title=title, value=None, items=found, known=known, reason=reason)


def lower_bound(measure: Measure, *reasons: str) -> Measure:
    """Return `measure` as a lower bound where there are reasons; only the first three are told.

    That there are at least 0 of something says nothing: such a number is unknown.
    """
    if not reasons or measure.known is Known.UNKNOWN:
        return measure
    told = [measure.reason, *reasons[:_MOST]]
    if len(reasons) > _MOST:
        told.append(f"And {len(reasons) - _MOST} more such files.")
    reason = " ".join(filter(None, told))
    if not measure.value:
        return unknown(measure.key, measure.title, reason)
    return msgspec.structs.replace(measure, known=Known.PARTIAL, reason=reason)


def _shown(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items in order, fit for a page; a hostile database may hold one of megabytes."""
    return tuple(
        shown(item) if len(item) <= _LONGEST else f"{shown(item[:_LONGEST])}..."
        for item in sorted(items)
    )
