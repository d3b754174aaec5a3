"""An image's file system, read in one pass over the tar stream that an engine exports."""

from collections.abc import Iterable, Iterator, Mapping

from stepdown.rootfs import apk, busybox, dpkg, elf, languages, ldcache, links, osrelease, passwd
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.names import shown
from stepdown.rootfs.packages import Package, owners
from stepdown.rootfs.tar import EntryType, Member, TarStream

# Engines put these into every container before it starts, empty where the image has none.
_ARTEFACTS = frozenset(
    ("/.dockerenv", "/dev/console", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab")
)
_UNREAD_DATABASES = (
    "/var/lib/rpm/Packages",
    "/var/lib/rpm/Packages.db",
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/Packages.db",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/var/lib/rpmmanifest/container-manifest-2",
    "/var/lib/pacman/local",
    "/var/db/pkg",
    "/usr/lib/opkg/status",
    "/nix/store",
)
_PASSWD, _GROUP = "/etc/passwd", "/etc/group"
_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
_SMALL_FILES = frozenset(
    (_PASSWD, _GROUP, *_OS_RELEASE, ldcache.CACHE, dpkg.STATUS, dpkg.DIVERSIONS, *apk.INSTALLED)
)
_TEXT_LIMIT = 64 << 20
_ELF_LIMIT = 256 << 20
_BUSYBOX_LIMIT = 16 << 20
_SHEBANG_LIMIT = 256  # what the kernel reads of a script


def read(chunks: Iterable[bytes]) -> RootFS:
    """Read a whole file system; raises TarError where the stream is damaged or ends too early.

    Relocatable ELF files (objects, kernel modules) get no ELF facts: no program loads them. At
    most one file's content is in memory at a time.
    """
    collector = _Collector()
    stream = TarStream(chunks)
    for member in stream:
        collector.add(member, stream)
    return collector.finish()


class _Collector:
    """What was seen so far."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {"/": Entry(type=EntryType.DIRECTORY)}
        self.hard_links: dict[str, str] = {}
        self.elf: dict[str, elf.Elf] = {}
        self.shebangs: dict[str, str] = {}
        self.applets: dict[str, tuple[str, ...]] = {}
        self.languages: dict[str, languages.LanguagePackage] = {}
        self.texts: dict[str, bytes] = {}
        self.claims: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def add(self, member: Member, stream: TarStream) -> None:
        """Take one member; a later one of the same path replaces the earlier."""
        path = member.path
        if path in _ARTEFACTS and member.size == 0:
            return
        if path in self.entries or path in self.hard_links:
            self._forget(path)
        if member.type is EntryType.HARD_LINK:
            self.hard_links[path] = member.link
            return
        self.entries[path] = Entry(
            type=member.type,
            mode=member.mode,
            uid=member.uid,
            gid=member.gid,
            size=member.size,
            link=member.link,
            capability=member.capability,
        )
        self._add_folders(path)
        if member.type is EntryType.FILE and member.size:
            self._content(member, stream)

    def finish(self) -> RootFS:
        """Join what was seen in different places of the stream."""
        self._join_hard_links()
        cache = ldcache.cache(self.texts.get(ldcache.CACHE, b""))
        if cache is None and ldcache.CACHE in self.texts:
            self.notes.append(f"{ldcache.CACHE} is in a form that is not read.")
        return RootFS(
            entries=self.entries,
            elf=self.elf,
            shebangs=self.shebangs,
            applets=self.applets,
            packages=tuple(sorted(set(self._packages()), key=lambda p: (p.name, p.version))),
            owners=self._owners(),
            databases=tuple(sorted(self._databases())),
            unread_databases=tuple(p for p in _UNREAD_DATABASES if p in self.entries),
            languages=tuple(self.languages[path] for path in sorted(self.languages)),
            os_release=self._os_release(),
            users=passwd.users(self.texts.get(_PASSWD, b"")),
            groups=passwd.groups(self.texts.get(_GROUP, b"")),
            loader_cache=cache or (),
            musl_paths=dict(self._musl_paths()),
            notes=tuple(sorted(set(self.notes))),
        )

    def _forget(self, path: str) -> None:
        self.hard_links.pop(path, None)
        self.elf.pop(path, None)
        self.shebangs.pop(path, None)
        self.applets.pop(path, None)
        self.languages.pop(path, None)
        self.texts.pop(path, None)

    def _add_folders(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        while folder and folder not in self.entries:
            self.entries[folder] = Entry(type=EntryType.DIRECTORY)
            folder = folder.rpartition("/")[0]

    def _content(self, member: Member, stream: TarStream) -> None:
        head = stream.peek(_SHEBANG_LIMIT)
        if head.startswith(elf.MAGIC):
            self._elf(member, stream)
        elif head.startswith(b"#!") and member.mode & 0o111:
            line = head[2:].partition(b"\n")[0]
            self.shebangs[member.path] = line.decode("utf-8", "surrogateescape")
        if _is_wanted(member.path):
            self._text(member, stream)

    def _elf(self, member: Member, stream: TarStream) -> None:
        if elf.is_relocatable(stream.peek(elf.HEADER_SIZE)):
            return
        if member.size > _ELF_LIMIT:
            self._note(member.path, "is larger than 256 MB and was not looked into")
            return
        content = stream.read(member.size)
        facts = elf.parse(content)
        if facts is None or facts.damaged:
            self._note(member.path, "is an ELF file with damaged tables")
        if facts is not None:
            self.elf[member.path] = facts
        if member.size <= _BUSYBOX_LIMIT and busybox.is_busybox(content):
            self.applets[member.path] = busybox.applets(content)

    def _text(self, member: Member, stream: TarStream) -> None:
        path, name = member.path, member.path.rpartition("/")[2]
        if member.size > _TEXT_LIMIT:
            self._note(path, "is larger than 64 MB and was not read")
            return
        content = bytes(stream.read(member.size))
        if path.startswith((dpkg.INFO_FOLDER, dpkg.STATUS_FOLDER)) and name.endswith(
            (".list", ".md5sums")
        ):
            self.claims += dpkg.claims(name, content)
        elif languages.wanted(path):
            if package := languages.read(path, content):
                self.languages[path] = package
        else:
            self.texts[path] = content

    def _note(self, path: str, what: str) -> None:
        self.notes.append(f"{shown(path)} {what}.")

    def _join_hard_links(self) -> None:
        for path, target in self.hard_links.items():
            first = target
            while first in self.hard_links and first != path:
                first = self.hard_links[first]
            entry = self.entries.get(first)
            if entry is None:
                self._note(path, "is a hard link to a file that is not in the image")
                continue
            self.entries[path] = _further_name(entry, first)
            self._add_folders(path)

    def _packages(self) -> Iterator[Package]:
        for path in self._databases():
            if path in apk.INSTALLED:
                yield from apk.packages(self.texts[path])
            else:
                yield from dpkg.packages(self.texts[path])

    def _databases(self) -> list[str]:
        return [
            path
            for path in self.texts
            if path == dpkg.STATUS or path in apk.INSTALLED or path.startswith(dpkg.STATUS_FOLDER)
        ]

    def _owners(self) -> Mapping[str, str]:
        diverted = dpkg.diverted(self.texts.get(dpkg.DIVERSIONS, b""))
        claims = (_after_diversion(path, package, diverted) for path, package in self.claims)
        installed = (c for p in apk.INSTALLED if p in self.texts for c in apk.claims(self.texts[p]))
        owned = owners([*claims, *installed], lambda path: links.resolve(self.entries, path))
        return {path: package for path, package in owned.items() if self._is_no_folder(path)}

    def _is_no_folder(self, path: str) -> bool:
        entry = self.entries.get(path)
        return entry is not None and entry.type is not EntryType.DIRECTORY

    def _os_release(self) -> Mapping[str, str]:
        return osrelease.parse(next((self.texts[p] for p in _OS_RELEASE if p in self.texts), b""))

    def _musl_paths(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for path, content in self.texts.items():
            if match := ldcache.MUSL_PATH.fullmatch(path):
                yield match[1], ldcache.musl_path(content)


def _is_wanted(path: str) -> bool:
    return (
        path in _SMALL_FILES
        or languages.wanted(path)
        or path.startswith(dpkg.STATUS_FOLDER)
        or (path.startswith(dpkg.INFO_FOLDER) and path.endswith(".list"))
        or ldcache.MUSL_PATH.fullmatch(path) is not None
    )


def _further_name(entry: Entry, first: str) -> Entry:
    return Entry(
        type=entry.type,
        mode=entry.mode,
        uid=entry.uid,
        gid=entry.gid,
        size=entry.size,
        link=entry.link,
        first=entry.first or first,
        capability=entry.capability,
    )


def _after_diversion(
    path: str, package: str, diverted: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    elsewhere, keeper = diverted.get(path, (path, package))
    return (path if package == keeper else elsewhere), package
