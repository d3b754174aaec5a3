"""What a reader of a merge request would compare between two versions of it."""

from collections.abc import Iterator

from stepdown.model.trial import Outcome
from stepdown.report import words
from stepdown.report.card import values
from stepdown.report.document import Block, Code, Inline, Section, bullets, paragraph, section
from stepdown.report.headline import tests, winner

Facts = tuple[tuple[str, str], ...]
_TITLE = "Since the last push"


def facts(outcome: Outcome) -> Facts:
    """Return names and values in which two runs differ where their reports say something else.

    Times, dates and logs are none: they differ in every run and say nothing new.
    """
    return tuple(_facts(outcome))


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    target, best = outcome.plan.target, winner(outcome)
    yield "Base before", target.base
    yield "Base after", best.candidate.image if best else "none"
    counted = tests(outcome.baseline.checks)
    yield "Tests before", words.tests_passed(counted) if counted else "not counted"
    if best is not None:
        after = tests(best.checks)
        yield "Tests after", words.tests_passed(after) if after else "not counted"
        rows = best.delta.rows if best.delta else ()
        for row in rows:
            yield row.title, values(best.delta, row)[1] if best.delta else words.UNKNOWN
    for trial in {trial.candidate.image: trial for trial in outcome.trials}.values():
        yield f"Verdict on {trial.candidate.image}", words.VERDICTS[trial.verdict]
    for result in outcome.gates:
        yield f"Limit: {result.title}", "kept" if result.kept else "not kept"
    yield "Verified on", f"{outcome.engine.name} on {outcome.engine.architecture}"


def since(before: Facts, after: Facts, *, touched: bool = False) -> tuple[Section, ...]:
    """Return what changed since the last push.

    `touched` tells that somebody had written into our part, which is replaced.
    """
    return section(_TITLE, *_changes(before, after), *(_replaced() if touched else ()))


def _changes(before: Facts, after: Facts) -> tuple[Block, ...]:
    old, new = dict(before), dict(after)
    names = dict.fromkeys((*old, *new))
    lines = tuple(
        _line(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )
    if not lines:
        return (paragraph("The change was built and checked again; every result is the same."),)
    return bullets(lines)


def _line(name: str, old: str | None, new: str | None) -> Inline:
    if old is None:
        return (f"{name}: ", Code(new or ""), " (new)")
    if new is None:
        return (f"{name}: ", Code(old), " (gone)")
    return (f"{name}: ", Code(old), " → ", Code(new))


def _replaced() -> tuple[Block, ...]:
    return (
        paragraph(
            "Text that somebody had changed inside of this report was replaced. What stands above "
            "or below it is kept."
        ),
    )
