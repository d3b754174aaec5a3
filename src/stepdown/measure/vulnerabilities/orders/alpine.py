"""Alpine's version order, as apk-tools 3 has it.

A version is `digits{.digits}{letter}{_suffix{digits}}{~hash}{-rdigits}`. It is compared part by
part. A digit part with a leading zero compares as text, which is why there is no key to sort by.
"""

import re
from enum import IntEnum

_VERSION = re.compile(
    r"(?P<digits>\d+(?:\.\d+)*)(?P<letter>[a-z]?)"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)"
    r"(?:~(?P<hash>[0-9a-f]+))?(?:-r(?P<revision>\d+))?"
)
_SUFFIX = re.compile(r"_([a-z]+)(\d*)")
_BEFORE_RELEASE = ("alpha", "beta", "pre", "rc")
_SUFFIXES = (*_BEFORE_RELEASE, "cvs", "svn", "git", "hg", "p")


class _Kind(IntEnum):
    """In the order of a version's parts; a version that has an earlier kind is the newer one."""

    FIRST = 0
    DIGITS = 1
    LETTER = 2
    SUFFIX = 3
    SUFFIX_NUMBER = 4
    HASH = 5
    REVISION = 6
    END = 7


_Part = tuple[_Kind, str]


def compare(left: str, right: str) -> int | None:
    """Return -1, 0 or 1; None where one of them is no version."""
    one, two = _parts(left), _parts(right)
    if one is None or two is None:
        return None
    for a, b in zip(one, two, strict=False):
        if a[0] is not b[0]:
            return _unlike(a, b)
        if difference := _same_kind(a[0], a[1], b[1]):
            return difference
    return 0


def _parts(version: str) -> tuple[_Part, ...] | None:
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    first, *further = match["digits"].split(".")
    parts = [(_Kind.FIRST, first), *((_Kind.DIGITS, digits) for digits in further)]
    parts += [(_Kind.LETTER, match["letter"])] if match["letter"] else []
    for suffix in _SUFFIX.finditer(match["suffixes"]):
        parts += [(_Kind.SUFFIX, suffix[1])]
        parts += [(_Kind.SUFFIX_NUMBER, suffix[2])] if suffix[2] else []
    parts += [(_Kind.HASH, match["hash"])] if match["hash"] else []
    parts += [(_Kind.REVISION, match["revision"])] if match["revision"] else []
    return (*parts, (_Kind.END, ""))


def _same_kind(kind: _Kind, left: str, right: str) -> int:
    as_text = kind is _Kind.HASH or kind is _Kind.LETTER
    if kind is _Kind.SUFFIX:
        return _sign(_SUFFIXES.index(left), _SUFFIXES.index(right))
    if kind is _Kind.DIGITS and (left.startswith("0") or right.startswith("0")):
        as_text = True
    if as_text or kind is _Kind.END:
        return (left > right) - (left < right)
    return _sign(int(left), int(right))


def _unlike(left: _Part, right: _Part) -> int:
    """One version ends or goes on otherwise; `_rc` and its like stand before the release."""
    if left[0] is _Kind.SUFFIX and left[1] in _BEFORE_RELEASE:
        return -1
    if right[0] is _Kind.SUFFIX and right[1] in _BEFORE_RELEASE:
        return 1
    return _sign(right[0], left[0])


def _sign(left: int, right: int) -> int:
    return (left > right) - (left < right)
