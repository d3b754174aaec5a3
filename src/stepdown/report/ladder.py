"""The ladder: what was tried, rung by rung, and what was not."""

from collections.abc import Iterator

from stepdown.model.image import ImageRef, Tier
from stepdown.model.plan import Candidate
from stepdown.model.surface import Surface
from stepdown.model.trial import CheckRun, Outcome, Trial
from stepdown.report import card, words
from stepdown.report.document import Block, Inline, Section, Table, bullets, section
from stepdown.report.headline import said, tests, winner

_HEADER = ("  tier", "image", "verdict", "tests", "cmds", "pkgs", "MB")
_RIGHT = frozenset({3, 4, 5, 6})


def ladder(outcome: Outcome) -> tuple[Section, ...]:
    """Return the table, baseline first and then one row per trial, and the rungs not tried."""
    rows = (_baseline(outcome), *(_trial(outcome, trial) for trial in outcome.trials))
    return section("Ladder", Table(_HEADER, rows, _RIGHT), *untried(outcome))


def _baseline(outcome: Outcome) -> tuple[Inline, ...]:
    target, baseline = outcome.plan.target, outcome.baseline
    verdict = words.BASELINE_VERDICTS[baseline.verdict]
    figures = _figures(baseline.checks, baseline.surface)
    return ((f"  {target.tier.value}",), (short(target.base),), (verdict,), *figures)


def _trial(outcome: Outcome, trial: Trial) -> tuple[Inline, ...]:
    mark = "→" if trial is winner(outcome) else " "
    again = f" ({trial.attempt})" if trial.attempt > 1 else ""
    return (
        (f"{mark} {trial.candidate.tier.value}{again}",),
        (short(trial.candidate.image),),
        (said(outcome, trial),),
        *_figures(trial.checks, trial.surface),
    )


def _figures(checks: tuple[CheckRun, ...], surface: Surface | None) -> tuple[Inline, ...]:
    tally = tests(checks)
    passed = f"{tally.passed}/{tally.total}" if tally else "-"
    if surface is None:
        return ((passed,), ("-",), ("-",), ("-",))
    size = card.figure(surface, "size_visible").replace(" MB", "")
    commands, packages = (card.figure(surface, key) for key in ("commands", "os_packages"))
    return ((passed,), (_brief(commands),), (_brief(packages),), (_brief(size),))


def _brief(figure: str) -> str:
    return "?" if figure == words.UNKNOWN else figure


def short(image: str) -> str:
    """Return the image with its digest cut to twelve digits."""
    digest = ImageRef.parse(image).digest
    kind, _, digits = digest.partition(":")
    return image.replace(digest, f"{kind}:{digits[:12]}…") if len(digits) > len("…") + 12 else image


def untried(outcome: Outcome) -> tuple[Block, ...]:
    """Return the rungs that were planned and not reached, and those that were never proposed."""
    return bullets((*_not_reached(outcome), *_skipped(outcome)))


def _not_reached(outcome: Outcome) -> Iterator[Inline]:
    tried = {trial.candidate.image for trial in outcome.trials}
    for step in outcome.plan.steps:
        if step.candidate.image not in tried:
            named = rung(step.candidate.tier, step.candidate.image)
            yield (f"{named} was not tried{_why(outcome, step.candidate)}",)


def rung(tier: Tier, image: str) -> str:
    """Return tier and image, once where the image is called like the tier."""
    return tier.value if image in {"", tier.value} else f"{tier.value} ({short(image)})"


def _why(outcome: Outcome, candidate: Candidate) -> str:
    best = winner(outcome)
    if best is not None and best.candidate.tier.rank >= candidate.tier.rank:
        return ": a smaller base works already."
    return "."


def _skipped(outcome: Outcome) -> Iterator[Inline]:
    for skipped in outcome.plan.skipped:
        named = rung(skipped.tier, skipped.image)
        yield (f"{named} was not proposed: {words.closed(skipped.reason)}",)
