"""Vulnerabilities of one image as one list: each once, the most severe first."""

from collections.abc import Iterable

import msgspec

from stepdown.measure.vulnerabilities.severity import worst
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Fix, Inventory, Scan, Vulnerability


def merged(found: Iterable[Vulnerability]) -> tuple[Vulnerability, ...]:
    """Return each vulnerability of each package once, whichever names it came under."""
    unique: dict[tuple[str, str, str, str], Vulnerability] = {}
    for one in found:
        key = (one.id, one.kind, one.package, one.version)
        unique[key] = _union(unique[key], one) if key in unique else one
    return ranked(unique.values())


def ranked(found: Iterable[Vulnerability]) -> tuple[Vulnerability, ...]:
    """Sort by what to look at first: exploited, severe, fixable."""
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.exploited,
                one.severity.rank,
                one.fix is not Fix.AVAILABLE,
                one.id,
                one.package,
                one.version,
            ),
        )
    )


def unknown(inventory: Inventory, scanner: str, reason: str) -> Scan:
    """Return a scan that says nothing, and why."""
    return Scan(
        image=inventory.image,
        system=inventory.system,
        scanner=scanner,
        known=Known.UNKNOWN,
        inventory=len(inventory.components),
        reasons=(reason,),
    )


def _union(first: Vulnerability, second: Vulnerability) -> Vulnerability:
    best = min(first, second, key=lambda one: list(Fix).index(one.fix))
    return msgspec.structs.replace(
        best,
        severity=worst((first.severity, second.severity)),
        aliases=tuple(sorted({*first.aliases, *second.aliases})),
        binaries=tuple(sorted({*first.binaries, *second.binaries})),
        unimportant=first.unimportant and second.unimportant,
    )
