"""Rows of a ledger -> what is to be said of the fleet."""

from collections import Counter

from stepdown.report.fleet.facts import Fleet, Item, Outcomes, Row
from stepdown.report.fleet.groups import bases, labels, shared, unknown_bases
from stepdown.report.fleet.items import items, ordered
from stepdown.report.fleet.obstacles import obstacles
from stepdown.report.fleet.results import ORDER
from stepdown.report.fleet.sums import sums
from stepdown.report.fleet.trend import trend


def gather(rows: tuple[Row, ...], earlier: tuple[Row, ...] = ()) -> Fleet:
    """Return the facts; the order of `rows` does not matter.

    Without `earlier` there is no trend.
    """
    rows = ordered(rows)
    told, before = items(rows), items(ordered(earlier))
    return Fleet(
        entries=len(told),
        repositories=len({item.repository for item in told}),
        outcomes=_outcomes(told, before),
        sums=sums(told),
        bases=bases(told),
        labels=labels(told),
        obstacles=obstacles(rows, told),
        unknown_bases=unknown_bases(told),
        shared=shared(told),
        trend=trend(told, before) if before else None,
        items=told,
    )


def _outcomes(told: tuple[Item, ...], before: tuple[Item, ...]) -> tuple[Outcomes, ...]:
    now, then = (Counter(item.result for item in side) for side in (told, before))
    return tuple(
        Outcomes(result=one, count=now[one], earlier=then[one] if before else None)
        for one in ORDER
        if now[one] or then[one]
    )
