"""The ladder as a picture: every rung with what was tried on it, and what came of that."""

from collections.abc import Iterator

import msgspec

from stepdown.model.image import Tier
from stepdown.model.surface import Surface
from stepdown.model.trial import BaselineVerdict, CheckRun, Outcome, Trial, Verdict
from stepdown.report import card, words
from stepdown.report.headline import said, tests, winner
from stepdown.report.html.bars import Bar, Drawn, share
from stepdown.report.ladder import short

_SIGNS = {
    Verdict.WORKS: ("works", "✓"),
    Verdict.REGRESSION: ("broken", "✕"),
    Verdict.NOT_BUILT: ("broken", "✕"),
    Verdict.INTERMITTENT: ("unclear", "~"),
    Verdict.INCONCLUSIVE: ("unclear", "?"),
    Verdict.NO_EVIDENCE: ("unclear", "?"),
}
_TODAY = {
    BaselineVerdict.GREEN: ("today", "●", "today's base, passes its checks"),
    BaselineVerdict.RED: ("broken", "✕", "today's base, fails its checks"),
    BaselineVerdict.NOT_BUILT: ("broken", "✕", "today's base, does not build"),
}


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One image on a rung. `look` chooses colour and shape, `sign` and `verdict` say the same.

    `link` is the id of the part that says more, empty where there is none.
    """

    image: str
    look: str
    sign: str
    verdict: str
    reason: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    size: Bar | None = None
    answer: bool = False
    link: str = ""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One tier; `depth` counts from 0, the tier of today's base."""

    tier: str
    depth: int
    tries: tuple[Try, ...]


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """All rungs of which there is something to say, largest first."""

    rungs: tuple[Rung, ...]


def ladder(outcome: Outcome) -> Ladder:
    """Return the picture: what was tried, what was not, and why."""
    found = [*_baseline(outcome), *_trials(outcome), *_untried(outcome)]
    tiers = [tier for tier in Tier if any(on is tier for on, _ in found)]
    return Ladder(
        rungs=tuple(
            Rung(
                tier=tier.value,
                depth=depth,
                tries=tuple(one for on, one in found if on is tier),
            )
            for depth, tier in enumerate(tiers)
        )
    )


def _baseline(outcome: Outcome) -> Iterator[tuple[Tier, Try]]:
    baseline, target = outcome.baseline, outcome.plan.target
    look, sign, verdict = _TODAY[baseline.verdict]
    yield (
        target.tier,
        Try(
            image=short(target.base),
            look=look,
            sign=sign,
            verdict=verdict,
            figures=tuple(_figures(baseline.checks, baseline.surface)),
            size=_size(outcome, baseline.surface),
            link="" if baseline.verdict is BaselineVerdict.GREEN else "no-claim",
        ),
    )


def _trials(outcome: Outcome) -> Iterator[tuple[Tier, Try]]:
    failed = 0
    for trial in outcome.trials:
        failed += trial.verdict is not Verdict.WORKS
        yield trial.candidate.tier, _trial(outcome, trial, failed)


def _trial(outcome: Outcome, trial: Trial, failed: int) -> Try:
    works = trial.verdict is Verdict.WORKS
    claimed = said(outcome, trial)
    look, sign = _SIGNS[trial.verdict]
    if works and claimed != words.VERDICTS[Verdict.WORKS]:
        look, sign = "unclear", "?"
    again = f", try {trial.attempt}" if trial.attempt > 1 else ""
    return Try(
        image=short(trial.candidate.image),
        look=look,
        sign=sign,
        verdict=f"{claimed}{again}",
        reason="" if works else words.closed(trial.reason),
        figures=tuple(_figures(trial.checks, trial.surface)),
        size=_size(outcome, trial.surface),
        answer=trial is winner(outcome),
        link="" if works else f"broke-{failed}" if failed > 1 else "broke",
    )


def _untried(outcome: Outcome) -> Iterator[tuple[Tier, Try]]:
    tried = {trial.candidate.image for trial in outcome.trials}
    best = winner(outcome)
    for step in outcome.plan.steps:
        if step.candidate.image not in tried:
            smaller = best is not None and best.candidate.tier.rank >= step.candidate.tier.rank
            reason = "A smaller base works already." if smaller else ""
            yield step.candidate.tier, _absent(step.candidate.image, "not tried", reason)
    for skipped in outcome.plan.skipped:
        yield skipped.tier, _absent(skipped.image, "not proposed", skipped.reason)


def _absent(image: str, verdict: str, reason: str) -> Try:
    return Try(
        image=short(image), look="absent", sign="·", verdict=verdict, reason=words.closed(reason)
    )


def _figures(checks: tuple[CheckRun, ...], surface: Surface | None) -> Iterator[tuple[str, str]]:
    tally = tests(checks)
    if tally is not None:
        yield "tests", f"{tally.passed}/{tally.total}"
    if surface is not None:
        yield "commands", card.figure(surface, "commands")
        yield "OS packages", card.figure(surface, "os_packages")


def _size(outcome: Outcome, surface: Surface | None) -> Bar | None:
    """Return the size of an image beside the largest of the run."""
    if surface is None:
        return None
    text, number = card.figure(surface, "size_visible"), _bytes(surface)
    if number is None:
        return Bar(text=text, length="100", drawn="unknown")
    every = (outcome.baseline.surface, *(trial.surface for trial in outcome.trials))
    longest = max(_bytes(one) or 0 for one in every if one is not None)
    drawn: Drawn = "least" if text.startswith("≥") else "bar"
    return Bar(text=text, length=share(number, longest), drawn=drawn)


def _bytes(surface: Surface) -> int | None:
    found = card.measure(surface, "size_visible")
    return found.value if found else None
