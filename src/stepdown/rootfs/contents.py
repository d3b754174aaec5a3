"""What is read of the files' contents, one file at a time."""

from itertools import islice

import msgspec

from stepdown.rootfs import (
    auditable,
    busybox,
    databases,
    elf,
    gobuild,
    jars,
    languages,
    large,
    ldcache,
    packed,
    runtimes,
    toybox,
)
from stepdown.rootfs.dpkg import DIVERSIONS
from stepdown.rootfs.gaps import Gap, Part
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.limits import MEGABYTE, Limits
from stepdown.rootfs.names import shown
from stepdown.rootfs.packages import Package
from stepdown.rootfs.runtimes import Runtime
from stepdown.rootfs.tar import Member, TarStream
from stepdown.rootfs.zips import ZipError

PASSWD, GROUP = "/etc/passwd", "/etc/group"
OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
_SETTINGS = frozenset((PASSWD, GROUP, *OS_RELEASE, ldcache.CACHE, DIVERSIONS))
_TOLD_BY_FOLDER = ("/etc/", *databases.PLACES, *sorted(_SETTINGS))
_TOLD_BY_NAME = (*languages.ENDS, *jars.SUFFIXES, *packed.SUFFIXES, *runtimes.ENDS)
_SHEBANG = 256  # what the kernel reads of a script
_SYMBOLS = 256 * MEGABYTE


