"""Updates pending: what the distribution's own index offers, without any feed of advisories.

Where some are pending, the image was built too long ago; bases compare best freshly built.
"""

import re
from collections.abc import Iterable, Iterator

from stepdown.measure.vulnerabilities.orders import order
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory, Pending, Update
from stepdown.ports import PackageIndex
from stepdown.rootfs import apk, dpkg
from stepdown.rootfs.names import shown
from stepdown.rootfs.packages import Package

_BRANCH = re.compile(r"v?(\d+\.\d+)")
_ANY = ("all", "noarch")
_Offers = dict[tuple[str, str], list[str]]


def pending(inventory: Inventory, indexes: tuple[PackageIndex, ...]) -> Pending:
    """Compare every package of the system with what the indexes offer under its name."""
    reasons = tuple(reason for index in indexes for reason in _unfit(index, inventory))
    offers, architectures = _offers(one for one in indexes if not [*_unfit(one, inventory)])
    installed = inventory.of_system
    listed = [one for one in installed if _offered(one, offers)]
    updates = [_update(one, _offered(one, offers)) for one in listed]
    sure = [one for one in updates if one is not None]
    reasons = (*reasons, *_gaps(inventory, indexes, listed, architectures))
    if None in updates:
        reasons = (*reasons, f"{updates.count(None)} versions could not be compared.")
    blind = not offers or inventory.known is Known.UNKNOWN or not installed
    useless = not listed and not architectures & {one.architecture for one in installed}
    known = Known.PARTIAL if reasons else Known.MEASURED
    return Pending(
        known=Known.UNKNOWN if blind or useless else known,
        indexes=tuple(index.name for index in indexes),
        updates=tuple(one for one in sure if one.offered),
        listed=len(listed),
        inventory=len(installed),
        reasons=reasons,
    )


def _unfit(index: PackageIndex, inventory: Inventory) -> Iterator[str]:
    """Say why an index cannot be about this image."""
    if index.failure:
        yield index.failure
    kinds = {one.kind for one in inventory.of_system}
    if index.kind and kinds and index.kind not in kinds:
        yield f"{index.name} is of another kind of distribution."
    branch, own = _BRANCH.match(index.description), _BRANCH.match(inventory.release)
    if branch and own and branch[1] != own[1]:
        yield f"{index.name} is of branch {branch[1]}, the image of {own[1]}."


def _gaps(
    inventory: Inventory,
    indexes: tuple[PackageIndex, ...],
    listed: list[Component],
    architectures: frozenset[str],
) -> Iterator[str]:
    installed = inventory.of_system
    if inventory.known is not Known.MEASURED:
        yield inventory.reason
    if not installed:
        yield "The image has no packages of a distribution."
    elif not listed and architectures and not architectures & {o.architecture for o in installed}:
        yield "The indexes are of another architecture."
    # Alpine's indexes list everything; Debian's index of security updates only what had some.
    elif any(index.kind == "apk" for index in indexes) and len(listed) < len(installed):
        yield f"The indexes list {len(listed)} of {len(installed)} packages."


def _offers(indexes: Iterable[PackageIndex]) -> tuple[_Offers, frozenset[str]]:
    found: _Offers = {}
    architectures: set[str] = set()
    for index in indexes:
        for package in _packages(index):
            architectures.add(package.architecture)
            key = package.name, package.architecture
            found.setdefault(key, []).append(package.version)
    return found, frozenset(architectures)


def _packages(index: PackageIndex) -> tuple[Package, ...]:
    if index.kind == "apk":
        return apk.packages(index.content)
    return dpkg.packages(index.content) if index.kind == "deb" else ()


def _offered(one: Component, offers: _Offers) -> list[str]:
    architectures = dict.fromkeys((one.architecture, *_ANY))
    return [version for each in architectures for version in offers.get((one.name, each), [])]


def _update(one: Component, offered: list[str]) -> Update | None:
    """Return the newest offer, an empty one where the image has it; None without an order."""
    compare, newest = order(one.kind), one.version
    for version in offered:
        result = compare(version, newest) if compare else None
        if result is None:
            return None
        newest = version if result > 0 else newest
    newer = "" if newest == one.version else shown(newest)
    return Update(package=one.name, installed=one.version, offered=newer)
