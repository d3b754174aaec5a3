"""The answer in sentences made only of facts, in a fixed order."""

from stepdown.model.surface import Change, SurfaceDelta, SurfaceRow
from stepdown.model.trial import (
    BaselineVerdict,
    CheckRun,
    CheckState,
    Outcome,
    Tally,
    Trial,
    Verdict,
)
from stepdown.report import card, words

_COUNT_FIRST = {"os_packages": "packages", "commands": "commands"}
_NAME_FIRST = {
    "shells": "shells",
    "package_managers": "package managers",
    "setuid_setgid": "setuid",
    "size_visible": "",
}


def headline(outcome: Outcome) -> str:
    """Return the whole answer in one line."""
    return " ".join(filter(None, (claim(outcome), surface_facts(outcome))))


def winner(outcome: Outcome) -> Trial | None:
    """Return the trial that may be called a success: it works, and the baseline is green."""
    best = outcome.best
    if best is None or best.verdict is not Verdict.WORKS:
        return None
    return best if outcome.baseline.verdict is BaselineVerdict.GREEN else None


def claim(outcome: Outcome) -> str:
    """Return what may be claimed, in one sentence."""
    base = outcome.plan.target.base
    best = winner(outcome)
    if best is not None:
        return f"{base} → {best.candidate.image} works{evidence(outcome, best)}.{_ended(best)}"
    match outcome.baseline.verdict:
        case BaselineVerdict.NOT_BUILT:
            return f"No claim is made: the Dockerfile does not build on {base} as it is."
        case BaselineVerdict.RED:
            return f"No claim is made: the application fails its checks on {base} as it is."
        case BaselineVerdict.GREEN:
            return _none_works(outcome)


def _ended(trial: Trial) -> str:
    """Warn where the answer gets no security fixes any more: then it is no recommendation."""
    end = trial.candidate.ended
    if not end:
        return ""
    return (
        f" Not recommended: its security fixes ended on {end}, and nothing smaller fits that still"
        " gets some; move to a newer release first."
    )


def _none_works(outcome: Outcome) -> str:
    base = outcome.plan.target.base
    if not outcome.trials:
        return f"No smaller base was tried for {base}."
    if all(trial.verdict is Verdict.NO_EVIDENCE for trial in outcome.trials):
        return f"No claim is made: nothing could be checked on any smaller base for {base}."
    last = {trial.candidate.image: trial for trial in outcome.trials}
    tried = (f"{trial.candidate.tier} ({said(outcome, trial)})" for trial in last.values())
    return f"No smaller base was shown to work for {base}: {words.listed(tuple(tried))}."


def said(outcome: Outcome, trial: Trial) -> str:
    """Return the verdict in words; nothing is said to work beside a baseline that is not green."""
    if trial.verdict is Verdict.WORKS and outcome.baseline.verdict is not BaselineVerdict.GREEN:
        return "no claim"
    return words.VERDICTS[trial.verdict]


def evidence(outcome: Outcome, trial: Trial) -> str:
    """Return what the claim rests on, to follow `works`: test counts, or that there are none."""
    before, after = tests(outcome.baseline.checks), tests(trial.checks)
    if before is None and after is None:
        return _untested(passed_on_both(outcome, trial))
    if before == after and before is not None:
        return f": {words.tests_passed(before)} on both"
    return f": {_tests(before)} before, {_tests(after)} after"


def _untested(passed: tuple[str, ...]) -> str:
    """Say what passed where no test was counted; an exit code alone is called just that."""
    others = tuple(check for check in passed if check != "command")
    also = f"{words.listed(others)} passed on both" if others else "nothing else was checked"
    if "command" in passed:
        return f": the test command ended well on both, without a count of tests; {also}"
    return f", as far as can be told without tests: {also}"


def _tests(tally: Tally | None) -> str:
    return "unknown tests" if tally is None else words.tests_passed(tally)


def tests(checks: tuple[CheckRun, ...]) -> Tally | None:
    """Return what the test runner counted, None where no runner told or nothing was collected."""
    return next((c.tests for c in checks if c.tests is not None and c.tests.total), None)


def passed_on_both(outcome: Outcome, trial: Trial) -> tuple[str, ...]:
    """Return the checks that passed on the baseline and on the candidate."""
    after = {c.check for c in trial.checks if c.state is CheckState.PASSED}
    before = (c.check for c in outcome.baseline.checks if c.state is CheckState.PASSED)
    return tuple(check for check in before if check in after)


def surface_facts(outcome: Outcome) -> str:
    """Return the answer's surface in one or two sentences; empty where there is no answer."""
    best = winner(outcome)
    if best is None:
        return ""
    if best.delta is None:
        return "The surface was not measured."
    return delta_facts(best.delta)


def delta_facts(delta: SurfaceDelta) -> str:
    """Return the main rows in a fixed order, and each row that grew."""
    rows = {row.key: row for row in delta.rows}
    keys = (*_COUNT_FIRST, *_NAME_FIRST)
    main = ", ".join(_fact(delta, rows[key]) for key in keys if key in rows)
    grown = (row for row in delta.rows if row.change is Change.LARGER)
    larger = tuple(f"{words.lowered(row.title)} {_arrow(delta, row)}" for row in grown)
    sentences = (f"{main}." if main else "", f"Larger: {', '.join(larger)}." if larger else "")
    return " ".join(filter(None, sentences))


def _fact(delta: SurfaceDelta, row: SurfaceRow) -> str:
    known = row.before is not None and row.after is not None
    if words.is_size(row.key):
        arrow = _arrow(delta, row)
        return arrow.replace(" MB →", " →") if known else f"size {arrow}"
    if row.key in _COUNT_FIRST and known:
        return f"{_arrow(delta, row)} {_COUNT_FIRST[row.key]}"
    return f"{(_COUNT_FIRST | _NAME_FIRST)[row.key]} {_arrow(delta, row)}"


def _arrow(delta: SurfaceDelta, row: SurfaceRow) -> str:
    return " → ".join(card.values(delta, row))
