"""Small images and ELF files, made to measure."""

import io
import struct
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.image import read

AMD64, ARM64, I386, S390X = 62, 183, 3, 22
PIE, NODEFLIB = 0x08000000, 0x800
GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"


@dataclass
class ElfSample:
    """An ELF file with one loadable segment whose addresses are its offsets."""

    type: int = 3
    machine: int = AMD64
    wide: bool = True
    little: bool = True
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    flags_1: int = 0
    stack_size: int = 0
    needs: tuple[tuple[str, str, int], ...] = ()  # library, version, flags
    defines: tuple[str, ...] = ()
    undefined: tuple[tuple[str, str], ...] = ()  # name, version or ""
    weak: tuple[str, ...] = ()
    defined: tuple[str, ...] = ()
    extra: bytes = b""
    hash_table: bool = True
    strings: bytearray = field(default_factory=lambda: bytearray(b"\0"))

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(("<" if self.little else ">") + layout, *values)

    def name(self, text: str) -> int:
        at = len(self.strings)
        self.strings += text.encode() + b"\0"
        return at

    def build(self) -> bytes:
        """Lay the file out: headers, then the tables, then the dynamic section."""
        word = 8 if self.wide else 4
        header, segment = (64, 56) if self.wide else (52, 32)
        at = header + 4 * segment
        parts: list[bytes] = []
        dynamic = [(1, self.name(name)) for name in self.needed]
        texts = ((14, self.soname), (15, self.rpath), (29, self.runpath))
        dynamic += [(tag, self.name(text)) for tag, text in texts if text]
        dynamic += [(0x6FFFFFFB, self.flags_1)] if self.flags_1 else []

        def place(table: bytes) -> int:
            nonlocal at
            start = at
            table += b"\0" * (-len(table) % 8)
            parts.append(table)
            at += len(table)
            return start

        indexes: dict[str, int] = {}
        if self.needs:
            dynamic.append((0x6FFFFFFE, place(self.version_needs(indexes))))
        if self.defines:
            dynamic.append((0x6FFFFFFC, place(self.version_defines())))
        symbols, versions = self.symbol_tables(indexes)
        dynamic.append((6, place(symbols)))
        dynamic.append((0x6FFFFFF0, place(versions)))
        if self.hash_table:
            dynamic.append((4, place(self.pack("II", 0, len(versions) // 2))))
        interpreter = self.interpreter.encode() + b"\0"
        interpreter_at = place(interpreter)
        place(self.extra)
        dynamic += [(5, place(bytes(self.strings))), (10, len(self.strings)), (0, 0)]
        entry = "qQ" if self.wide else "iI"
        if not self.wide:
            dynamic = [(tag - (1 << 32) if tag >> 31 else tag, v) for tag, v in dynamic]
        table = b"".join(self.pack(entry, tag, value) for tag, value in dynamic)
        dynamic_at = place(table)
        segments = [
            (1, 0, at, at),
            (2, dynamic_at, len(table), len(table)) if self.has_dynamic else (0, 0, 0, 0),
            (3, interpreter_at, len(interpreter), 0) if self.interpreter else (0, 0, 0, 0),
            (0x6474E551, 0, 0, self.stack_size),
        ]
        return self.header(header, segment) + self.segments(segments, word) + b"".join(parts)

    @property
    def has_dynamic(self) -> bool:
        return bool(self.needed or self.soname or self.flags_1 or self.defined or self.undefined)

    def header(self, size: int, segment: int) -> bytes:
        start = bytes((0x7F, *b"ELF", 1 + self.wide, 1 if self.little else 2, 1)) + bytes(9)
        addresses = "QQQ" if self.wide else "III"
        rest = (self.type, self.machine, 1, 0, size, 0, 0, size, segment, 4, 0, 0, 0)
        return start + self.pack("HHI" + addresses + "IHHHHHH", *rest)

    def segments(self, rows: Iterable[tuple[int, int, int, int]], word: int) -> bytes:
        packed = b""
        for kind, offset, stored, memory in rows:
            if self.wide:
                fields = (kind, 4, offset, offset, offset, stored, memory, word)
                packed += self.pack("IIQQQQQQ", *fields)
            else:
                fields = (kind, offset, offset, offset, stored, memory, 4, word)
                packed += self.pack("IIIIIIII", *fields)
        return packed

    def version_needs(self, indexes: dict[str, int]) -> bytes:
        table = b""
        for number, (library, version, flags) in enumerate(self.needs):
            indexes[version] = number + 2
            following = 0 if number + 1 == len(self.needs) else 32
            table += self.pack("HHIII", 1, 1, self.name(library), 16, following)
            table += self.pack("IHHII", 0, flags, number + 2, self.name(version), 0)
        return table

    def version_defines(self) -> bytes:
        table = b""
        for number, version in enumerate(self.defines):
            following = 0 if number + 1 == len(self.defines) else 28
            table += self.pack("HHHHIII", 1, 0, number + 1, 1, 0, 20, following)
            table += self.pack("II", self.name(version), 0)
        return table

    def symbol_tables(self, indexes: Mapping[str, int]) -> tuple[bytes, bytes]:
        rows = [("", 0, 0, 0)]
        rows += [(name, 0x12, 0, indexes.get(version, 1)) for name, version in self.undefined]
        rows += [(name, 0x22, 0, 1) for name in self.weak]
        rows += [(name, 0x12, 1, 1) for name in self.defined]
        symbols = versions = b""
        for name, info, section, version in rows:
            at = self.name(name) if name else 0
            if self.wide:
                symbols += self.pack("IBBHQQ", at, info, 0, section, 0, 0)
            else:
                symbols += self.pack("IIIBBH", at, 0, 0, info, 0, section)
            versions += self.pack("H", version)
        return symbols, versions


def library(soname: str, **facts: object) -> bytes:
    return ElfSample(soname=soname, **facts).build()  # type: ignore[arg-type]


def program(interpreter: str, *needed: str, **facts: object) -> bytes:
    flags = facts.pop("flags_1", PIE)
    sample = ElfSample(interpreter=interpreter, needed=needed, flags_1=flags, **facts)  # type: ignore[arg-type]
    return sample.build()


def static(**facts: object) -> bytes:
    return ElfSample(type=2, **facts).build()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Hard:
    """A further name of a file."""

    target: str


@dataclass(frozen=True)
class Node:
    """A file, or a folder where `content` is None, with its mode and extended attributes."""

    content: bytes | None = b""
    mode: int = 0o644
    uid: int = 0
    capability: bytes = b""


Content = bytes | str | Link | Hard | Node


def archive(files: Mapping[str, Content], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive of `files`, in their order. Bytes become executables, text does not."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for path, content in files.items():
            info, data = _info(path.lstrip("/"), content)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _info(path: str, content: Content) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(path)
    data = b""
    match content:
        case Link(target):
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
        case Hard(target):
            info.type, info.linkname = tarfile.LNKTYPE, target.lstrip("/")
        case Node():
            info.mode, info.uid = content.mode, content.uid
            if content.content is None:
                info.type = tarfile.DIRTYPE
            if content.capability:
                text = content.capability.decode("utf-8", "surrogateescape")
                info.pax_headers = {"SCHILY.xattr.security.capability": text}
            data = content.content or b""
        case bytes():
            info.mode, data = 0o755, content
        case str():
            info.mode, data = 0o644, content.encode()
    info.size = len(data)
    return info, data


def chunks(data: bytes, size: int = 1000) -> Iterable[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def root(files: Mapping[str, Content]) -> RootFS:
    """Return the file system that consists of `files`."""
    return read(chunks(archive(files)))


GLIBC: dict[str, Content] = {
    GLIBC_LOADER: library(
        "ld-linux-x86-64.so.2",
        defines=("ld-linux-x86-64.so.2", "GLIBC_2.2.5"),
        defined=("__tls_get_addr",),
        extra=b"/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0",
    ),
    "/lib/x86_64-linux-gnu/libc.so.6": library(
        "libc.so.6",
        needed=("ld-linux-x86-64.so.2",),
        defines=("libc.so.6", "GLIBC_2.2.5", "GLIBC_2.36"),
        defined=("printf", "malloc"),
    ),
}
MUSL: dict[str, Content] = {
    MUSL_LOADER: library("libc.so", defined=("printf", "malloc", "strtol")),
    "/lib/libc.musl-x86_64.so.1": Link("ld-musl-x86_64.so.1"),
}
