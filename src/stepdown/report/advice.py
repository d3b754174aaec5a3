"""What to do next, from what happened; and what a smaller base does not do."""

from collections.abc import Iterator

from stepdown.model.facts import Target
from stepdown.model.plan import Policy
from stepdown.model.trial import BaselineVerdict, Outcome, Trial, Verdict
from stepdown.report import operations, reproduce, words
from stepdown.report.document import Block, Code, Inline, Listing, bullets, paragraph
from stepdown.report.headline import winner

_TEST = Code("--test CMD")

CAVEATS = (
    "A minimal base is one layer of defence in depth, not a complete solution.",
    (
        "The checks prove what they reached, on this machine and architecture. What no test and no "
        "request reached is not proven to work."
    ),
    "Tools that are absent raise an intruder's effort; they do not prevent an intrusion.",
    "The surface counts what lies in the image. It says nothing of the application's own code.",
    (
        "A smaller base is not always the right trade-off: weigh how often you debug in the "
        "running container, and how exposed the service is."
    ),
)


def caveats() -> tuple[Block, ...]:
    """Return what a smaller base does not do."""
    return bullets(tuple((sentence,) for sentence in CAVEATS))


def following(outcome: Outcome) -> tuple[Block, ...]:
    """Return what to do next."""
    best = winner(outcome)
    if best is not None:
        return (*operations.delivered(outcome), *reproduce.build(outcome, best))
    match outcome.baseline.verdict:
        case BaselineVerdict.GREEN:
            return bullets((*_ways_out(outcome), *_better_evidence(outcome)))
        case BaselineVerdict.RED:
            return bullets(tuple(_mend_checks(outcome)))
        case BaselineVerdict.NOT_BUILT:
            return _mend_build(outcome.plan.target, outcome.plan.policy)


def _mend_checks(outcome: Outcome) -> Iterator[Inline]:
    command = outcome.plan.facts.test
    if command is None:
        yield ("Make the application start on the base of today, or name its tests: ", _TEST, ".")
    else:
        yield ("Make the tests pass on the base of today: ", Code(command.text), ".")
        yield ("If that is not the way to run them, name another: ", _TEST, ".")


def _mend_build(target: Target, policy: Policy) -> tuple[Block, ...]:
    return (
        paragraph("Make the Dockerfile build as it is, then run again:"),
        Listing(reproduce.docker_build(target, "app:old", reproduce.given(policy)), "sh"),
    )


def _ways_out(outcome: Outcome) -> Iterator[Inline]:
    """Yield the best way out of each rung that failed at last, and what could be tried."""
    last = {trial.candidate.image: trial for trial in outcome.trials}
    for trial in last.values():
        yield from _way_out(trial)
    if any(trial.rewrite.proposed for trial in last.values()):
        yield (Code("--unsafe-fixes"), " applies the edits that were only proposed.")
    if not last:
        yield ("Another base can be named by hand: ", Code("--base IMAGE"), ".")


def _way_out(trial: Trial) -> Iterator[Inline]:
    tier = words.capitalised(trial.candidate.tier.value)
    match trial.verdict:
        case Verdict.INTERMITTENT:
            yield (f"{tier}: make the checks that come and go steady, then run again.",)
        case Verdict.INCONCLUSIVE:
            yield (f"{tier}: run again; more runs can tell chance from cause.",)
        case Verdict.NO_EVIDENCE:
            yield (f"{tier}: give it something to check: ", _TEST, ".")
        case Verdict.REGRESSION | Verdict.NOT_BUILT | Verdict.WORKS:
            best = next((f.remedies[0] for f in trial.findings if f.remedies), None)
            if best is not None:
                yield (f"{tier}: {words.closed(best.text)}",)


def _better_evidence(outcome: Outcome) -> Iterator[Inline]:
    asked = any(trial.verdict is Verdict.NO_EVIDENCE for trial in outcome.trials)
    if outcome.plan.facts.test is None and not asked:
        yield ("The application's own tests are the best evidence; name them: ", _TEST, ".")
