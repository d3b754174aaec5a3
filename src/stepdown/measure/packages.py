"""Measures of packages, and of what no package brought."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from stepdown.measure.certainty import listed, lower_bound, unknown
from stepdown.model.surface import Measure
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.packages import Package

_UNREAD = "The image has a package database of a kind that is not read: {}."
_WHOSE = "So it is unknown which of them the system brought."


def os_packages(fs: RootFS) -> Measure:
    """Count the installed packages of the operating system.

    Unknown where an image has files of a distribution and no database that says of which package.
    A file system without any (scratch) has 0; with static programs in it that is unknown, because
    nothing says where these come from.
    """
    key, title = "os_packages", "Packages of the operating system"
    items = set(_spelled(fs.packages))
    if not items and (why := fs.unread(Part.PACKAGES)):
        return unknown(key, title, " ".join(why))
    if not items and (fs.unread_databases or not _scratch_like(fs)):
        return unknown(key, title, _why(fs))
    measure = listed(key, title, items)
    if fs.unread_databases:
        return lower_bound(measure, _unread(fs))
    if not items and (fs.elf or fs.shebangs):
        return lower_bound(measure, _nothing_of_a_distribution(fs))
    return lower_bound(measure, *fs.unread(Part.FILES, Part.PACKAGES))


def language_packages(fs: RootFS) -> Measure:
    """Count distinct packages of programming languages that no package of the system owns.

    Also those inside of Java archives, Go programs and Rust programs that tell of them.
    """
    key, title = "language_packages", "Packages of programming languages"
    found = {
        f"{package.kind} {package.name} {package.version}"
        for package in fs.languages
        if package.path not in fs.owners
    }
    if found and (why := _owners_unknown(fs)):
        return unknown(key, title, f"{why} {_WHOSE}", found)
    return lower_bound(listed(key, title, found), *fs.unread(Part.FILES, Part.LANGUAGES))


def runtimes(fs: RootFS) -> Measure:
    """Count the distinct runtimes, such as Node or busybox, that no package of the system owns."""
    key, title = "runtimes", "Runtimes that belong to no package"
    found = {f"{r.name} {r.version}" for r in fs.runtimes if not _owned(fs, r.path)}
    if found and (why := _owners_unknown(fs)):
        return unknown(key, title, f"{why} {_WHOSE}", found)
    return lower_bound(listed(key, title, found), *fs.unread(Part.FILES, Part.BINARIES))


def unowned_binaries(fs: RootFS) -> Measure:
    """Count ELF programs and libraries that no package of the operating system owns."""
    key, title = "unowned_binaries", "Binaries that belong to no package"
    if fs.elf and (why := _owners_unknown(fs)):
        return unknown(key, title, why)
    names: dict[str, list[str]] = defaultdict(list)
    for path, entry in fs.entries.items():
        if (entry.first or path) in fs.elf:
            names[entry.first or path].append(path)
    unowned = (inode for inode, paths in names.items() if not fs.owners.keys() & paths)
    return lower_bound(listed(key, title, unowned), *fs.unread(Part.FILES, Part.BINARIES))


def _spelled(packages: tuple[Package, ...]) -> Iterator[str]:
    """Yield names with versions; with the architecture where a package is there for several."""
    installed = {(p.name, p.version, p.architecture) for p in packages}
    times = Counter((name, version) for name, version, _ in installed)
    for name, version, architecture in installed:
        several = times[name, version] > 1 and architecture
        yield f"{name}:{architecture} {version}" if several else f"{name} {version}"


def _owned(fs: RootFS, path: str) -> bool:
    """Tell whether a package owns the file by this name or by another one of the same inode."""
    return path in fs.owners or any(
        other in fs.owners for other, entry in fs.entries.items() if entry.first == path
    )


def _owners_unknown(fs: RootFS) -> str:
    """Say why it is not known which files the packages brought, or nothing where it is."""
    databases = [_unread(fs)] if fs.unread_databases else []
    return " ".join([*databases, *fs.unread(Part.OWNERS, Part.PACKAGES)])


def _why(fs: RootFS) -> str:
    if fs.unread_databases:
        return _unread(fs)
    what = "The package database lists nothing" if fs.databases else "There is no package database"
    return (
        f"{what}, but the image holds files of a distribution."
        f" Programs and libraries that belong to no known package: {len(fs.elf)}."
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
