"""What differs between the two sides, check by check.

A check that fails on the baseline says nothing about the candidate and is left out. A check that
could not be carried out is no evidence either way.
"""

from stepdown.model.image import Value
from stepdown.model.trial import CheckRun, CheckState, Tally
from stepdown.verify.session import CHANGES


class Difference(Value, frozen=True, kw_only=True):
    """One way in which the candidate is worse than the baseline.

    `sure` is false where the check could not be carried out on the candidate, so that nothing is
    known.
    """

    check: str
    reason: str
    sure: bool = True


def differences(
    baseline: tuple[CheckRun, ...], candidate: tuple[CheckRun, ...]
) -> tuple[Difference, ...]:
    """Return every difference, in the order of the baseline's checks, then the candidate's own."""
    mine = {run.check: run for run in candidate}
    found: list[Difference] = []
    for before in baseline:
        after = mine.pop(before.check, None)
        found += _check(before, after)
    for run in mine.values():
        found += _alone(run)
    return tuple(found)


def _check(before: CheckRun, after: CheckRun | None) -> list[Difference]:
    if before.state is not CheckState.PASSED:
        return []
    if after is None:
        reason = f"{before.check} could not even be tried"
        return [Difference(check=before.check, reason=reason)]
    match after.state:
        case CheckState.FAILED:
            return [Difference(check=after.check, reason=after.summary)]
        case CheckState.BROKEN:
            return [Difference(check=after.check, reason=after.summary, sure=False)]
        case CheckState.ABSENT:
            reason = f"the baseline has it, the candidate does not: {after.summary}"
            return [Difference(check=after.check, reason=reason)]
        case CheckState.PASSED:
            return _facts(before, after) + _tallies(before, after)


def _alone(run: CheckRun) -> list[Difference]:
    """Judge a check that only a candidate has: the exec audit."""
    match run.state:
        case CheckState.FAILED:
            return [Difference(check=run.check, reason=run.summary)]
        case CheckState.BROKEN:
            return [Difference(check=run.check, reason=run.summary, sure=False)]
        case CheckState.PASSED | CheckState.ABSENT:
            return []


def _facts(before: CheckRun, after: CheckRun) -> list[Difference]:
    now = dict(after.facts)
    return [
        Difference(check=after.check, reason=f"{name}: {old} became {now.get(name, 'nothing')}")
        for name, old in before.facts
        if old != now.get(name) and old != CHANGES
    ]


def _tallies(before: CheckRun, after: CheckRun) -> list[Difference]:
    """Fewer tests, or more skipped ones, hide what they would have found."""
    if before.tests is None:
        return []
    if after.tests is None:
        reason = f"{_words(before.tests)} before, no count now"
        return [Difference(check=after.check, reason=reason)]
    fewer = after.tests.total < before.tests.total or after.tests.passed < before.tests.passed
    if not fewer:
        return []
    reason = f"fewer tests ran: {_words(before.tests)} before, {_words(after.tests)} now"
    return [Difference(check=after.check, reason=reason)]


def _words(count: Tally) -> str:
    return f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped"
