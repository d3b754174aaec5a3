"""What each result is called, what it means, and what to do next."""

import msgspec

from stepdown.model.fleet import Result
from stepdown.report.fleet.facts import Standing


class Meaning(msgspec.Struct, frozen=True):
    """The words for a result; `next` is what to do where the report itself gives no hint."""

    title: str
    standing: Standing
    next: str


_WAITING = Meaning(
    "no result yet",
    Standing.WAITING,
    "Run `stepdown batch evaluate` with the same ledger: it goes on where it stopped.",
)
_MEANINGS = {
    Result.IMPROVED: Meaning("improved", Standing.IMPROVED, "Review and merge the change."),
    Result.NOTHING_TO_GAIN: Meaning("nothing to gain", Standing.SETTLED, "Nothing."),
    Result.NO_DOCKERFILE: Meaning(
        "no Dockerfile", Standing.SETTLED, "Nothing, unless it has one by another name: name it."
    ),
    Result.SKIPPED: Meaning("skipped", Standing.SETTLED, "Nothing."),
    Result.NEEDS_ATTENTION: Meaning(
        "needs attention", Standing.OPEN, "Run `stepdown` in a clone: it asks about these lines."
    ),
    Result.UNKNOWN_BASE: Meaning(
        "unknown base",
        Standing.OPEN,
        "Say from which known image it is made (`--like`), or write a recipe for it.",
    ),
    Result.NO_EVIDENCE: Meaning(
        "no evidence", Standing.OPEN, "Give a test command, so that there is something to prove."
    ),
    Result.BROKEN: Meaning(
        "no base works", Standing.BROKEN, "Remove the cause, or stay on the base of today."
    ),
    Result.BASELINE_RED: Meaning(
        "fails today", Standing.BROKEN, "Repair it on its base of today first."
    ),
    Result.BASELINE_NOT_BUILT: Meaning(
        "does not build today", Standing.BROKEN, "Repair its build on the base of today first."
    ),
    Result.TIMEOUT: Meaning(
        "out of time", Standing.TROUBLE, "Try it again with more time, or on a faster machine."
    ),
    Result.INFRASTRUCTURE: Meaning(
        "infrastructure", Standing.TROUBLE, "Repair the engine, network or registry; try it again."
    ),
    Result.FAILED: Meaning("stepdown failed", Standing.TROUBLE, "Read its log: this is a bug."),
}

TITLES = {
    Standing.BROKEN: "broken",
    Standing.OPEN: "to decide",
    Standing.TROUBLE: "trouble",
    Standing.WAITING: "waiting",
    Standing.IMPROVED: "improved",
    Standing.SETTLED: "settled",
}


def meaning(result: Result | None) -> Meaning:
    """Return the words for a result; None is an entry without one."""
    return _WAITING if result is None else _MEANINGS[result]


ORDER = (*sorted(_MEANINGS, key=lambda one: list(Standing).index(meaning(one).standing)), None)
"""All results, what needs somebody first; those of one standing in the order above."""
