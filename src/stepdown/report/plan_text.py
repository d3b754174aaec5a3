"""A plan as text: what would be tried, with which edits, and what not, each with its reason."""

from collections.abc import Iterator

from stepdown.model.image import PackageManager
from stepdown.model.plan import Candidate, Hazard, Plan, Step
from stepdown.report import jlink, plain, words
from stepdown.report.changes import diff, rewritten
from stepdown.report.document import (
    Block,
    Code,
    Document,
    Inline,
    Paragraph,
    Section,
    bullets,
    fold,
    paragraph,
    section,
)
from stepdown.report.ladder import rung

_NONE = "No smaller base is proposed"


def render(plan: Plan, *, verbose: bool = False, width: int = 80) -> str:
    """Return the plan: the target, what is known of the application, then rung by rung.

    Steps stay in the plan's order, which is the order in which they are tried. The diff of the
    first step is shown, those of the others when `verbose`.
    """
    sections = (
        *section("What is known", *bullets(tuple(_facts(plan)))),
        *(_step(n, step) for n, step in enumerate(plan.steps, start=1)),
        *_smaller(plan),
        *section("Not proposed", *bullets(tuple(_skipped(plan)))),
    )
    return plain.write(Document(_lead(plan), sections), width=width, verbose=verbose)


def understood(plan: Plan, *, width: int = 80) -> str:
    """Return what was found, for a person who is about to be asked."""
    sections = section("What is known", *bullets(tuple(_facts(plan))))
    return plain.write(Document(_lead(plan), tuple(sections)), width=width, verbose=False)


def passed_over(plan: Plan, *, width: int = 80) -> str:
    """Return the bases that are not proposed, each with the reason; empty where there is none."""
    sections = section("Not proposed", *bullets(tuple(_skipped(plan))))
    return plain.write(Document((), tuple(sections)), width=width, verbose=False)


def _lead(plan: Plan) -> tuple[Paragraph, ...]:
    target = plan.target
    stage = f", stage {target.stage}" if target.stage else ""
    place = f"{target.dockerfile}{stage}, line {target.base_line}"
    steps = len(plan.steps)
    tried = f"{words.count(steps, 'smaller base')} would be tried" if steps else _NONE
    return (paragraph(f"{place}: {target.base} ({target.tier.value}). {tried}."),)


def _facts(plan: Plan) -> Iterator[Inline]:
    facts = plan.facts
    language = " ".join(filter(None, (facts.language, facts.language_version)))
    yield (f"Language: {language or words.UNKNOWN}",)
    if facts.test is None:
        yield ("Tests: no test command was found; --test CMD names one.",)
    else:
        source = f", from {facts.test.source}" if facts.test.source else ""
        yield ("Tests: ", Code(facts.test.text), source)
    if facts.ports:
        yield (f"Ports: {', '.join(map(str, facts.ports))}",)
    if facts.update_bot:
        yield (f"Update bot: {facts.update_bot}",)
    for note in facts.notes:
        yield (words.closed(note),)


def _step(number: int, step: Step) -> Section:
    candidate = step.candidate
    shown = diff(step.rewrite)
    return Section(
        f"{number}. {rung(candidate.tier, candidate.image)}",
        (
            *bullets((*_reasons(candidate), *(_hazard(h) for h in candidate.hazards))),
            *_edits(step),
            *((paragraph("The diff:"), *shown) if number == 1 else fold("The diff:", *shown)),
        ),
    )


def _smaller(plan: Plan) -> tuple[Section, ...]:
    """Say once what would make the last rung smaller."""
    return jlink.advised(plan.target, plan.steps[-1].candidate) if plan.steps else ()


def _edits(step: Step) -> tuple[Block, ...]:
    points = rewritten(step.rewrite)
    return (paragraph("Edits:"), *points) if step.rewrite.edits else points


def _reasons(candidate: Candidate) -> Iterator[Inline]:
    for reason in candidate.reasons:
        yield (words.closed(words.capitalised(reason)),)
    shell = "A shell" if candidate.shell else "No shell"
    managed = candidate.package_manager is not PackageManager.NONE
    manager = candidate.package_manager.value if managed else "no package manager"
    yield (f"{shell}, {manager}, user {candidate.user}.",)


def _hazard(hazard: Hazard) -> Inline:
    advice = f" {words.closed(words.capitalised(hazard.advice))}" if hazard.advice else ""
    return (f"Hazard {hazard.id}: {words.closed(hazard.evidence)}{advice}",)


def _skipped(plan: Plan) -> Iterator[Inline]:
    for skipped in plan.skipped:
        yield (f"{rung(skipped.tier, skipped.image)}: {words.closed(skipped.reason)}",)
