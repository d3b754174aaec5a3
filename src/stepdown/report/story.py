"""The parts of a report on one run; `text` and `markdown` put them in their order."""

from collections.abc import Iterator

from stepdown.model.trial import Baseline, BaselineVerdict, BuildFailed, Outcome, Trial
from stepdown.report import advice, card, gates, jlink, operations, reproduce, words
from stepdown.report.changes import changes
from stepdown.report.document import Block, Listing, Paragraph, Section, paragraph, section
from stepdown.report.evidence import evidence
from stepdown.report.failures import build_failed, failed_checks
from stepdown.report.headline import claim, surface_facts, winner
from stepdown.report.vulnerabilities import delta_section, scan_section


def lead(outcome: Outcome) -> tuple[Paragraph, ...]:
    """Return the answer: the claim, the surface in one line of facts, gates that are not kept."""
    texts = (claim(outcome), surface_facts(outcome), gates.summary(outcome.gates))
    return tuple(Paragraph((text,)) for text in texts if text)


def no_claim(outcome: Outcome) -> tuple[Section, ...]:
    """Return why no claim is made, with the evidence; nothing where the baseline is green."""
    baseline = outcome.baseline
    if baseline.verdict is BaselineVerdict.GREEN:
        return ()
    return section(
        "Why no claim is made",
        *_why_not(baseline),
        *failed_checks(baseline.checks),
        paragraph(
            "What fails before the change cannot show what the change breaks, so no candidate is "
            "judged against it."
        ),
    )


def _why_not(baseline: Baseline) -> Iterator[Block]:
    if isinstance(baseline.build, BuildFailed):
        yield from build_failed(baseline.build)
    else:
        yield paragraph(words.closed(words.capitalised(baseline.reason)))


def surface(outcome: Outcome) -> tuple[Section, ...]:
    """Return the card of the answer, before and after."""
    best = winner(outcome)
    if best is None or best.delta is None:
        return ()
    return section("Surface, before and after", *card.delta_blocks(best.delta), *_warned(best))


def vulnerabilities(outcome: Outcome) -> tuple[Section, ...]:
    """Return what is known of vulnerabilities, where somebody asked for that."""
    if outcome.scans is not None:
        return delta_section(outcome.scans)
    return scan_section(outcome.scan) if outcome.scan is not None else ()


def _warned(trial: Trial) -> tuple[Block, ...]:
    warnings = trial.delta.warnings if trial.delta else ()
    return tuple(paragraph(f"Read with care: {words.closed(w)}") for w in warnings)


def dockerfile(outcome: Outcome) -> tuple[Section, ...]:
    """Return what the answer changes in the Dockerfile."""
    best = winner(outcome)
    path = outcome.plan.target.dockerfile
    return section(f"Changes in {path}", *changes(best)) if best else ()


def operators(outcome: Outcome) -> tuple[Section, ...]:
    """Return what is lost for the people who run the image."""
    best = winner(outcome)
    return section("What operators lose, and how to debug", *operations.lost(best)) if best else ()


def smaller(outcome: Outcome) -> tuple[Section, ...]:
    """Return what would make the answer smaller, and is not done by itself."""
    best = winner(outcome)
    return jlink.advised(outcome.plan.target, best.candidate) if best else ()


def proof(outcome: Outcome) -> tuple[Section, ...]:
    """Return the evidence for the answer."""
    best = winner(outcome)
    return section("Evidence", *evidence(outcome, best)) if best else ()


def repeat(outcome: Outcome) -> tuple[Section, ...]:
    """Return the commands that build both images and repeat the checks of the answer.

    What failed has its own commands beside its findings.
    """
    best = winner(outcome)
    if best is None:
        return ()
    return section(
        "Reproduce",
        *reproduce.build(outcome, best),
        paragraph("All checks again, for this candidate:"),
        Listing(reproduce.again(outcome, best), "sh"),
    )


def roll_back(outcome: Outcome) -> tuple[Section, ...]:
    """Return the ways back."""
    best = winner(outcome)
    return section("Roll back", *operations.roll_back(outcome, best)) if best else ()


def following(outcome: Outcome) -> tuple[Section, ...]:
    """Return what to do next."""
    return section("What to do next", *advice.following(outcome))


def caveats(outcome: Outcome) -> tuple[Section, ...]:
    """Return what the answer does not say; nothing where there is none."""
    return section("What this does not say", *advice.caveats()) if winner(outcome) else ()


def run(outcome: Outcome) -> tuple[Section, ...]:
    """Return which commit, engine and version this report is about."""
    engine, target = outcome.engine, outcome.plan.target
    parts = (
        f"stepdown {outcome.stepdown}",
        f"{target.dockerfile} at commit {target.commit[:12]}",
        f"{engine.name} {engine.version} on {engine.architecture}, builds by {engine.builder}",
        *((f"started {outcome.started}",) if outcome.started else ()),
        f"took {words.duration(outcome.seconds)}",
    )
    return section("This run", paragraph(words.closed("; ".join(parts))))
