"""The report on one run as plain text that reads well in a terminal."""

from stepdown.model.trial import Outcome
from stepdown.report import gates, plain, story
from stepdown.report.document import Document
from stepdown.report.failures import failures
from stepdown.report.ladder import ladder


def render(outcome: Outcome, *, verbose: bool = False, width: int = 80) -> str:
    """Return the report: the answer, the ladder, then the reasons.

    The same outcome gives the same text. `verbose` adds the diff, all lists and the evidence of
    the rungs that failed. Commands and diffs are not wrapped at `width`.
    """
    sections = (
        *ladder(outcome),
        *story.no_claim(outcome),
        *gates.policy(outcome),
        *story.surface(outcome),
        *story.vulnerabilities(outcome),
        *story.dockerfile(outcome),
        *story.operators(outcome),
        *story.smaller(outcome),
        *failures(outcome),
        *story.proof(outcome),
        *story.following(outcome),
        *story.roll_back(outcome),
        *story.caveats(outcome),
        *story.run(outcome),
    )
    return plain.write(Document(story.lead(outcome), sections), width=width, verbose=verbose)
