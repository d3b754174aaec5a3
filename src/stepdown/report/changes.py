"""What the rewrite does to the Dockerfile: edits, proposals, refusals and applied remedies."""

from collections.abc import Iterable, Iterator

from stepdown.model.plan import Edit, Refusal, Rewrite
from stepdown.model.trial import Applied, Trial
from stepdown.report import words
from stepdown.report.document import Block, Code, Inline, Listing, Paragraph, bullets, fold


def changes(trial: Trial) -> tuple[Block, ...]:
    """Return all that a trial changed, proposed and refused, with the diff folded."""
    return (*rewritten(trial.rewrite, trial.applied), *fold("The diff", *diff(trial.rewrite)))


def rewritten(rewrite: Rewrite, applied: tuple[Applied, ...] = ()) -> tuple[Block, ...]:
    """Return edits with reasons, then proposals and refusals, each with its line."""
    return (
        *bullets((*_edits(rewrite.edits), *_applied(applied))),
        *untouched(rewrite),
    )


def untouched(rewrite: Rewrite) -> tuple[Block, ...]:
    """Return what stays as it is: edits that were only proposed, and places that were refused."""
    return (
        *_titled("Proposed, not applied (--unsafe-fixes applies them):", _edits(rewrite.proposed)),
        *_titled("Left exactly as it is:", _refusals(rewrite.refusals)),
    )


def remedies(applied: tuple[Applied, ...]) -> tuple[Block, ...]:
    """Return the remedies that were applied, each with the breakage that asked for it."""
    return bullets(tuple(_applied(applied)))


def _titled(title: str, items: Iterable[Inline]) -> tuple[Block, ...]:
    points = bullets(tuple(items))
    return (Paragraph((title,)), *points) if points else ()


def _edits(edits: tuple[Edit, ...]) -> Iterator[Inline]:
    """One point per place and reason: a fixer may need several spans for one change."""
    for line, fixer, reason in dict.fromkeys((e.line, e.fixer, e.reason) for e in edits):
        yield (f"line {line}: {words.closed(reason)} ({fixer})",)


def _applied(applied: tuple[Applied, ...]) -> Iterator[Inline]:
    for each in applied:
        yield (f"remedy for {each.breakage}: {words.closed(each.remedy.text)}",)


def _refusals(refusals: tuple[Refusal, ...]) -> Iterator[Inline]:
    for refusal in refusals:
        yield refused(refusal)


def refused(refusal: Refusal) -> Inline:
    """Return one refusal: line, excerpt, reason, what to do."""
    hint = f" {words.closed(words.capitalised(refusal.hint))}" if refusal.hint else ""
    weight = " This blocks the candidate." if refusal.blocking else ""
    return (
        f"line {refusal.line}: ",
        Code(refusal.excerpt),
        f": {words.closed(refusal.reason)}{hint}{weight} ({refusal.fixer})",
    )


def diff(rewrite: Rewrite) -> tuple[Block, ...]:
    """Return the diff as a listing, or nothing where there is none."""
    lines = tuple(rewrite.diff.splitlines())
    return (Listing(lines, "diff"),) if lines else ()
