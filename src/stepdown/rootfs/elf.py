"""What a dynamic loader reads of an ELF file (System V gABI, with GNU's symbol versions).

Everything comes from the program headers and the dynamic section, because loaders look nowhere
else; section headers are used only to count symbols and to recognise Go.
"""

import re
import struct
from collections.abc import Iterator
from functools import cached_property, lru_cache
from mmap import mmap

import msgspec

from stepdown.model.image import Value
from stepdown.rootfs.symbols import SymbolTable

MAGIC = b"\x7fELF"
HEADER_SIZE = 64
Bytes = bytes | bytearray | mmap
Holes = tuple[tuple[int, int], ...]
RELOCATABLE, EXECUTABLE, SHARED = 1, 2, 3
ARCHITECTURES = {
    (62, True): "amd64",
    (62, False): "x32",
    (3, False): "386",
    (183, True): "arm64",
    (40, False): "arm",
    (21, True): "ppc64le",
    (22, True): "s390x",
    (243, True): "riscv64",
    (258, True): "loong64",
    (8, True): "mips64le",
    (8, False): "mips",
}

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP, _PT_GNU_STACK = 1, 2, 3, 0x6474E551
_NEEDED, _HASH, _STRTAB, _SYMTAB, _STRSZ, _SONAME, _RPATH = 1, 4, 5, 6, 10, 14, 15
_FLAGS, _RUNPATH, _GNU_HASH, _VERSYM = 30, 29, 0x6FFFFEF5, 0x6FFFFFF0
_FLAGS_1, _VERDEF, _VERNEED = 0x6FFFFFFB, 0x6FFFFFFC, 0x6FFFFFFE
_PIE, _NODEFLIB = 0x08000000, 0x800
_SHT_DYNSYM = 11
_WEAK = 2
CONTRADICTIONS = (struct.error, ValueError, LookupError, OverflowError)
_WRITE = 2
_CHAIN_LIMIT = 1 << 16
_STRING_LIMIT = 1 << 16
_STRINGS_LIMIT = 4 << 20  # all names together; overlapping ones can claim far more than the file
_TRUSTED_LIMIT = 4 << 20
_PACKED, _PACKED_WITHIN = b"UPX!", 1024  # behind the headers (UPX, "l_info")
_TRUSTED = re.compile(rb"(?:/[\w.+/-]{1,60}/\0){2,12}")


class VersionNeed(Value, frozen=True, kw_only=True, gc=False):
    """A symbol version that an object asks of a library; `index` is its number in the object.

    The absence of a `weak` one is no error.
    """

    library: str
    version: str
    weak: bool
    index: int


class Elf(Value, frozen=True, kw_only=True):
    """One ELF file.

    `architecture` is the engine's word (`amd64`), or `machine-N` for others. `interpreter` is
    empty where the file names none. `stack_size` is the size that PT_GNU_STACK asks for, 0 for
    the default. `trusted` holds the folders compiled into glibc's own loader. `go` and `rust` tell
    whether there is a list of Go's modules or of Rust's crates, `packed` whether UPX packed the
    file, so that all this is about what unpacks it. `damaged` is true where tables point outside
    of the file, so that absent facts mean nothing.
    """

    architecture: str
    type: int
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    pie: bool = False
    default_folders: bool = True
    dynamic: bool = False
    stack_size: int = 0
    needs: tuple[VersionNeed, ...] = ()
    defines: tuple[str, ...] = ()
    symbols: SymbolTable = SymbolTable()
    trusted: tuple[str, ...] = ()
    go: bool = False
    rust: bool = False
    packed: bool = False
    damaged: bool = False

    @property
    def is_program(self) -> bool:
        """Whether this is meant to be started; a library can also name an interpreter."""
        if self.type == EXECUTABLE or self.pie:
            return True
        return self.type == SHARED and not self.soname and bool(self.interpreter)


