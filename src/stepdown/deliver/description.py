"""The description of a merge request as a living document: our part, and what people wrote.

Our part stands between two comments that forges do not show. The first holds what a later run has
to know, the second closes the part:

    <!-- stepdown: {"id": ..., "facts": [...], ...} -->
    ...
    <!-- stepdown: end -->

Everything outside of them belongs to people and is kept as it is.
"""

import re
from hashlib import sha256

import msgspec

from stepdown.model.image import Value

_PART = re.compile(
    r"<!-- stepdown: (?P<mark>\{[^\n]*?\}) -->\n?(?P<text>.*?)\n?<!-- stepdown: end -->", re.DOTALL
)
_OPEN = "<!-- stepdown:"
_DIGEST = 16


class Mark(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a later run has to know of the part that it finds.

    `identity` is the fingerprint of the change. `facts` are names and values that a reader would
    compare, as many as there is room for, and `state` is the digest of all of them. `text` is the
    digest of the part's text as it was written, `pushed` the commit that the part describes.
    `edited` is the tip of which was said that a person changed it. `closed` tells that we closed
    the request ourselves.
    """

    identity: str
    state: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    text: str = ""
    pushed: str = ""
    edited: str = ""
    closed: bool = False


class Part(Value, frozen=True, kw_only=True):
    """Our part as it was found. `touched` tells that somebody changed the text in it."""

    mark: Mark
    text: str
    touched: bool = False


def found(body: str) -> Part | None:
    """Return our part of a description, None where there is none that can be read."""
    match = _PART.search(_lines(body))
    if match is None:
        return None
    try:
        mark = msgspec.json.decode(match["mark"], type=Mark)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Part(mark=mark, text=match["text"], touched=digest(match["text"]) != mark.text)


def written(mark: Mark, text: str) -> str:
    """Return the part with its markers; the digest in the mark is that of `text`.

    A line of a log that looks like a marker is written in another way, so that it is none.
    """
    safe = text.strip().replace(_OPEN, f"&lt;!-- {_OPEN.removeprefix('<!-- ')}")
    full = msgspec.structs.replace(mark, text=digest(safe))
    return f"{_OPEN} {_hidden(full)} -->\n{safe}\n{_OPEN} end -->"


def room(mark: Mark, limit: int) -> Mark:
    """Return the mark with as many facts as fit into a quarter of a description's limit."""
    facts = mark.facts
    while facts and len(_hidden(mark)) > limit // 4:
        facts = facts[:-1]
        mark = msgspec.structs.replace(mark, facts=facts)
    return mark


def replaced(body: str, part: str) -> str:
    """Return the description with the part in the place of the one before; else at its end."""
    text = _lines(body)
    match = _PART.search(text)
    if match is not None:
        return f"{text[: match.start()]}{part}{text[match.end() :]}"
    return f"{text.rstrip()}\n\n{part}\n" if text.strip() else f"{part}\n"


def around(body: str) -> int:
    """Return how many bytes of a description are not ours."""
    return len(_PART.sub("", _lines(body)).encode())


def digest(text: str) -> str:
    """Return the digest of a text in which line ends and blanks at their ends do not count."""
    lines = (line.rstrip() for line in _lines(text).strip().split("\n"))
    return sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:_DIGEST]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _hidden(mark: Mark) -> str:
    """Return JSON that cannot end an HTML comment and is no markup: none of `-`, `<`, `>`, `&`."""
    text = msgspec.json.encode(mark).decode()
    return re.sub(r"[-<>&@]", lambda match: f"\\u{ord(match.group()):04x}", text)
