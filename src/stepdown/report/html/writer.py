"""Writes a page from its template: one file that loads nothing and allows no script but its own."""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stepdown.report.document import quoted
from stepdown.report.plain import visible_line
from stepdown.report.words import visible

MOST_LINES = 2000
MOST_NAMES = 1000
MOST_CHARACTERS = 4000
"""What is more in a listing, in a list of names or in one line is counted and left out."""

_STYLES = (*("colours", "page", "ladder", "bars", "tables", "code", "fleet", "small", "paper"),)
_ASSETS = {
    "style": tuple(f"style/{name}.css" for name in _STYLES),
    "script": ("script.js",),
}
"""What is written into the page; later rules of the style sheet win."""


def write(template: str, page: object) -> str:
    """Return the template filled with the page.

    Whatever comes from the run is shown as text: unprintable characters are spelled out.
    """
    return _environment().get_template(template).render(page=page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stepdown.report.html"),
        autoescape=True,
        finalize=_shown,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(kind=_kind, quoted=quoted, log_line=_log_line)
    environment.globals.update(
        asset=_asset, digest=_digest, most_lines=MOST_LINES, most_names=MOST_NAMES
    )
    return environment


def _shown(value: object) -> object:
    """Spell out what a reader could not see, in every text that a template writes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kind(value: object) -> str:
    """Return the name of a block's class, by which a template chooses how it is written."""
    return type(value).__name__


def _log_line(line: str) -> Markup:
    """Return a line of a log, a command or a diff, with its indentation."""
    rest = len(line) - MOST_CHARACTERS
    more = f"… ({rest} more characters)" if rest > 0 else ""
    return Markup.escape(visible_line(line[:MOST_CHARACTERS]) + more)


@cache
def _asset(kind: str) -> Markup:
    """Return the style sheet or the script as it is in the package."""
    loader = PackageLoader("stepdown.report.html")
    texts = (loader.get_source(_environment(), name)[0] for name in _ASSETS[kind])
    return Markup("\n".join(texts))  # noqa: S704  (our own files)


@cache
def _digest(kind: str) -> str:
    """Return the source expression by which the page's policy allows just this content."""
    content = hashlib.sha256(_asset(kind).encode()).digest()
    return f"'sha256-{base64.b64encode(content).decode()}'"
