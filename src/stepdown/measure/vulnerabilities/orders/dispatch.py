"""The order of each kind of package, by the type that its package URL has."""

from collections.abc import Callable
from functools import cache
from typing import Protocol, Self

from stepdown.measure.vulnerabilities.orders import alpine, debian

Order = Callable[[str, str], int | None]
"""Returns -1, 0 or 1; None where one of the two is no version."""

# univers misorders some versions of Alpine and refuses others that apk takes, so Alpine and Debian
# are ours; for languages it follows each ecosystem's own library or specification.
_CLASSES = {
    "pypi": "PypiVersion",
    "npm": "SemverVersion",
    "gem": "RubygemsVersion",
    "golang": "GolangVersion",
    "cargo": "SemverVersion",
    "maven": "MavenVersion",
    "rpm": "RpmVersion",
}


class _Comparable(Protocol):
    def __lt__(self, other: Self, /) -> bool: ...


def order(kind: str) -> Order | None:
    """Return the order of a package type; None where none is known."""
    if kind == "deb":
        return debian.compare
    if kind == "apk":
        return alpine.compare
    return _of_language(kind) if kind in _CLASSES else None


@cache
def _of_language(kind: str) -> Order:
    from univers import versions  # noqa: PLC0415  (76 ms that only a scan needs)

    read: Callable[[str], _Comparable] = getattr(versions, _CLASSES[kind])

    def compare(left: str, right: str) -> int | None:
        if not left or not right:
            return None
        try:
            one, two = read(left), read(right)
            return (two < one) - (one < two)
        except (versions.InvalidVersion, ValueError, TypeError):
            return None

    return compare
