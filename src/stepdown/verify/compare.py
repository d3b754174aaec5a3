"""What differs between the two sides, check by check.

A check that fails on the baseline says nothing about the candidate and is left out. A check that
could not be carried out is no evidence either way.
"""

from collections import Counter

from stepdown.model.image import Value
from stepdown.model.trial import CaseState, CheckRun, CheckState, Tally
from stepdown.verify import probe, sweep
from stepdown.verify.session import CHANGES

_SHOWN = 3

# Checks that have compared the sides themselves: their facts are only for people to read.
_COMPARED = (sweep.NAME, probe.NAME)


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
    compared = () if before.check in _COMPARED else before.facts
    return [
        Difference(check=after.check, reason=f"{name}: {old} became {now.get(name, 'nothing')}")
        for name, old in compared
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
        return _exchanged(after.check, before.tests, after.tests)
    reason = f"fewer tests ran: {_words(before.tests)} before, {_words(after.tests)} now"
    return [Difference(check=after.check, reason=reason + _gone(before.tests, after.tests))]


def _exchanged(check: str, before: Tally, after: Tally) -> list[Difference]:
    """As many tests ran; where both sides name all of theirs, they must be the same ones."""
    whole = all(len(one.cases) == one.total for one in (before, after))
    lost = _lost(before, after) if whole else ()
    return (
        [Difference(check=check, reason=f"other tests ran, without: {some(lost)}")] if lost else []
    )


def _gone(before: Tally, after: Tally) -> str:
    lost = _lost(before, after) if after.cases else ()
    return f"; without: {some(lost)}" if lost else ""


def _lost(before: Tally, after: Tally) -> tuple[str, ...]:
    """Return the tests that passed before and do not now, as far as they are named."""
    lost = Counter(before.named(CaseState.PASSED)) - Counter(after.named(CaseState.PASSED))
    return tuple(sorted(lost))


def some(names: tuple[str, ...]) -> str:
    """Return up to three names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _words(count: Tally) -> str:
    return f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped"
