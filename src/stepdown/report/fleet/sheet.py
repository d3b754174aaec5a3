"""A fleet as comma-separated values: one line for each entry, safe to open in a spreadsheet."""

import csv
import io
import re

from stepdown.report.fleet.facts import Fleet, Item
from stepdown.report.fleet.sums import TITLES, figure
from stepdown.report.words import visible

_HEAD = (
    *("entry", "repository", "branch", "dockerfile", "context", "labels", "standing", "result"),
    *("base", "answer", "tier", "commit", "reason", "next", "causes"),
)
_FORMULA = re.compile(r"(^\s*|[;|]\s*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")


def render(fleet: Fleet) -> str:
    """Return the lines under a header; what is unknown is an empty cell, never 0.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, also behind marks
    at which another program may split the line.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    numbers = (f"{key}_{side}" for key in TITLES for side in ("before", "after"))
    writer.writerow((*_HEAD, *numbers))
    writer.writerows(_line(item) for item in fleet.items)
    return text.getvalue()


def _line(item: Item) -> tuple[str, ...]:
    texts = (
        *(item.name, item.repository, item.branch, item.dockerfile, item.context),
        *(" ".join(item.labels), item.standing, item.result or "", item.base, item.answer),
        *(item.tier, item.commit, item.reason, item.next, "; ".join(item.causes)),
    )
    return (*map(harmless, texts), *_numbers(item))


def _numbers(item: Item) -> tuple[str, ...]:
    found = (figure(item, key) for key in TITLES)
    pairs = ((one.before, one.after) if one else (None, None) for one in found)
    return tuple("" if value is None else str(value) for pair in pairs for value in pair)


def harmless(text: str) -> str:
    """Return a cell that is only text to every spreadsheet."""
    return _FORMULA.sub(r"\1'", visible(text))
