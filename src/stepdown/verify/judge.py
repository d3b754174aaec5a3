"""From observations to a verdict. Pure.

A claim needs a green baseline, at least one check that shows the application at work on both
sides, and no difference. With a difference the claim is a regression only when it is certain: a
signature that proves the cause, a static fact, or reruns on both sides that rule out chance.
"""

from math import comb

from stepdown.model.image import Value
from stepdown.model.trial import BaselineVerdict, CheckRun, CheckState, Finding, Verdict
from stepdown.verify.compare import Difference

DYNAMIC = ("command", "start", "http", "healthcheck", "stop")
_EVIDENCE = ("command", "http", "healthcheck", "start")
# Facts, which no second run would change; the sweep and the probe have tried twice themselves.
_STATIC = ("contract", "elf", "outside", "audit", "sweep", "probe")
_CHANCE = 0.05


class Rerun(Value, frozen=True, kw_only=True):
    """How often one check went wrong, of how many runs, on both sides."""

    check: str
    runs: int
    baseline_bad: int
    candidate_bad: int


def baseline(checks: tuple[CheckRun, ...], passes: tuple[bool, ...]) -> tuple[BaselineVerdict, str]:
    """Judge the baseline; `passes` are the runs of its test command, empty without one.

    The test command must pass whenever it runs. Without one, the application must start.
    """
    mine = {run.check: run for run in checks}
    command = mine.get("command")
    if command and command.state is CheckState.BROKEN:
        return BaselineVerdict.RED, f"the tests could not be run: {command.summary}"
    if passes and not all(passes):
        good = sum(passes)
        flaky = f"flaky: {good} of {len(passes)} runs passed" if good else "they fail"
        text = command.summary if command else ""
        return BaselineVerdict.RED, f"the tests are not green on the old base ({flaky}): {text}"
    if command and command.state is not CheckState.PASSED:
        return BaselineVerdict.RED, command.summary
    if any(mine[c].state is CheckState.PASSED for c in _EVIDENCE if c in mine):
        return BaselineVerdict.GREEN, "; ".join(_strength(checks))
    reason = mine["start"].summary if "start" in mine else "no check could run"
    return BaselineVerdict.RED, f"no test command, and the application does not start: {reason}"


def candidate(
    before: tuple[CheckRun, ...],
    after: tuple[CheckRun, ...],
    differences: tuple[Difference, ...],
    findings: tuple[Finding, ...],
    reruns: tuple[Rerun, ...],
) -> tuple[Verdict, str]:
    """Judge a candidate whose baseline is green."""
    if differences:
        return _worse(differences, findings, reruns)
    shown = [run.summary for run in after if _shows(run, before)]
    if not shown:
        return Verdict.NO_EVIDENCE, "no check showed the application at work on both bases"
    return Verdict.WORKS, "; ".join(_strength(after))


def _shows(run: CheckRun, before: tuple[CheckRun, ...]) -> bool:
    green = {b.check for b in before if b.state is CheckState.PASSED}
    return run.check in _EVIDENCE and run.state is CheckState.PASSED and run.check in green


def _strength(checks: tuple[CheckRun, ...]) -> list[str]:
    """Say what the evidence is, the strongest first."""
    words = [
        f"{run.check}: {run.summary}"
        for name in _EVIDENCE
        for run in checks
        if run.check == name and run.state is CheckState.PASSED
    ]
    strong = any(run.check == "command" and run.state is CheckState.PASSED for run in checks)
    return words if strong else [*words, "no tests were run, so the evidence is weak"]


def _worse(
    differences: tuple[Difference, ...], findings: tuple[Finding, ...], reruns: tuple[Rerun, ...]
) -> tuple[Verdict, str]:
    sure = [d for d in differences if d.sure]
    if not sure:
        return Verdict.INCONCLUSIVE, f"{differences[0].check}: {differences[0].reason}"
    proven = {check for f in findings if f.deterministic for check in f.checks}
    for difference in sure:
        if difference.check in _STATIC or difference.check in proven:
            return Verdict.REGRESSION, f"{difference.check}: {difference.reason}"
    counts = {rerun.check: rerun for rerun in reruns}
    judged = [_chance(d, counts.get(d.check)) for d in sure]
    for verdict in (Verdict.REGRESSION, Verdict.INTERMITTENT, Verdict.INCONCLUSIVE):
        for found, reason in judged:
            if found is verdict:
                return found, reason
    return Verdict.INCONCLUSIVE, sure[0].reason


def _chance(difference: Difference, rerun: Rerun | None) -> tuple[Verdict, str]:
    """Four runs a side are the fewest that can rule out chance (Fisher's exact test)."""
    what = f"{difference.check}: {difference.reason}"
    if rerun is None:
        return Verdict.INCONCLUSIVE, f"{what} (it was not run again)"
    counted = (
        f"{what} (went wrong in {rerun.candidate_bad} of {rerun.runs} runs,"
        f" {rerun.baseline_bad} of {rerun.runs} on the old base)"
    )
    if rerun.baseline_bad or fisher(rerun) >= _CHANCE:
        return Verdict.INCONCLUSIVE, counted
    if rerun.candidate_bad == rerun.runs:
        return Verdict.REGRESSION, counted
    return Verdict.INTERMITTENT, counted


def fisher(rerun: Rerun) -> float:
    """Return the one-sided p-value for the candidate to go wrong this often by chance."""
    n, bad = rerun.runs, rerun.baseline_bad + rerun.candidate_bad
    ways = sum(comb(n, k) * comb(n, bad - k) for k in range(rerun.candidate_bad, min(n, bad) + 1))
    return ways / comb(2 * n, bad)
