"""Findings as text, for one error message that somebody asks about."""

from stepdown.model.trial import Finding
from stepdown.report import plain
from stepdown.report.document import Document, Section, paragraph
from stepdown.report.failures import findings


def render(found: tuple[Finding, ...], *, width: int = 80) -> str:
    """Return each finding with its cause, its evidence and the ways out, the best first."""
    if not found:
        return plain.write(Document((paragraph(_NOTHING),), ()), width=width)
    sections = tuple(
        Section(f"{number} of {len(found)}", findings((finding,)))
        for number, finding in enumerate(found, start=1)
    )
    if len(sections) == 1:
        return plain.blocks(sections[0].blocks, width=width)
    return plain.write(Document((), sections), width=width)


_NOTHING = (
    "Unknown: no known cause matches this text. That says nothing about whether it is harmless: "
    "try the lines around it, above all the first error."
)
