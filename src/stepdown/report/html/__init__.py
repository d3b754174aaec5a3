"""The report on one run as one self-contained HTML file."""

from stepdown.model.trial import Outcome
from stepdown.report.html.page import page
from stepdown.report.html.writer import write


def render(outcome: Outcome) -> str:
    """Return the report as a page that loads nothing and reads well without its script.

    The same outcome gives the same text. Whatever comes from the run is shown as text: unprintable
    characters are spelled out, and the page's policy allows no script but its own.
    """
    return write("page.html", page(outcome))
