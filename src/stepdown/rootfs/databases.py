"""The databases of package managers: which files they are, and what one says."""

from collections.abc import Iterable, Iterator
from itertools import chain

from stepdown.model.image import Value
from stepdown.rootfs import apk, dpkg, rpm
from stepdown.rootfs.packages import Package

RPM = frozenset((*rpm.DATABASES, *rpm.MANIFESTS))
SINGLE = frozenset((dpkg.STATUS, *apk.INSTALLED, *RPM))
FOLDERS = (dpkg.STATUS_FOLDER.rstrip("/"),)
PLACES = (*sorted(SINGLE), dpkg.STATUS_FOLDER, dpkg.INFO_FOLDER)
"""What the paths of all their files begin with."""
UNREAD = (
    "/var/lib/rpm/Packages",
    "/var/lib/rpm/Packages.db",
    "/usr/lib/sysimage/rpm/Packages",
    "/usr/lib/sysimage/rpm/Packages.db",
    "/var/lib/pacman/local",
    "/var/db/pkg",
    "/usr/lib/opkg/status",
    "/nix/store",
)
"""In a form that is not read."""


class Listing(Value, frozen=True, kw_only=True):
    """What one file of a database says.

    `claims` are (path, package). `unreadable` is true where it is a database, but cannot be read.
    """

    packages: tuple[Package, ...] = ()
    claims: Iterable[tuple[str, str]] = ()
    unreadable: bool = False


def wanted(path: str) -> bool:
    """Tell whether the file at `path` is part of a database."""
    return (
        path in SINGLE
        or path.startswith(dpkg.STATUS_FOLDER)
        or (path.startswith(dpkg.INFO_FOLDER) and path.endswith(".list"))
    )


def is_listing_of_packages(path: str) -> bool:
    """Tell whether the file names packages, not only the files of one."""
    return path in SINGLE or (
        path.startswith(dpkg.STATUS_FOLDER) and not path.endswith((".md5sums", ".list"))
    )


def read(path: str, content: bytes) -> Listing:
    """Return what the file says; `claims` can be gone through once."""
    if path in rpm.DATABASES:
        installed = rpm.database(content)
        if installed is None:
            return Listing(unreadable=True)
        packages = tuple(one.package for one in installed)
        return Listing(packages=packages, claims=chain.from_iterable(map(_claims, installed)))
    if path in rpm.MANIFESTS:
        return Listing(packages=rpm.manifest(content))
    if path in apk.INSTALLED:
        return Listing(packages=apk.packages(content), claims=apk.claims(content))
    if is_listing_of_packages(path):
        return Listing(packages=dpkg.packages(content))
    return Listing(claims=dpkg.claims(path.rpartition("/")[2], content))


def _claims(one: rpm.Installed) -> Iterator[tuple[str, str]]:
    return ((path, one.package.name) for path in one.files)
