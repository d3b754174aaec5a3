"""Packages that stay in a ZIP archive: Python's eggs, and what Yarn loads from its cache."""

import re

import msgspec

from stepdown.rootfs import languages, zips
from stepdown.rootfs.jars import Budget
from stepdown.rootfs.languages import LanguagePackage

SUFFIXES = (".egg", ".zip")
_YARN = re.compile(r"/\.yarn/(?:berry/)?cache/[^/]+\.zip")
_TELLS = re.compile(r"EGG-INFO/PKG-INFO|node_modules/(?:@[^/]+/)?[^/@][^/]*/package\.json")


def wanted(path: str, head: bytes) -> bool:
    """Tell whether the file at `path`, which begins with `head`, is such an archive."""
    return head.startswith(b"PK") and (path.endswith(".egg") or _YARN.search(path) is not None)


def package(path: str, data: bytes, budget: Budget, limit: int) -> LanguagePackage | None:
    """Return the package in the archive at `path`, None where it names none. Raises ZipError."""
    for member in zips.members(data):
        if _TELLS.fullmatch(member.name):
            content = bytes(zips.content(data, member, min(limit, budget.left)))
            budget.take(len(content))
            found = languages.read(f"{path}/{member.name}", content)
            return msgspec.structs.replace(found, path=path) if found else None
    return None
