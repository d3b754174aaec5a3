"""Running a check again on both sides, to tell a regression from chance."""

from collections.abc import Callable

from stepdown.model.trial import CheckRun
from stepdown.verify.compare import differences
from stepdown.verify.judge import Rerun
from stepdown.verify.side import Side

Run = Callable[[Side], CheckRun]


def rerun(run: Run, baseline: Side, candidate: Side, reference: CheckRun, runs: int) -> Rerun:
    """Run alternately until each side has had `runs` runs, counting the first ones.

    `reference` is the baseline's first run, which was good by definition; the candidate's first
    run was the difference that led here.
    """
    baseline_bad, candidate_bad = 0, 1
    for _ in range(runs - 1):
        baseline_bad += bool(differences((reference,), (run(baseline),)))
        candidate_bad += bool(differences((reference,), (run(candidate),)))
    return Rerun(
        check=reference.check, runs=runs, baseline_bad=baseline_bad, candidate_bad=candidate_bad
    )
