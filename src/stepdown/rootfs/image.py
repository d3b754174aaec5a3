"""An image's file system, read in one pass over the tar stream that an engine exports."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import msgspec

from stepdown.errors import EngineError, StepdownError
from stepdown.rootfs import databases, dpkg, ldcache, links, osrelease, passwd, rpm
from stepdown.rootfs.contents import GROUP, OS_RELEASE, PASSWD, Contents
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.gaps import Gap, Part
from stepdown.rootfs.limits import USUAL, Limits
from stepdown.rootfs.names import shown
from stepdown.rootfs.packages import owners
from stepdown.rootfs.tar import EntryType, Member, TarError, TarStream

_FILE, _HARD_LINK = EntryType.FILE, EntryType.HARD_LINK  # an enum's own look-up is slow
_SINGLE_FILES = {
    **dict.fromkeys((PASSWD, GROUP, *OS_RELEASE), Part.SETTINGS),
    **dict.fromkeys(sorted(databases.SINGLE), Part.PACKAGES),
    dpkg.DIVERSIONS: Part.OWNERS,
    ldcache.CACHE: Part.TABLES,
}
# Engines put these into every container before it starts, empty where the image has none.
_ARTEFACTS = frozenset(
    ("/.dockerenv", "/dev/console", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab")
)


def read(chunks: Iterable[bytes], limits: Limits = USUAL, *, symbols: bool = True) -> RootFS:
    """Read a whole file system; raises TarError where the stream is damaged or ends too early.

    Relocatable ELF files (objects, kernel modules) get no ELF facts: no program loads them. At
    most one file's content is in memory at a time. What is beyond `limits` is a gap. Without
    `symbols`, the symbols of ELF files are not kept: only a loader's closure needs them.
    """
    collector = _Collector(limits, symbols=symbols)
    collector.go_through(chunks)
    return collector.finish()


def read_part(chunks: Iterable[bytes], limits: Limits = USUAL, *, symbols: bool = True) -> RootFS:
    """Read like `read`; where the stream is damaged or breaks off, the rest is one gap."""
    collector = _Collector(limits, symbols=symbols)
    try:
        collector.go_through(chunks)
    except (TarError, EngineError) as broken:
        collector.broke_off(broken)
    return collector.finish()


class _Collector:
    """What was seen so far."""

    def __init__(self, limits: Limits, *, symbols: bool) -> None:
        self.entries: dict[str, Entry] = {"/": Entry(type=EntryType.DIRECTORY)}
        self.contents = Contents(limits, symbols=symbols)
        self.linked: set[str] = set()
        self.early: dict[str, str] = {}  # hard links that came before what they lead to
        self.left_out = 0
        self.limits = limits

    def go_through(self, chunks: Iterable[bytes]) -> None:
        """Take all members of a stream."""
        stream = TarStream(chunks)
        try:
            for member in stream:
                self.add(member, stream)
        finally:
            if cut := self.entries.get(stream.unfinished):
                # What did not come may never have been there, whatever size is claimed.
                self.entries[stream.unfinished] = msgspec.structs.replace(cut, size=0)

    def broke_off(self, why: StepdownError) -> None:
        """Write down that there is a rest of which nothing is known."""
        known = f"Only a part of the image was read, {len(self.entries) - 1} files and folders:"
        sentence = " ".join(filter(None, (known, why.brief, why.details)))
        self.contents.gaps.add(Gap(part=Part.REST, sentence=sentence))

    def add(self, member: Member, stream: TarStream) -> None:
        """Take one member; a later one of the same path replaces the earlier."""
        path = member.path
        if member.size == 0 and path in _ARTEFACTS:
            return
        if path in self.entries:
            self._forget(path)
        elif (
            len(self.entries) >= self.limits.entries
            or len(path) > self.limits.path
            or len(member.link) > self.limits.path
        ):
            self.left_out += 1
            return
        kind = member.type
        if kind is _HARD_LINK:
            self._further_name(path, member.link)
            return
        self.entries[path] = Entry(
            type=kind,
            mode=member.mode,
            uid=member.uid,
            gid=member.gid,
            size=member.size,
            link=member.link,
            capability=member.capability,
        )
        self._add_folders(path)
        if kind is not _FILE:
            return
        if member.sparse:
            self.contents.gap(Part.BINARIES, path, "is a sparse file, which was not looked into")
        elif member.size:
            self.contents.take(member, stream)

    def finish(self) -> RootFS:
        """Join what was seen in different places of the stream."""
        self._late_names()
        seen = self.contents
        settings = seen.settings
        cache = ldcache.cache(settings.get(ldcache.CACHE, b""))
        if cache is None and ldcache.CACHE in settings:
            seen.gap(Part.TABLES, ldcache.CACHE, "is in a form that is not read")
        packages = set(chain.from_iterable(seen.packages.values()))
        return RootFS(
            entries=self.entries,
            elf=seen.elf,
            shebangs=seen.shebangs,
            applets=seen.applets,
            packages=tuple(sorted(packages, key=lambda p: (p.name, p.version))),
            owners=self._owners(),
            databases=tuple(sorted(seen.packages)),
            unread_databases=self._unread(),
            languages=tuple(chain.from_iterable(seen.languages[p] for p in sorted(seen.languages))),
            runtimes=tuple(seen.runtimes[path] for path in sorted(seen.runtimes)),
            os_release=_os_release(settings),
            users=passwd.users(settings.get(PASSWD, b"")),
            groups=passwd.groups(settings.get(GROUP, b"")),
            loader_cache=cache or (),
            musl_paths=dict(_musl_paths(settings)),
            gaps=tuple(sorted((*seen.gaps, *self._gaps()))),
        )

    def _forget(self, path: str) -> None:
        self.contents.forget(path)
        if path in self.linked:
            what = "comes twice and has other names, which may be something else"
            self.contents.gap(Part.FILES, path, what)

    def _add_folders(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        while folder and folder not in self.entries:
            self.entries[folder] = Entry(type=EntryType.DIRECTORY)
            folder = folder.rpartition("/")[0]

    def _further_name(self, path: str, target: str) -> None:
        """Add a hard link. What it leads to comes before it in what engines and tar write."""
        entry = self.entries.get(target)
        if entry is None or path == target:
            self.entries.pop(path, None)
            if len(self.early) < self.limits.entries:
                self.early[path] = target
            else:
                self.left_out += 1
            return
        first = entry.first or target
        self.linked.add(first)
        self.entries[path] = msgspec.structs.replace(entry, first=first)
        self._add_folders(path)
        self.contents.link(path, first)

    def _late_names(self) -> None:
        """Add the hard links whose files came after them, in one more pass."""
        early, self.early = self.early, {}
        for path, target in early.items():
            if path not in self.entries:
                self._further_name(path, target)
        if self.early:
            path, *others = self.early
            what = "is a hard link to a file that is not in the image"
            more = f", and so are {len(others)} more" if others else ""
            self.contents.gap(Part.FILES, path, what + more)

    def _unread(self) -> tuple[str, ...]:
        there = (path for path in databases.UNREAD if path in self.entries)
        return (*sorted(self.contents.unread), *there)

    def _owners(self) -> Mapping[str, str]:
        diverted = dpkg.diverted(self.contents.settings.get(dpkg.DIVERSIONS, b""))
        claims = (
            _after_diversion(file, package, diverted)
            for path in sorted(self.contents.claims)
            for file, package in self.contents.claims[path]
        )
        owned = owners(claims, lambda path: links.resolve(self.entries, path))
        return {path: package for path, package in owned.items() if self._is_no_folder(path)}

    def _is_no_folder(self, path: str) -> bool:
        entry = self.entries.get(path)
        return entry is not None and entry.type is not EntryType.DIRECTORY

    def _gaps(self) -> Iterator[Gap]:
        if self.left_out:
            yield Gap(
                part=Part.FILES,
                sentence=f"{self.left_out} files were left out: there are more than"
                f" {self.limits.entries}, or their names are longer than a name can be.",
            )
        yield from self._behind_links()
        for path in (f"{database}-wal" for database in rpm.DATABASES):
            if path in self.entries and self.entries[path].size:
                sentence = f"Changes in {path} are not in the database yet and were not read."
                yield Gap(part=Part.PACKAGES, sentence=sentence)
        claimed = any(self.contents.claims.values())
        if any(self.contents.packages.values()) and not claimed:
            sentence = "The package database does not tell which files its packages brought."
            yield Gap(part=Part.OWNERS, sentence=sentence)

    def _behind_links(self) -> Iterator[Gap]:
        """Tell of files that matter and lie elsewhere: a stream cannot be read twice."""
        seen = self.contents
        read = {*seen.settings, *seen.packages, *seen.unread}
        for path, part in _SINGLE_FILES.items():
            real = links.resolve(self.entries, path)
            entry = self.entries.get(real or "")
            if entry and entry.type is _FILE and entry.size and not read & {path, real}:
                what = f"{path} is another name of {shown(entry.first or real or path)}"
                yield Gap(part=part, sentence=f"{what}, which was not read.")


def _os_release(settings: Mapping[str, bytes]) -> Mapping[str, str]:
    return osrelease.parse(next((settings[p] for p in OS_RELEASE if p in settings), b""))


def _musl_paths(settings: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path, content in settings.items():
        if match := ldcache.MUSL_PATH.fullmatch(path):
            yield match[1], ldcache.musl_path(content)


def _after_diversion(
    path: str, package: str, diverted: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    elsewhere, keeper = diverted.get(path, (path, package))
    return (path if package == keeper else elsewhere), package
