"""The report on one run as the description of a merge request."""

from stepdown.model.trial import Outcome
from stepdown.report import bots, gates, gfm, story
from stepdown.report.document import Document, Section
from stepdown.report.failures import failures
from stepdown.report.ladder import ladder


def render(
    outcome: Outcome,
    *,
    limit: int = gfm.MAX_BYTES,
    first: tuple[Section, ...] = (),
    last: tuple[Section, ...] = (),
) -> str:
    """Return the report as Markdown of less than `limit` bytes: the answer, then what broke.

    `first` are sections before, `last` sections after all others. Without images, badges or links
    to other hosts; long lists are folded, and what is cut says how much is missing.
    """
    sections = (
        *first,
        *ladder(outcome),
        *story.no_claim(outcome),
        *gates.policy(outcome),
        *failures(outcome),
        *story.surface(outcome),
        *story.vulnerabilities(outcome),
        *story.proof(outcome),
        *story.dockerfile(outcome),
        *bots.update_bots(outcome),
        *story.repeat(outcome),
        *story.roll_back(outcome),
        *story.operators(outcome),
        *story.caveats(outcome),
        *story.run(outcome),
        *last,
    )
    return gfm.write(Document(story.lead(outcome), sections), limit)
