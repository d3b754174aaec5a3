"""Measures of packages, and of what no package brought."""

from collections import defaultdict
from collections.abc import Iterable

from stepdown.model.surface import Known, Measure
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.names import shown

_UNREAD = "The image has a package database of a kind that is not read: {}."


def os_packages(fs: RootFS) -> Measure:
    """Count the installed packages of the operating system.

    Unknown where an image has files of a distribution and no database that says of which package.
    A file system without any (scratch) has 0; with static programs in it that is a lower bound,
    because nothing says where these come from.
    """
    items = sorted(f"{package.name} {package.version}" for package in fs.packages)
    key, title = "os_packages", "Packages of the operating system"
    if not items and (fs.unread_databases or not _scratch_like(fs)):
        return Measure(key=key, title=title, value=None, known=Known.UNKNOWN, reason=_why(fs))
    known, reason = Known.MEASURED, ""
    if fs.unread_databases:
        known, reason = Known.PARTIAL, _unread(fs)
    elif not items and (fs.elf or fs.shebangs):
        known, reason = Known.PARTIAL, _nothing_of_a_distribution(fs)
    elif not items:
        reason = "There is no package database and no program: nothing could be installed."
    return Measure(
        key=key,
        title=title,
        value=len(items),
        items=_shown(items),
        known=known,
        reason=reason,
    )


def language_packages(fs: RootFS) -> Measure:
    """Count distinct packages of Python, Node and Ruby that no package of the system owns."""
    key, title = "language_packages", "Packages of programming languages"
    found = {
        f"{package.kind} {package.name} {package.version}"
        for package in fs.languages
        if package.path not in fs.owners
    }
    items = _shown(sorted(found))
    if fs.unread_databases:
        reason = f"{_unread(fs)} So it is unknown which of them the system brought."
        return Measure(
            key=key, title=title, value=None, items=items, known=Known.UNKNOWN, reason=reason
        )
    reason = _uncounted(fs)
    known = Known.PARTIAL if reason else Known.MEASURED
    return Measure(key=key, title=title, value=len(items), items=items, known=known, reason=reason)


def unowned_binaries(fs: RootFS) -> Measure:
    """Count ELF programs and libraries that no package of the operating system owns."""
    key, title = "unowned_binaries", "Binaries that belong to no package"
    if fs.unread_databases:
        return Measure(key=key, title=title, value=None, known=Known.UNKNOWN, reason=_unread(fs))
    names: dict[str, list[str]] = defaultdict(list)
    for path, entry in fs.entries.items():
        if (entry.first or path) in fs.elf:
            names[entry.first or path].append(path)
    unowned = [inode for inode, paths in names.items() if not fs.owners.keys() & paths]
    return Measure(key=key, title=title, value=len(unowned), items=_shown(sorted(unowned)))


def _why(fs: RootFS) -> str:
    if fs.unread_databases:
        return _unread(fs)
    what = "The package database lists nothing" if fs.databases else "There is no package database"
    return (
        f"{what}, but the image holds files of a distribution."
        f" {len(fs.elf)} binaries belong to no known package."
    )


def _unread(fs: RootFS) -> str:
    return _UNREAD.format(", ".join(fs.unread_databases))


def _nothing_of_a_distribution(fs: RootFS) -> str:
    return (
        "There is no package database and nothing of a distribution, only programs that stand"
        f" alone ({len(fs.elf) + len(fs.shebangs)}); nothing says which packages they come from."
    )


def _scratch_like(fs: RootFS) -> bool:
    shared = any(elf.needed or elf.interpreter or not elf.is_program for elf in fs.elf.values())
    return not fs.os_release and not shared


def _uncounted(fs: RootFS) -> str:
    archives = sum(path.endswith((".jar", ".war", ".ear")) for path in fs.entries)
    go = sum(elf.go for elf in fs.elf.values())
    parts = [f"{archives} Java archives"] if archives else []
    parts += [f"{go} Go programs"] if go else []
    return f"Packages inside of {' and '.join(parts)} are not counted." if parts else ""


def _shown(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(shown(item) for item in items)
