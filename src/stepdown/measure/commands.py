"""The commands that somebody inside of a container could call."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.image import ImageConfig, Value
from stepdown.model.recipe import CommandClass
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.tar import EntryType

# Busybox has applets called dpkg and rpm; they unpack archives and manage nothing.
_OWN_PROGRAMS_ONLY = frozenset(("package_managers", "language_package_managers"))


class Command(Value, frozen=True, kw_only=True):
    """A name that can be called, the inode that answers, and whether that is busybox."""

    name: str
    inode: str
    applet: bool


def commands(fs: RootFS, config: ImageConfig) -> dict[str, Command]:
    """Return the commands by name.

    These are the names on PATH that lead to a regular file with an execute bit (symbolic links
    are followed inside the image), the program of ENTRYPOINT and of CMD wherever it lies, and
    the applets of every busybox and toybox in the image, because `busybox NAME` needs no link.
    """
    found: dict[str, Command] = {}
    for path in (*_on_path(fs, config), *_started(fs, config)):
        if fs.executable(path) and (inode := fs.inode(path)):
            name = path.rpartition("/")[2]
            found.setdefault(name, Command(name=name, inode=inode, applet=inode in fs.applets))
    for inode, applets in fs.applets.items():
        for name in applets:
            found.setdefault(name, Command(name=name, inode=inode, applet=True))
    return found


def in_class(fs: RootFS, known: dict[str, Command], kind: CommandClass) -> tuple[str, ...]:
    """Return the members of a class: names among `known`, absolute paths of programs off PATH.

    Off PATH, only ELF programs count: scripts of these names are mostly hooks and examples. One
    whose inode already answers to a command of the class is not repeated.
    """
    names = frozenset(kind.names)
    pattern = re.compile("|".join(f"(?:{p})" for p in kind.patterns) or r"(?!)")

    def belongs(name: str) -> bool:
        return name in names or pattern.fullmatch(name) is not None

    members = [
        command
        for command in known.values()
        if belongs(command.name) and not (command.applet and kind.key in _OWN_PROGRAMS_ONLY)
    ]
    inodes = {command.inode for command in members}
    elsewhere = [
        path
        for path in _programs(fs)
        if path not in inodes and path not in fs.applets and belongs(path.rpartition("/")[2])
    ]
    return (*sorted(command.name for command in members), *sorted(elsewhere))


def _programs(fs: RootFS) -> Iterator[str]:
    for path, elf in fs.elf.items():
        if elf.is_program and fs.entries[path].mode & 0o111:
            yield path


def _on_path(fs: RootFS, config: ImageConfig) -> Iterator[str]:
    folders = {real for folder in config.path if (real := fs.resolve(folder)) is not None}
    for path, entry in fs.entries.items():
        if entry.type is not EntryType.DIRECTORY and (path.rpartition("/")[0] or "/") in folders:
            yield path


def _started(fs: RootFS, config: ImageConfig) -> Iterator[str]:
    for words in (config.entrypoint, config.cmd):
        for word in words[:1]:
            if "/" in word:
                yield word if word.startswith("/") else f"{config.workdir}/{word}"
            elif path := fs.which(word, config.path):
                yield path


def hidden_in_proc(fs: RootFS, config: ImageConfig) -> list[str]:
    """Return the places where commands are looked up that lead into /proc.

    A process sees the whole image there once more, which only a running container could tell.
    """
    asked = (*config.path, *_on_path(fs, config), *_started(fs, config))
    return sorted({path for path in asked if fs.leads_to_proc(path)})


def unreadable_boxes(fs: RootFS) -> Iterable[str]:
    """Return the programs with compiled-in commands whose names could not be read."""
    named = (path for path in fs.elf if path.rpartition("/")[2] in ("busybox", "toybox"))
    return sorted({path for path in (*fs.applets, *named) if not fs.applets.get(path)})
