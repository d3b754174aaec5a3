"""How glibc's and musl's loaders find a library by its name, and what they load with a program.

Sources: glibc's elf/dl-load.c and ld.so(8); musl's ldso/dynlink.c. Both read the image's own
files only: folders, /etc/ld.so.cache as it is stored, /etc/ld-musl-ARCH.path.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from stepdown.model.image import Value
from stepdown.rootfs.elf import Elf
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.tar import EntryType

_ORIGIN = re.compile(r"\$(?:ORIGIN\b|\{ORIGIN\})")
_LIB = re.compile(r"\$(?:LIB\b|\{LIB\})")
_PLATFORM = re.compile(r"\$(?:PLATFORM\b|\{PLATFORM\})")
_PLATFORMS = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}
_DEBIAN_TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "386": "i386-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
}
# The high byte of an ld.so.cache entry's flags (glibc's sysdeps/generic/ldconfig.h).
_CACHE_KINDS = {"386": 0, "amd64": 3, "s390x": 4, "arm": 9, "arm64": 10, "ppc64le": 5}
_GLIBC_ELF = 3
_MUSL_ITSELF = re.compile(r"lib(?:c|pthread|rt|m|dl|util|xnet)\.")
_MUSL_FOLDERS = ("/lib", "/usr/local/lib", "/usr/lib")


class Loaded(Value, frozen=True, kw_only=True):
    """One object in memory: the path by which it was found, its inode, what asked for it."""

    path: str
    inode: str
    elf: Elf
    asked_by: "Loaded | None" = None

    @property
    def chain(self) -> "Iterator[Loaded]":
        """Yield this object, what asked for it, and so on up to the program."""
        here: Loaded | None = self
        while here is not None:
            yield here
            here = here.asked_by


class Load(Value, frozen=True, kw_only=True):
    """The result of loading `objects[0]`; `names` tells which object answers to a name."""

    objects: tuple[Loaded, ...]
    names: Mapping[str, Loaded]
    missing: tuple[tuple[Loaded, str, str], ...]


class Files:
    """Libraries of one image by folder and name; remembers which folders exist."""

    def __init__(self, fs: RootFS) -> None:
        self._fs = fs
        self._folders: dict[str, str | None] = {}

    def find(self, path: str) -> tuple[str, Elf | None] | None:
        """Return (inode, its ELF facts) of the regular file at `path`, None where there is none."""
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = self._fs.resolve(folder or "/")
        real = self._folders[folder]
        if real is None or f"{real.rstrip('/')}/{name}" not in self._fs.entries:
            return None
        inode = self._fs.inode(f"{real.rstrip('/')}/{name}")
        if inode is None or self._fs.entries[inode].type is not EntryType.FILE:
            return None
        return inode, self._fs.elf.get(inode)


class Linker(Protocol):
    """One C library's way to find libraries."""

    @property
    def loader(self) -> Loaded | None:
        """The program loader, which is in memory before everything else."""

    def own(self, name: str) -> bool:
        """Tell whether the loader itself answers to `name`."""

    def places(self, name: str, asked_by: Loaded) -> Iterator[str]:
        """Yield the paths at which a library is looked for, in order."""

    def aliases(self, loaded: Loaded) -> tuple[str, ...]:
        """Return the names to which an object answers once it is in memory."""


def load(root: Loaded, linker: Linker, files: Files, preloads: tuple[str, ...] = ()) -> Load:
    """Load `root` with all that it needs, breadth first, as loaders do."""
    objects = [root]
    names = dict.fromkeys(linker.aliases(root), root)
    inodes = {root.inode: root}
    missing: list[tuple[Loaded, str, str]] = []
    if linker.loader is not None:
        names.update(dict.fromkeys(linker.aliases(linker.loader), linker.loader))
        inodes[linker.loader.inode] = linker.loader
    for asking in objects:  # grows meanwhile
        for name in (*(preloads if asking is root else ()), *asking.elf.needed):
            if name in names:
                continue
            if linker.loader is not None and linker.own(name):
                names[name] = linker.loader
                continue
            found = _search(name, asking, linker, files)
            if isinstance(found, str):
                missing.append((asking, name, found))
                continue
            if found.inode not in inodes:
                inodes[found.inode] = found
                objects.append(found)
            names[name] = inodes[found.inode]
            names.update(dict.fromkeys(linker.aliases(found), inodes[found.inode]))
    if linker.loader is not None and linker.loader not in objects:
        objects.append(linker.loader)
    return Load(objects=tuple(objects), names=names, missing=tuple(missing))


