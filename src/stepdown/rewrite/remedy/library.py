"""A shared library for a base without a package manager."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import ImageRef, Libc, PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first
from stepdown.rewrite.situation import Situation

_NAME = re.compile(r"\blib[\w+-]+(?:\.[\w+-]+)*?\.so(?:\.\d+)*")
_OF_LIBC = re.compile(r"lib(?:c|m|dl|rt|pthread|resolv|crypt|nsl|util)\.so\.\d+|libc\.musl-.*")
_DEBIAN = frozenset(("debian", "buildpack-deps", "node", "python", "golang", "ruby", "rust"))


def names(evidence: str) -> tuple[str, ...]:
    """Return the libraries that a line names, but for those of a C library."""
    found = dict.fromkeys(match.group() for match in _NAME.finditer(evidence))
    return tuple(name for name in found if not _OF_LIBC.fullmatch(name))


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Copy the library from the old base to /usr/lib, which glibc's loader searches last."""
    candidate = situation.candidate
    old = ImageRef.parse(situation.old)
    glibc = candidate.libc is Libc.GLIBC and "alpine" not in old.tag
    if candidate.package_manager is PackageManager.NONE and glibc and old.repository in _DEBIAN:
        for name in names(remedy.evidence):
            source = f"/usr/lib/*-linux-gnu/{name}"
            line = f"COPY --from={situation.old} {source} /usr/lib/"
            yield from first(doc, situation.ship, [line])
