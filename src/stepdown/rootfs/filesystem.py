"""An image's file system as one frozen value, and the questions that people ask of it."""

from collections.abc import Iterable, Mapping

from stepdown.model.image import Libc, Value
from stepdown.rootfs import links
from stepdown.rootfs.elf import Elf
from stepdown.rootfs.gaps import Gap, Part
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.ldcache import CacheEntry
from stepdown.rootfs.packages import Package
from stepdown.rootfs.passwd import Group, User
from stepdown.rootfs.runtimes import Runtime
from stepdown.rootfs.tar import EntryType

_LOADER_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")


class Entry(Value, frozen=True, kw_only=True, gc=False):
    """What lies at one path.

    `mode` holds the permission bits (07777), `size` is in bytes, `link` a symbolic link's text.
    `first` is the path of the inode's first name for the further names of a hard link, else empty.
    `type` is never `hard_link`. `capability` is the raw extended attribute.
    """

    type: EntryType
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    size: int = 0
    link: str = ""
    first: str = ""
    capability: bytes = b""


class RootFS(Value, frozen=True, kw_only=True):
    """Everything that is read of an image, without any file's content.

    Paths are absolute and real (no part but the last is a symbolic link). `elf` and `applets` are
    keyed by an inode's first name. `shebangs` holds what follows `#!` on the first line of
    executable scripts. `owners` maps a path to the package of the operating system that brought
    it. `databases` are the package databases that were read, `unread_databases` those that are in
    a form that is not read. `notes` says in sentences what could not be read.
    """

    entries: Mapping[str, Entry]
    elf: Mapping[str, Elf]
    shebangs: Mapping[str, str]
    applets: Mapping[str, tuple[str, ...]]
    packages: tuple[Package, ...] = ()
    owners: Mapping[str, str]
    databases: tuple[str, ...] = ()
    unread_databases: tuple[str, ...] = ()
    languages: tuple[LanguagePackage, ...] = ()
    runtimes: tuple[Runtime, ...] = ()
    os_release: Mapping[str, str]
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    loader_cache: tuple[CacheEntry, ...] = ()
    musl_paths: Mapping[str, tuple[str, ...]]
    gaps: tuple[Gap, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read, in sentences."""
        return tuple(sorted({gap.sentence for gap in self.gaps}))

    @property
    def whole(self) -> bool:
        """Whether the stream was read to its end; else any other file may have been in the rest."""
        return all(gap.part is not Part.REST for gap in self.gaps)

    def unread(self, *parts: Part) -> tuple[str, ...]:
        """Return in sentences what was not read of these parts; a missing rest is part of all."""
        asked = {*parts, Part.REST}
        return tuple(sorted({gap.sentence for gap in self.gaps if gap.part in asked}))

    def resolve(self, path: str) -> str | None:
        """Return the real path, symbolic links followed inside the image; None if absent."""
        return links.resolve(self.entries, path)

    def leads_to_proc(self, path: str) -> bool:
        """Tell whether `path` leads into /proc, which is there only while a container runs."""
        stop, whole = links.follow(self.entries, path)
        return not whole and f"{stop}/".startswith("/proc/")

    def get(self, path: str) -> Entry | None:
        """Return what lies at `path`, symbolic links followed."""
        real = self.resolve(path)
        return None if real is None else self.entries.get(real)

    def inode(self, path: str) -> str | None:
        """Return the first name of the inode behind `path`, symbolic links followed."""
        real = self.resolve(path)
        return None if real is None else self.entries[real].first or real

    def executable(self, path: str) -> bool:
        """Tell whether `path` leads to a regular file with any execute bit."""
        entry = self.get(path)
        return entry is not None and entry.type is EntryType.FILE and bool(entry.mode & 0o111)

    def which(self, name: str, folders: Iterable[str]) -> str | None:
        """Return the first executable `name` in `folders`; a name with a slash is taken as is."""
        places = [name] if "/" in name else [f"{f.rstrip('/')}/{name}" for f in folders]
        return next((place for place in places if self.executable(place)), None)

    def user(self, name: str) -> User | None:
        """Return the user by name, or by number."""
        by_name = (user for user in self.users if user.name == name)
        by_number = (user for user in self.users if str(user.uid) == name)
        return next(by_name, None) or next(by_number, None)

    @property
    def loaders(self) -> tuple[tuple[Libc, str], ...]:
        """The program loaders in their usual places: whose they are, and the path."""
        found: list[tuple[Libc, str]] = []
        for path in self.entries:
            folder, _, name = path.rpartition("/")
            if not name.startswith("ld") or folder not in _LOADER_FOLDERS:
                continue
            elf = self.elf.get(self.inode(path) or "")
            if elf is not None and (libc := libc_of_loader(name, elf)) is not Libc.NONE:
                found.append((libc, path))
        return tuple(sorted(found))

    @property
    def libcs(self) -> frozenset[Libc]:
        """The C libraries whose program loader is in its usual place."""
        return frozenset(libc for libc, _ in self.loaders)


def libc_of_loader(name: str, elf: Elf) -> Libc:
    """Tell whose program loader the file `name` is.

    A loader that is itself linked against musl (gcompat) starts programs with musl. NONE where
    the file is no loader.
    """
    musl = any(needed.startswith("libc.musl-") for needed in elf.needed)
    if name.startswith("ld-musl-") or musl:
        return Libc.MUSL
    return Libc.GLIBC if elf.soname.startswith("ld") and elf.defines else Libc.NONE