def _search(name: str, asking: Loaded, linker: Linker, files: Files) -> Loaded | str:
    """Return the object, or why the loader takes none (empty: it is nowhere)."""
    foreign = ""
    for path in linker.places(name, asking):
        found = files.find(path)
        if found is None:
            continue
        inode, elf = found
        if elf is None:
            return f"{path} is not an ELF library."
        if elf.architecture == asking.elf.architecture:
            return Loaded(path=path, inode=inode, elf=elf, asked_by=asking)
        foreign = foreign or f"{path} is made for {elf.architecture}."
    return foreign


class Glibc:
    """glibc's ld.so: RPATH, LD_LIBRARY_PATH, RUNPATH, ld.so.cache, trusted folders."""

    def __init__(
        self, fs: RootFS, loader: Loaded | None, architecture: str, library_path: str
    ) -> None:
        self.loader = loader
        self._environment = tuple(f for f in re.split("[:;]", library_path) if f)
        self._cache: dict[str, list[str]] = {}
        for entry in fs.loader_cache:
            kind = _CACHE_KINDS.get(architecture, entry.flags >> 8 & 0xFF)
            if entry.flags & 0xFF == _GLIBC_ELF and entry.flags >> 8 & 0xFF == kind:
                self._cache.setdefault(entry.soname, []).append(entry.path)
        self._platform = _PLATFORMS.get(architecture, architecture)
        triplet = _DEBIAN_TRIPLETS.get(architecture, architecture)
        usual = (f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib", "/usr/lib")
        compiled_in = loader.elf.trusted if loader is not None else ()
        self._trusted = compiled_in or (*usual, "/lib64", "/usr/lib64")

    def own(self, name: str) -> bool:
        """Tell whether `name` is the soname of the loader."""
        return self.loader is not None and name in self.aliases(self.loader)

    def aliases(self, loaded: Loaded) -> tuple[str, ...]:
        """Return the soname; the name by which an object was asked for is added on loading."""
        return (loaded.elf.soname,) if loaded.elf.soname else ()

    def places(self, name: str, asked_by: Loaded) -> Iterator[str]:
        """Yield paths in the order of ld.so(8)."""
        if "/" in name:
            yield from self._expand(name, asked_by)
            return
        for folder in self._folders(asked_by):
            yield f"{folder.rstrip('/')}/{name}"
        if asked_by.elf.default_folders:
            yield from self._cache.get(name, ())
            for folder in self._trusted:
                yield f"{folder.rstrip('/')}/{name}"

    def _folders(self, asked_by: Loaded) -> Iterator[str]:
        if not asked_by.elf.runpath:
            for asking in asked_by.chain:
                yield from self._expand(asking.elf.rpath, asking)
        yield from self._environment
        yield from self._expand(asked_by.elf.runpath, asked_by)

    def _expand(self, path: str, owner: Loaded) -> Iterator[str]:
        for element in path.split(":"):
            expanded = _PLATFORM.sub(self._platform, _at_origin(element, owner))
            if expanded and not _LIB.search(expanded):
                yield expanded
            for lib in ("lib", "lib64", *self._multiarch()) if _LIB.search(expanded) else ():
                yield _LIB.sub(lib, expanded)

    def _multiarch(self) -> Iterator[str]:
        for folder in self._trusted:
            if folder.startswith("/lib/") and (triplet := folder.strip("/")) != "lib":
                yield triplet


class Musl:
    """musl's ld-musl: LD_LIBRARY_PATH, RPATH or RUNPATH of the whole chain, its path file."""

    def __init__(
        self, fs: RootFS, loader: Loaded | None, architecture: str, library_path: str
    ) -> None:
        self.loader = loader
        self._environment = tuple(f for f in re.split("[:\n]", library_path) if f)
        folders = fs.musl_paths.get(_PLATFORMS.get(architecture, architecture))
        self._system = _MUSL_FOLDERS if folders is None else folders

    def own(self, name: str) -> bool:
        """Whatever is called libc.*, libm.*, libpthread.* and so on is musl itself."""
        return _MUSL_ITSELF.match(name) is not None

    def aliases(self, loaded: Loaded) -> tuple[str, ...]:
        """Return the file's name: musl does not compare sonames."""
        return (loaded.path.rpartition("/")[2],)

    def places(self, name: str, asked_by: Loaded) -> Iterator[str]:
        """Yield paths in musl's order."""
        if "/" in name:
            yield name
            return
        for folder in (*self._environment, *self._run_paths(asked_by), *self._system):
            yield f"{folder.rstrip('/')}/{name}"

    def _run_paths(self, asked_by: Loaded) -> Iterator[str]:
        for asking in asked_by.chain:
            path = asking.elf.runpath or asking.elf.rpath
            expanded = _at_origin(path, asking)
            if "$" not in expanded:  # musl ignores a path with any other variable
                yield from (folder for folder in expanded.split(":") if folder)


def _at_origin(path: str, owner: Loaded) -> str:
    folder = owner.path.rpartition("/")[0] or "/"
    return _ORIGIN.sub(lambda _: folder, path)
