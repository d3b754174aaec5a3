"""The texts of the commit and of the merge request that carry the answer."""

from stepdown.errors import StepdownError
from stepdown.model.image import ImageRef
from stepdown.model.trial import Outcome, Trial
from stepdown.report import gfm, markdown, plain, words
from stepdown.report.changes import rewritten
from stepdown.report.document import Block, Code, Document, Section, paragraph, section
from stepdown.report.headline import passed_on_both, winner
from stepdown.report.story import lead

_WIDTH = 72


def title(outcome: Outcome) -> str:
    """Return the merge request's title, at most 72 characters: what moves where."""
    target, best = outcome.plan.target, winner(outcome)
    if best is None:
        return _shortened(f"No smaller base was shown to work for {target.dockerfile}")
    old, new = (_brief(image) for image in (target.base, best.candidate.image))
    tier = best.candidate.tier.value
    forms = (
        f"Move {target.dockerfile} from {old} to {new}",
        f"Move {target.dockerfile} to {new}",
        f"Move {target.dockerfile} to {tier}",
    )
    fitting = (form for form in forms if len(words.visible(form)) <= _WIDTH)
    return _shortened(next(fitting, forms[-1]))


def _brief(image: str) -> str:
    """Return the last part of the name with the tag, without registry and digest."""
    ref = ImageRef.parse(image)
    return ref.name.rpartition("/")[2] + (f":{ref.tag}" if ref.tag else "")


def _shortened(subject: str) -> str:
    text = words.visible(subject)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def body(
    outcome: Outcome,
    *,
    limit: int = gfm.MAX_BYTES,
    first: tuple[Section, ...] = (),
    last: tuple[Section, ...] = (),
) -> str:
    """Return the merge request's description: the report as Markdown of less than `limit` bytes.

    `first` are sections before, `last` sections after all others.
    """
    return markdown.render(outcome, limit=limit, first=first, last=last)


def commit_message(outcome: Outcome) -> str:
    """Return the commit's message: subject, facts, edits with reasons, checks, the way back.

    Raises StepdownError where no candidate works: there is nothing to commit.
    """
    best = winner(outcome)
    if best is None:
        raise StepdownError(
            "There is nothing to commit: no smaller base works.", hint="The report says why."
        )
    document = Document(
        lead(outcome),
        (
            *section("Changes", *rewritten(best.rewrite, best.applied)),
            *section("Checks that passed on both images", *_checks(outcome, best)),
            *section("The way back", *_way_back(best)),
        ),
    )
    return f"{title(outcome)}\n\n{plain.write(document, width=_WIDTH)}"


def _checks(outcome: Outcome, best: Trial) -> tuple[Block, ...]:
    passed = passed_on_both(outcome, best)
    return (paragraph(words.closed(words.listed(passed))),) if passed else ()


def _way_back(best: Trial) -> tuple[Block, ...]:
    if not best.rewrite.argument:
        return (paragraph("Revert this commit."),)
    flag = f"--build-arg {best.rewrite.argument}={best.rewrite.original}"
    return (paragraph("Revert this commit, or build with ", Code(flag), "."),)
