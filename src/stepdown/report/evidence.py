"""What the verdict rests on: which checks ran on both sides, and how much that says."""

from collections.abc import Iterator

from stepdown.model.plan import Fate
from stepdown.model.trial import CheckRun, CheckState, Outcome, Pace, Trial
from stepdown.report import words
from stepdown.report.document import Block, Code, Inline, Table, bullets, paragraph
from stepdown.report.headline import passed_on_both, tests

_UNTESTED = (
    "The evidence is weak: no test command is known, so none of the application's own tests ran, "
    "and what no check touches may be broken unnoticed. "
)


_FATES = {
    Fate.CONFIRMED: "confirmed",
    Fate.AVERTED: "averted, the line was rewritten",
    Fate.NOT_SEEN: "not seen by any check",
    Fate.UNTESTED: "not known, the candidate was not checked",
}
_PACES = {
    Pace.SLOWER: "slower",
    Pace.FASTER: "faster",
    Pace.INCONCLUSIVE: "no difference can be claimed",
}


def evidence(outcome: Outcome, trial: Trial) -> tuple[Block, ...]:
    """Return the table of checks, before and after, and its weight in words."""
    rows = tuple(_rows(outcome.baseline.checks, trial.checks))
    if not rows:
        return (paragraph("No check was carried out."),)
    table = Table(("check", "before", "after", "seen on the candidate"), rows)
    points = (*_gaps(outcome, trial), *_predictions(trial), *_timings(trial))
    return (paragraph(*strength(outcome, trial)), table, *bullets(points))


def _rows(
    before: tuple[CheckRun, ...], after: tuple[CheckRun, ...]
) -> Iterator[tuple[Inline, ...]]:
    left, right = ({run.check: run for run in side} for side in (before, after))
    for check in dict.fromkeys((*left, *right)):
        run = right.get(check)
        summary = run.summary if run else ""
        yield ((check,), (_state(left.get(check)),), (_state(run),), (summary,))


def _state(run: CheckRun | None) -> str:
    return words.STATES[run.state] if run else "not run"


def strength(outcome: Outcome, trial: Trial) -> Inline:
    """Return how strong the evidence is: the tests first, then the other checks."""
    both = len(passed_on_both(outcome, trial))
    checks = f"{words.count(both, 'check')} passed on both images"
    before, after = tests(outcome.baseline.checks), tests(trial.checks)
    if before is None and after is None:
        return (*_untested(outcome), f" {words.capitalised(checks)}.")
    counted = f"{words.tests_passed(before)} before" if before else "no tests counted before"
    then = f"{words.tests_passed(after)} after" if after else "no tests counted after"
    if before and after and words.tests_passed(before) == words.tests_passed(after):
        return (
            f"The application's own tests: {words.tests_passed(before)} on both. ",
            f"{checks}.",
        )
    return (f"The application's own tests: {counted}, {then}. ", f"{checks}.")


def _untested(outcome: Outcome) -> Inline:
    command = outcome.plan.facts.test
    if command is None:
        return (
            _UNTESTED,
            Code("--test CMD"),
            " closes that gap.",
        )
    return (
        "No test was counted: ",
        Code(command.text),
        " did not say how many tests it ran. Only its exit code counts.",
    )


def _gaps(outcome: Outcome, trial: Trial) -> Iterator[Inline]:
    """Yield what could not be carried out, which is evidence of nothing."""
    sides = (("before", outcome.baseline.checks), ("after", trial.checks))
    for side, checks in sides:
        broken = (run for run in checks if run.state is CheckState.BROKEN)
        for run in broken:
            yield (f"{run.check}, {side}: could not be carried out: {words.closed(run.summary)}",)


def _predictions(trial: Trial) -> Iterator[Inline]:
    """Yield what was predicted before the build, and what came of it."""
    for one in trial.predictions:
        yield (f"Predicted {one.hazard.id}: {one.hazard.evidence}: {_FATES[one.fate]}.",)


def _timings(trial: Trial) -> Iterator[Inline]:
    """Yield the times; where noise could explain a difference, no claim is made."""
    for one in trial.timings:
        times = f"{one.before:.2f} s before, {one.after:.2f} s after"
        ratio = f"{one.ratio:.2f} times as long (95 %: {one.low:.2f} to {one.high:.2f}"
        noise = f"the old base against itself: {one.noise_low:.2f} to {one.noise_high:.2f})"
        claim = _PACES[one.pace]
        yield (f"Time of {one.what}, {one.pairs} turns: {times}; {ratio}; {noise}: {claim}.",)
