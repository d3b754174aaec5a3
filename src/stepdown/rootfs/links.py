"""Paths inside an image: symbolic links followed within its root, never outside, never for ever."""

from collections.abc import Mapping
from typing import Protocol

from stepdown.rootfs.tar import EntryType

MAXIMUM_HOPS = 40  # the kernel's own limit


class Linked(Protocol):
    """What must be known of a path to follow it."""

    @property
    def type(self) -> EntryType:
        """What the path is."""

    @property
    def link(self) -> str:
        """The text of a symbolic link."""


def resolve(entries: Mapping[str, Linked], path: str) -> str | None:
    """Return the real path behind `path`, the last part followed too.

    `entries` is keyed by real absolute path. None where a part is missing, where a file is used
    as a folder, and after 40 links. `..` at the root stays at the root, as in the kernel.
    """
    real, whole = follow(entries, path)
    return real if whole else None


def follow(entries: Mapping[str, Linked], path: str) -> tuple[str, bool]:
    """Return how far `path` can be followed, and whether that is all of it (see `resolve`)."""
    here = ""
    todo = _parts(path)
    hops = 0
    while todo:
        part = todo.pop()
        if part == "..":
            here = here.rpartition("/")[0]
            continue
        entry = entries.get(f"{here}/{part}")
        if entry is None:
            return f"{here}/{part}", False
        if entry.type is EntryType.SYMLINK:
            hops += 1
            if hops > MAXIMUM_HOPS:
                return f"{here}/{part}", False
            here = "" if entry.link.startswith("/") else here
            todo += _parts(entry.link)
        elif todo and entry.type is not EntryType.DIRECTORY:
            return f"{here}/{part}", False
        else:
            here = f"{here}/{part}"
    return here or "/", True


def _parts(path: str) -> list[str]:
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]
