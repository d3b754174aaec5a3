"""Which program reads a Dockerfile: a `# syntax=` line names an image that the builder runs."""

import json
import re
from collections.abc import Iterator

_DIRECTIVE = re.compile(r"(?:#|//)\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*\Z")
_OFFICIAL = re.compile(r"(?:docker\.io/)?docker/dockerfile(?:[:@].*)?\Z")


def frontend(text: str) -> str:
    """Return the image that `# syntax=` names, empty where there is none.

    As the builder does it: a byte order mark and a `#!` line are passed over, `//` works like `#`,
    and JSON can name one, too. Where it is not certain that the builder sees it, it is returned.
    """
    text = text.removeprefix("\ufeff")
    if text.startswith("#!"):
        text = text.partition("\n")[2]
    named = (value for name, value in _directives(text) if name.lower() == "syntax")
    return next(named, "").partition(" ")[0] or _of_json(text)


def official(image: str) -> bool:
    """Tell whether a frontend is the one that the builder has inside, in some version."""
    return _OFFICIAL.match(image) is not None


def _directives(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _DIRECTIVE.match(line.strip())
        if found is None:
            return
        yield found[1], found[2]


def _of_json(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("syntax", "")) if isinstance(found, dict) else ""
