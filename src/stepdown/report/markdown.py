"""The report on one run as the description of a merge request."""

from msgspec.structs import replace

from stepdown.model.trial import Outcome
from stepdown.report import bots, gates, gfm, story
from stepdown.report.document import Document, Section
from stepdown.report.failures import failures
from stepdown.report.ladder import ladder

_ANSWER, _PROOF, _MORE, _DETAIL = range(4)
"""What a description keeps longest where room is short: what is claimed, and the way back."""


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
    ranked = (
        (_ANSWER, first),
        (_PROOF, ladder(outcome)),
        (_ANSWER, story.no_claim(outcome)),
        (_PROOF, gates.policy(outcome)),
        (_DETAIL, failures(outcome)),
        (_ANSWER, story.surface(outcome)),
        (_MORE, story.vulnerabilities(outcome)),
        (_PROOF, story.proof(outcome)),
        (_MORE, story.dockerfile(outcome)),
        (_MORE, bots.update_bots(outcome)),
        (_MORE, story.repeat(outcome)),
        (_ANSWER, story.roll_back(outcome)),
        (_MORE, story.operators(outcome)),
        (_MORE, story.smaller(outcome)),
        (_PROOF, story.caveats(outcome)),
        (_MORE, story.run(outcome)),
        (_PROOF, last),
    )
    sections = tuple(replace(section, rank=rank) for rank, some in ranked for section in some)
    return gfm.write(Document(story.lead(outcome), sections), limit)
