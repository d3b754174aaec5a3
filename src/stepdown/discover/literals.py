"""Absolute paths and time zones that are written down in a text."""

import re
from collections.abc import Iterator

from stepdown.model.plan import Trait

# Folders of the system; anything else that begins with a slash is rather part of an address.
_PATH = re.compile(
    r"/(?:bin|dev|etc|home|lib|lib64|opt|root|run|sbin|srv|tmp|usr|var)(?:/[\w.+@~-]+)+/?"
)
_ZONE = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)"
    r"/[A-Z]\w+(?:/[A-Z]\w+)?"
)
_QUOTED = re.compile(
    r"(?P<quote>[\"'`])(?P<value>/[\w.+@~/-]{3,200}|[A-Z][a-z]+/[A-Z][\w/]{2,40})(?P=quote)"
)
_VALUE = re.compile(
    r"(?:^|[\s=:\"'])(?P<value>/[\w.+@~/-]{3,200}|[A-Z][a-z]+/[A-Z][\w/]{2,40})(?=$|[\s;,\"'])",
    re.MULTILINE,
)


def named(value: str) -> Iterator[tuple[Trait, str]]:
    """Yield what a whole string names, if anything."""
    if _PATH.fullmatch(value):
        yield Trait.PATH, value.rstrip("/")
    elif _ZONE.fullmatch(value):
        yield Trait.ZONE, value


def found(text: str, *, quoted: bool) -> Iterator[tuple[int, Trait, str]]:
    """Yield what a text names, and where: in quotes, or anywhere in a file of settings."""
    for match in (_QUOTED if quoted else _VALUE).finditer(text):
        for trait, subject in named(match["value"]):
            yield match.start("value"), trait, subject
