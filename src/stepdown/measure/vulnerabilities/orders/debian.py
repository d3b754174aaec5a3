"""Debian's version order (deb-version(7)): epoch, upstream version, revision."""

import re

_EPOCH = r"(?:(\d+):)?"
_UPSTREAM = r"(\d[A-Za-z0-9.+~:-]*?)"
_VERSION = re.compile(rf"{_EPOCH}{_UPSTREAM}(?:-([A-Za-z0-9.+~]+))?")
_PARTS = re.compile(r"(\D*)(\d*)")
_END = 0

Key = tuple[int, tuple[tuple[tuple[int, ...], int], ...], tuple[tuple[tuple[int, ...], int], ...]]


def key(version: str) -> Key | None:
    """Return what sorts as dpkg sorts, None for a text that is no version.

    A colon within the upstream version needs an epoch before it, as dpkg wants it.
    """
    match = _VERSION.fullmatch(version)
    if match is None or version.endswith("-") or (match[1] is None and ":" in match[2]):
        return None
    return int(match[1] or 0), _parts(match[2]), _parts(match[3] or "0")


def compare(left: str, right: str) -> int | None:
    """Return -1, 0 or 1; None where one of them is no version."""
    one, two = key(left), key(right)
    return None if one is None or two is None else (one > two) - (one < two)


def _parts(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    found = (match for match in _PARTS.finditer(text) if match[0])
    parts = tuple((_letters(match[1]), int(match[2] or 0)) for match in found)
    return (*parts, ((_END,), 0))


def _letters(text: str) -> tuple[int, ...]:
    """`~` sorts before the end, the end before letters, letters before everything else."""
    return (*(_weight(character) for character in text), _END)


def _weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
