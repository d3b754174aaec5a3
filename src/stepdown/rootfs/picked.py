"""The few files that tell release and packages, read by themselves: the quick look at an image."""

from collections.abc import Iterable
from itertools import chain

from stepdown.rootfs import apk, dpkg, osrelease, passwd, rpm
from stepdown.rootfs import databases as known
from stepdown.rootfs.contents import OS_RELEASE, PASSWD
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.tar import EntryType

RELEASES = tuple(reversed(OS_RELEASE))  # the first is mostly a link to the other
USERS = PASSWD
_DPKG = (dpkg.STATUS, dpkg.STATUS_FOLDER.rstrip("/"))
_APK = tuple(sorted(apk.INSTALLED))
_RPM = (*rpm.DATABASES, *rpm.MANIFESTS)
_USUAL = {"debian": _DPKG, "ubuntu": _DPKG, "alpine": _APK, "wolfi": _APK, "chainguard": _APK}


def databases(distribution: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return where package databases are: those that the distribution has, and the others."""
    usual = _USUAL.get(distribution, ())
    return usual, tuple(path for path in (*_DPKG, *_APK, *_RPM) if path not in usual)


def read(files: Iterable[tuple[str, bytes]]) -> RootFS:
    """Return what `files` (path, content) tell; of everything else nothing is known."""
    contents = dict(files)
    release = next((contents[path] for path in OS_RELEASE if path in contents), b"")
    listings = {
        path: known.read(path, content)
        for path, content in sorted(contents.items())
        if known.is_listing_of_packages(path)
    }
    packages = set(chain.from_iterable(listing.packages for listing in listings.values()))
    return RootFS(
        entries={path: Entry(type=EntryType.FILE) for path in contents},
        elf={},
        shebangs={},
        applets={},
        packages=tuple(sorted(packages, key=lambda p: (p.name, p.version))),
        owners={},
        databases=tuple(path for path, found in listings.items() if not found.unreadable),
        unread_databases=tuple(path for path, found in listings.items() if found.unreadable),
        os_release=osrelease.parse(release),
        users=passwd.users(contents.get(PASSWD, b"")),
        musl_paths={},
    )
