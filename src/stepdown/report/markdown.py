"""The report on one run as the description of a merge request."""

from stepdown.model.trial import Outcome
from stepdown.report import gates, gfm, story
from stepdown.report.document import Document
from stepdown.report.failures import failures
from stepdown.report.ladder import ladder


def render(outcome: Outcome) -> str:
    """Return the report as Markdown of less than 60 000 bytes: the answer, then what broke.

    Without images, badges or links to other hosts; long lists are folded, and what is cut says
    how much is missing.
    """
    sections = (
        *ladder(outcome),
        *story.no_claim(outcome),
        *gates.policy(outcome),
        *failures(outcome),
        *story.surface(outcome),
        *story.vulnerabilities(outcome),
        *story.proof(outcome),
        *story.dockerfile(outcome),
        *story.repeat(outcome),
        *story.roll_back(outcome),
        *story.operators(outcome),
        *story.caveats(outcome),
        *story.run(outcome),
    )
    return gfm.write(Document(story.lead(outcome), sections))
