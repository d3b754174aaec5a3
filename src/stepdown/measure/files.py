"""Measures of single files: who may do what with them, and how large they are."""

from collections.abc import Iterator

from stepdown.measure.capabilities import words
from stepdown.measure.certainty import listed, lower_bound, unknown
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Measure
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.names import shown
from stepdown.rootfs.passwd import number
from stepdown.rootfs.tar import EntryType

_SET_ID = 0o6000
_EXECUTE = 0o111
_STICKY = 0o1000
_WORLD_WRITE = 0o002


def setuid_setgid(fs: RootFS) -> Measure:
    """Count programs that run with the rights of their owner or group."""
    paths = (p for p, e in _files(fs) if e.mode & _SET_ID and e.mode & _EXECUTE)
    return _bounded(fs, listed("setuid_setgid", "Setuid and setgid programs", paths))


def file_capabilities(fs: RootFS) -> Measure:
    """Count files that give capabilities to who starts them."""
    found = (f"{path} {words(e.capability)}" for path, e in _files(fs) if e.capability)
    return _bounded(fs, listed("file_capabilities", "Programs with file capabilities", found))


def world_writable(fs: RootFS) -> Measure:
    """Count what everybody may write: regular files, and folders without the sticky bit."""
    files = (path for path, e in _files(fs) if e.mode & _WORLD_WRITE)
    folders = (
        path
        for path, e in fs.entries.items()
        if e.type is EntryType.DIRECTORY and e.mode & (_WORLD_WRITE | _STICKY) == _WORLD_WRITE
    )
    title = "Files and folders that everybody may write"
    return _bounded(fs, listed("world_writable", title, [*files, *folders]))


def runs_as_root(fs: RootFS, config: ImageConfig) -> Measure:
    """Tell by 1 or 0 whether the image's user is root.

    Unknown where the user is a name that the image's /etc/passwd does not have.
    """
    key, title = "runs_as_root", "Runs as root"
    name = config.user.partition(":")[0] or "root"
    uid = _uid(fs, name) if (told := number(name)) is None else told
    if uid is None:
        absent = f"The user {shown(name)} is not in the image's /etc/passwd."
        return unknown(key, title, " ".join(fs.unread(Part.SETTINGS)) or absent)
    return Measure(key=key, title=title, value=int(uid == 0), items=(shown(name),))


def size_visible(fs: RootFS) -> Measure:
    """Add up the regular files that a container sees, in bytes; hard links count once."""
    value = sum(entry.size for _, entry in _files(fs))
    return _bounded(fs, Measure(key="size_visible", title="Size of visible files", value=value))


def size_layers(config: ImageConfig) -> Measure:
    """Return the engine's size of all layers, in bytes."""
    key, title = "size_layers", "Size of all layers"
    if not config.size:
        return unknown(key, title, "The engine does not tell the size.")
    return Measure(key=key, title=title, value=config.size)


def _uid(fs: RootFS, name: str) -> int | None:
    uid = next((user.uid for user in fs.users if user.name == name), None)
    return 0 if uid is None and name == "root" else uid


def _files(fs: RootFS) -> Iterator[tuple[str, Entry]]:
    """Yield every regular inode once, by its first name."""
    for path, entry in fs.entries.items():
        if entry.type is EntryType.FILE and not entry.first:
            yield path, entry


def _bounded(fs: RootFS, measure: Measure) -> Measure:
    return lower_bound(measure, *fs.unread(Part.FILES))