class Contents:
    """What was seen so far; everything is keyed by the file's path."""

    def __init__(self, limits: Limits, *, symbols: bool) -> None:
        self.elf: dict[str, elf.Elf] = {}
        self.shebangs: dict[str, str] = {}
        self.applets: dict[str, tuple[str, ...]] = {}
        self.languages: dict[str, tuple[LanguagePackage, ...]] = {}
        self.stored: dict[str, LanguagePackage | None] = {}
        self.runtimes: dict[str, Runtime] = {}
        self.settings: dict[str, bytes] = {}
        self.packages: dict[str, tuple[Package, ...]] = {}
        self.claims: dict[str, list[tuple[str, str]]] = {}
        self.unread: set[str] = set()
        self.gaps: set[Gap] = set()
        self._limits = limits
        self._budget = jars.Budget(limits.inflated)
        self._claims_left = limits.claims
        self._languages_left = limits.languages
        self._symbols_left = _SYMBOLS if symbols else 0
        self._keeps_symbols = symbols

    def forget(self, path: str) -> None:
        """Forget what was at `path`."""
        for seen in (
            self.elf,
            self.shebangs,
            self.applets,
            self.languages,
            self.stored,
            self.runtimes,
            self.settings,
            self.packages,
            self.claims,
        ):
            seen.pop(path, None)
        self.unread.discard(path)

    def gap(self, part: Part, path: str, what: str) -> None:
        """Write down what was not read."""
        self.gaps.add(Gap(part=part, sentence=f"{shown(path)} {what}."))

    def take(self, member: Member, stream: TarStream) -> None:
        """Read what matters of a file."""
        path = member.path
        head = stream.peek(_SHEBANG)
        if head.startswith(elf.MAGIC):
            self._program(member, stream)
        elif head.startswith(b"#!") and member.mode & 0o111:
            line = head[2:].partition(b"\n")[0]
            self.shebangs[path] = line.decode("utf-8", "surrogateescape")
        if path.startswith(_TOLD_BY_FOLDER) or path.endswith(_TOLD_BY_NAME) or "/files/" in path:
            self._by_path(member, stream, head)

    def _by_path(self, member: Member, stream: TarStream, head: bytes) -> None:
        """Read a file that its path tells of."""
        path = member.path
        if databases.wanted(path):
            self._database(member, stream)
        elif languages.wanted(path):
            self._metadata(member, stream)
        elif jars.wanted(path, head):
            self._archive(member, stream)
        elif packed.wanted(path, head):
            self._packed(member, stream)
        elif path in _SETTINGS or (path.startswith("/etc/") and ldcache.MUSL_PATH.fullmatch(path)):
            self.settings[path] = self._read(member, stream, self._limits.setting, Part.SETTINGS)
        elif languages.may_be_linked(path, member.size):
            self._keep(member, stream)
        elif found := runtimes.of_release_file(path, stream):
            self.runtimes[path] = found

    def _read(self, member: Member, stream: TarStream, limit: int, part: Part) -> bytes:
        """Return a file's content, nothing where it is larger than `limit`."""
        if member.size <= limit:
            return bytes(stream.read(member.size))
        self.gap(part, member.path, f"is larger than {limit >> 20} MB and was not read")
        return b""

    def _database(self, member: Member, stream: TarStream) -> None:
        path = member.path
        limit = self._limits.rpm if path in databases.RPM else self._limits.database
        lists_packages = databases.is_listing_of_packages(path)
        part = Part.PACKAGES if lists_packages else Part.OWNERS
        listing = databases.read(path, self._read(member, stream, limit, part))
        if listing.unreadable:
            self.unread.add(path)
        elif lists_packages:
            self.packages[path] = listing.packages
        claims = list(islice(listing.claims, self._claims_left + 1))
        if len(claims) > self._claims_left:
            self.gap(Part.OWNERS, path, "lists more files than are read")
        self.claims[path] = claims[: self._claims_left]
        self._claims_left -= len(self.claims[path])

    def _metadata(self, member: Member, stream: TarStream) -> None:
        content = self._read(member, stream, self._limits.metadata, Part.LANGUAGES)
        if package := languages.read(member.path, content):
            self._add(member.path, (package,))

    def _keep(self, member: Member, stream: TarStream) -> None:
        path, limit = member.path, self._limits.metadata
        content = bytes(stream.read(limit)) if member.size <= limit else b""
        found = languages.linked(path, content) if content[:1] == b"{" else None
        if len(self.stored) < self._limits.languages:
            self.stored[path] = found

    def link(self, path: str, first: str) -> None:
        """Take a further name of a file, which may tell what the first did not."""
        if not _describes_packages(path) or _describes_packages(first):
            return
        if found := self.stored.get(first):
            self._add(path, (msgspec.structs.replace(found, path=path),))
        elif first not in self.stored:
            what = "is a hard link to a file whose name did not tell that it is to be read"
            self.gap(Part.LANGUAGES, path, what)

    def _archive(self, member: Member, stream: TarStream) -> None:
        content = self._read(member, stream, self._limits.archive, Part.LANGUAGES)
        found: list[tuple[str, str]] = []
        for library in jars.libraries(member.path, content, self._budget) if content else ():
            match library:
                case jars.Library():
                    found.append((library.name, library.version))
                case ZipError():
                    self.gap(Part.LANGUAGES, member.path, f"was read in part: {library}")
        self._inside(member.path, "maven", found)

    def _packed(self, member: Member, stream: TarStream) -> None:
        limits = self._limits
        content = self._read(member, stream, limits.archive, Part.LANGUAGES)
        try:
            found = packed.package(member.path, content, self._budget, limits.metadata)
        except ZipError as fault:
            if content:
                self.gap(Part.LANGUAGES, member.path, f"was not read: {fault}")
            return
        if found:
            self._add(member.path, (found,))

    def _inside(self, path: str, kind: str, found: list[tuple[str, str]]) -> None:
        self._add(
            path,
            tuple(
                LanguagePackage(kind=kind, name=name, version=version, path=path)
                for name, version in dict.fromkeys(found)
            ),
        )

    def _add(self, path: str, found: tuple[LanguagePackage, ...]) -> None:
        if len(found) > self._languages_left:
            self.gap(Part.LANGUAGES, path, "tells of more packages than are counted")
        elif found:
            self.languages[path] = (*self.languages.get(path, ()), *found)
            self._languages_left -= len(found)

    def _program(self, member: Member, stream: TarStream) -> None:
        if elf.is_relocatable(stream.peek(elf.HEADER_SIZE)):
            return
        limits, path = self._limits, member.path
        if member.size > limits.elf:
            size = limits.elf >> 20
            self.gap(Part.BINARIES, path, f"is larger than {size} MB and was not looked into")
            return
        sought = runtimes.sought(path)
        if member.size > limits.whole_elf:
            content, match = large.read(stream, member.size, sought.pattern if sought else None)
        else:
            content = large.Content(data=stream.read(member.size))
            match = sought.pattern.search(content.data) if sought else None
        if sought and match:
            version = match[1].decode("ascii", "replace")
            self.runtimes[path] = Runtime(name=sought.name, version=version, path=path)
        program = self._facts(path, content)
        if program and member.size <= limits.box:
            self._box(path, content)

    def _facts(self, path: str, content: large.Content) -> bool:
        """Read the tables; tell whether this may be a program with compiled-in commands."""
        facts = elf.parse(content.data, content.holes, symbols=self._keeps_symbols)
        if facts is None:
            self.gap(Part.BINARIES, path, "is an ELF file with damaged tables")
            return False
        if facts.damaged:
            self.gap(Part.TABLES, path, "is an ELF file with damaged tables")
        self.elf[path] = facts if self._may_keep(path, facts) else elf.without_symbols(facts)
        if facts.packed:
            for part in (Part.COMMANDS, Part.LANGUAGES):
                self.gap(part, path, "is packed by UPX, so what is in it was not read")
        if facts.go:
            build = gobuild.read(elf.ElfFile(content.data, content.holes))
            self._parts(path, "golang", build.modules if build else None)
        if facts.rust:
            crates = auditable.read(elf.ElfFile(content.data, content.holes))
            self._parts(path, "cargo", crates)
        return facts.is_program or facts.damaged or "box" in path.rpartition("/")[2]

    def _parts(self, path: str, kind: str, found: tuple[tuple[str, str], ...] | None) -> None:
        if found is None:
            self.gap(Part.LANGUAGES, path, "has a list of its parts that could not be read")
        else:
            self._inside(path, kind, list(found))

    def _may_keep(self, path: str, facts: elf.Elf) -> bool:
        size = facts.symbols.size
        if size <= self._symbols_left:
            self._symbols_left -= size
            return True
        if self._keeps_symbols:
            self.gap(Part.TABLES, path, "has more symbols than are kept")
        return False

    def _box(self, path: str, content: large.Content) -> None:
        box = busybox.is_busybox(content.data)
        if not box and not toybox.is_toybox(content.data):
            return
        if len(self.applets) >= self._limits.boxes:
            self.gap(Part.COMMANDS, path, "is one of too many programs with compiled-in commands")
        elif box:
            self.applets[path] = busybox.applets(content.data)
            if found := runtimes.of_busybox(path, content.data):
                self.runtimes[path] = found
        else:
            self.applets[path] = toybox.commands(elf.ElfFile(content.data))


def _describes_packages(path: str) -> bool:
    return path.endswith(jars.SUFFIXES) or (
        path.endswith(languages.ENDS) and languages.wanted(path)
    )