def is_relocatable(header: bytes) -> bool:
    """Tell whether an ELF header is that of an object file or kernel module."""
    return RELOCATABLE in header[16:18] and 0 in header[16:18]


def without_symbols(facts: Elf) -> Elf:
    """Return the facts without the tables of symbols, which take most of the memory."""
    return msgspec.structs.replace(facts, symbols=SymbolTable())


def parse(content: Bytes, holes: Holes = (), *, symbols: bool = True) -> Elf | None:
    """Return the facts of an ELF file, None where `content` is none or has no readable header.

    Tables that touch one of `holes` (start, end), which were not kept, count as damage. Without
    `symbols`, the tables of symbols are looked for and not copied.
    """
    try:
        image = ElfFile(content, holes, symbols=symbols)
    except CONTRADICTIONS:
        return None
    try:
        return image.facts()
    except CONTRADICTIONS:
        return Elf(architecture=image.architecture, type=image.type, damaged=True)


class ElfFile:
    """A view of one ELF file.

    Everything raises one of CONTRADICTIONS where the file contradicts itself, or where a table
    touches one of `holes` (start, end), which were not kept.
    """

    def __init__(self, content: Bytes, holes: Holes = (), *, symbols: bool = True) -> None:
        self.keeps_symbols = symbols
        self.content = content
        self.holes = holes
        self.strings_left = _STRINGS_LIMIT
        self.writable_at: list[tuple[int, int, int]] = []
        self.data = data = memoryview(content)
        if data[:4] != MAGIC or data[4] not in (1, 2) or data[5] not in (1, 2):
            raise ValueError("no ELF file")
        self.wide = data[4] != 1
        self.little = data[5] == 1
        self.order = "<" if self.little else ">"
        self.type, machine = self._unpack("HH", 16)
        self.architecture = ARCHITECTURES.get((machine, self.wide), f"machine-{machine}")
        self.segments = tuple(self._segments())
        self.dynamic: dict[int, int] = {}
        self.needed: list[int] = []

    def facts(self) -> Elf:
        """Read everything."""
        if self.type not in (EXECUTABLE, SHARED):
            return Elf(architecture=self.architecture, type=self.type)
        self.read_dynamic()
        soname = self._text(_SONAME)
        flags = self.dynamic.get(_FLAGS_1, 0)
        sections = self._section_names()
        return Elf(
            architecture=self.architecture,
            type=self.type,
            interpreter=self._interpreter(),
            needed=tuple(self._string(at) for at in self.needed),
            soname=soname,
            rpath="" if _RUNPATH in self.dynamic else self._text(_RPATH),
            runpath=self._text(_RUNPATH),
            pie=bool(flags & _PIE),
            default_folders=not flags & _NODEFLIB,
            dynamic=bool(self.dynamic),
            stack_size=sum(size for kind, _, _, _, size in self.segments if kind == _PT_GNU_STACK),
            needs=tuple(self._needs()),
            defines=tuple(self._defines()),
            symbols=self._symbols(),
            trusted=self._trusted() if soname.startswith("ld") else (),
            go=b"\0.go.buildinfo\0" in sections,
            rust=b"\0.dep-v0\0" in sections,
            packed=not sections and self.content.find(_PACKED, 0, _PACKED_WITHIN) >= 0,
        )

    def _unpack(self, layout: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + layout, self.data, at)

    def _segments(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield (type, offset, address, size in the file, size in memory)."""
        if self.wide:
            (start,), (size, count) = self._unpack("Q", 32), self._unpack("HH", 54)
        else:
            (start,), (size, count) = self._unpack("I", 28), self._unpack("HH", 42)
        for row in self._rows("IIQQQQQ" if self.wide else "IIIIIII", start, size, count):
            if self.wide:
                kind, flags, offset, address, _, stored, memory = row
            else:
                kind, offset, address, _, stored, memory, flags = row
            if kind == _PT_LOAD and flags & _WRITE:
                self.writable_at.append((offset, address, stored))
            yield kind, offset, address, stored, memory

    def _rows(self, layout: str, start: int, step: int, count: int) -> Iterator[tuple[int, ...]]:
        """Return the rows of a table, which are `step` bytes each."""
        if not step * count:
            return iter(())
        if start + step * count > len(self.data):
            raise ValueError("a table that ends outside of the file")
        form = _row(self.order + layout, step)
        return form.iter_unpack(self.data[start : start + step * count])

    def offset(self, address: int, size: int = 0) -> int:
        """Return where `address` lies in the file; raises where it is not in the file."""
        for kind, offset, start, stored, _ in self.segments:
            if kind == _PT_LOAD and start <= address and address + size <= start + stored:
                return self._there(offset + address - start, size)
        raise ValueError("an address outside of the file")

    def _there(self, start: int, size: int) -> int:
        """Return `start` where all of `size` bytes was kept."""
        if self.holes and any(
            low < start + max(size, 1) and start < high for low, high in self.holes
        ):
            raise ValueError("a table that was not kept")
        return start

    def _interpreter(self) -> str:
        for kind, offset, _, size, _ in self.segments:
            if kind == _PT_INTERP:
                return _decode(bytes(self.data[offset : offset + size]).partition(b"\0")[0])
        return ""

    def read_dynamic(self) -> None:
        """Fill `dynamic`, a table of tags, and `needed`."""
        layout = struct.Struct(self.order + ("qQ" if self.wide else "iI"))
        for kind, offset, _, size, _ in self.segments:
            if kind != _PT_DYNAMIC:
                continue
            self._there(offset, size)
            table = self.data[offset : offset + size // layout.size * layout.size]
            for tag, value in layout.iter_unpack(table):
                if tag == 0:
                    break
                if tag == _NEEDED:
                    self.needed.append(value)
                else:
                    self.dynamic[tag & 0xFFFFFFFF] = value

    def _text(self, tag: int) -> str:
        return self._string(self.dynamic[tag]) if tag in self.dynamic else ""

    @cached_property
    def _strings(self) -> tuple[int, int]:
        """Where the table of names begins, and its size."""
        size = self.dynamic.get(_STRSZ, 0)
        return self._there(self.offset(self.dynamic[_STRTAB]), size), size

    def _string(self, at: int) -> str:
        first, size = self._strings
        if not 0 <= at < size:
            raise ValueError("a name outside of the string table")
        start = first + at
        end = self.content.find(b"\0", start, start + min(size - at, _STRING_LIMIT))
        self.strings_left -= end - start
        if end < 0 or self.strings_left < 0:
            raise ValueError("a name without an end, or more names than any object has")
        return self.content[start:end].decode("utf-8", "surrogateescape")

    def _needs(self) -> Iterator[VersionNeed]:
        """Yield the entries of .gnu.version_r."""
        at = self.offset(self.dynamic[_VERNEED]) if _VERNEED in self.dynamic else 0
        library_at, version_at = (struct.Struct(self.order + s) for s in ("HHIII", "IHHII"))
        total = 0
        while at:
            _, count, library, first, following = library_at.unpack_from(self.data, at)
            name, entry = self._string(library), at + first
            total += count + 1
            if total > _CHAIN_LIMIT:
                raise ValueError("more versions than any object has")
            for _ in range(count):
                _, flags, index, version, step = version_at.unpack_from(self.data, entry)
                weak = bool(flags & _WEAK)
                text = self._string(version)
                yield VersionNeed(library=name, version=text, weak=weak, index=index & 0x7FFF)
                entry += step
            at = at + following if following else 0

    def _defines(self) -> Iterator[str]:
        """Yield the names of .gnu.version_d."""
        at = self.offset(self.dynamic[_VERDEF]) if _VERDEF in self.dynamic else 0
        for _ in range(_CHAIN_LIMIT if at else 0):
            _, _, _, _, _, first, following = self._unpack("HHHHIII", at)
            yield self._string(self._unpack("I", at + first)[0])
            if not following:
                return
            at += following

    def _symbols(self) -> SymbolTable:
        if _SYMTAB not in self.dynamic or _STRTAB not in self.dynamic:
            return SymbolTable()
        count, size = self._symbol_count(), 24 if self.wide else 16
        return SymbolTable(
            wide=self.wide,
            little=self.little,
            symbols=self._bytes(_SYMTAB, count * size),
            strings=self._bytes(_STRTAB, self.dynamic.get(_STRSZ, 0)),
            versions=self._bytes(_VERSYM, count * 2),
        )

    def _bytes(self, tag: int, size: int) -> bytes:
        if tag not in self.dynamic or not size:
            return b""
        start = self.offset(self.dynamic[tag], size)
        return bytes(self.data[start : start + size]) if self.keeps_symbols else b""

    def _symbol_count(self) -> int:
        for kind, _, address, size, entry in self._sections():
            if kind == _SHT_DYNSYM and address == self.dynamic[_SYMTAB] and entry:
                return size // entry
        if _HASH in self.dynamic:
            return self._unpack("II", self.offset(self.dynamic[_HASH]))[1]
        # Without sections and the old hash table: linkers put the names behind the symbols.
        distance = self.dynamic[_STRTAB] - self.dynamic[_SYMTAB]
        return max(distance, 0) // (24 if self.wide else 16) if _GNU_HASH in self.dynamic else 0

    def _sections(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield (type, place of the name, address, size, size of an entry); none if damaged."""
        start, step, count, _ = self.section_table()
        layout = "IIQQQQIIQQ" if self.wide else "IIIIIIIIII"
        whole = start and start + step * count <= len(self.data)
        if self._there(start, step * count) and whole:
            for name, kind, _, address, _, size, _, _, _, entry in self._rows(
                layout, start, step, count
            ):
                yield kind, name, address, size, entry

    def section_table(self) -> tuple[int, int, int, int]:
        """Return (offset, size of a header, number of headers, index of the names' section)."""
        (start,) = self._unpack("Q", 40) if self.wide else self._unpack("I", 32)
        step, count, names = self._unpack("HHH", 58 if self.wide else 46)
        return start, step, count, names

    def _section_names(self) -> bytes:
        """Return the names of all sections, each with a zero before and behind it."""
        start, step, count, names = self.section_table()
        at = start + names * step
        if not start or names >= count or at + step > len(self.data):
            return b""
        self._there(at, step)
        fields = self._unpack("IIQQQQ" if self.wide else "IIIIII", at)
        self._there(fields[4], fields[5])
        return bytes(self.data[fields[4] : fields[4] + fields[5]])

    def section(self, name: bytes) -> tuple[int, int] | None:
        """Return (offset, size) of the first section of this name."""
        start, step, count, names = self.section_table()
        layout = "IIQQQQ" if self.wide else "IIIIII"
        if not start or names >= count:
            return None
        _, _, _, _, strings, size = self._unpack(layout, start + names * step)
        for index in range(count):
            at, _, _, _, offset, length = self._unpack(layout, start + index * step)
            begin = strings + at
            if at < size and self.content[begin : begin + len(name) + 1] == name + b"\0":
                return self._there(offset, length), length
        return None

    def _trusted(self) -> tuple[str, ...]:
        if len(self.data) > _TRUSTED_LIMIT:
            return ()
        for match in _TRUSTED.finditer(self.data):
            if b"/lib" in match[0]:
                return tuple(_decode(folder) for folder in match[0].split(b"\0")[:-1])
        return ()


@lru_cache(maxsize=64)
def _row(layout: str, step: int) -> struct.Struct:
    """Return the layout of a row of `step` bytes, of which `layout` are read."""
    size = struct.calcsize(layout)
    if step < size:
        raise ValueError("rows that are too short")
    return struct.Struct(f"{layout}{step - size}x")


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
