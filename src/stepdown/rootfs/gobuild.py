"""Modules of a Go program, from the build information that its linker puts there.

Layout: Go's `debug/buildinfo`. A magic of 14 bytes, the size of a pointer, flags. Since Go 1.18
(flag 2) two strings follow at offset 32, each with its length as a varint; before that, two
pointers to Go strings follow at offset 16.
"""

import re
from collections.abc import Iterator
from typing import Literal

from stepdown.model.image import Value
from stepdown.rootfs.elf import CONTRADICTIONS, ElfFile

_VERSION = re.compile(rb"(go\d[\w.+-]*|devel)(?![^ ])")
_MAGIC = b"\xff Go buildinf:"
_SECTION = b".go.buildinfo"
_INLINE = 2
_BIG_ENDIAN = 1
_POINTERS, _STRINGS = 16, 32
_MARK = 16
_LIMIT = 4 << 20
_VARINT_LIMIT = 10


class GoBuild(Value, frozen=True, kw_only=True):
    """What a program was built with: (module, version) of itself and of all that is in it."""

    version: str
    modules: tuple[tuple[str, str], ...] = ()


def read(file: ElfFile) -> GoBuild | None:
    """Return the build information of a Go program, None where it cannot be read."""
    try:
        found = file.section(_SECTION)
        if found is None or file.content[found[0] : found[0] + len(_MAGIC)] != _MAGIC:
            return None
        version, text = _texts(file, found[0])
    except CONTRADICTIONS:
        return None
    told = _VERSION.match(version)
    return GoBuild(version=told[1].decode(), modules=tuple(_modules(text))) if told else None


def _texts(file: ElfFile, start: int) -> tuple[bytes, bytes]:
    """Return the version of Go and the list of modules."""
    head = bytes(file.content[start : start + _STRINGS])
    if head[15] & _INLINE:
        version, rest = _inline(file, start + _STRINGS)
        return version, _inline(file, rest)[0]
    size, order = head[14], _order(head[15])
    if size not in (4, 8):
        raise ValueError("pointers of an odd size")
    places = (head[at : at + size] for at in (_POINTERS, _POINTERS + size))
    first, second = (_pointed(file, int.from_bytes(place, order), size, order) for place in places)
    return first, second


def _order(flags: int) -> Literal["big", "little"]:
    return "big" if flags & _BIG_ENDIAN else "little"


def _inline(file: ElfFile, at: int) -> tuple[bytes, int]:
    """Return the string at `at`, and where it ends."""
    length = 0
    for step in range(_VARINT_LIMIT):
        byte = file.content[at + step]
        length |= (byte & 0x7F) << 7 * step
        if not byte & 0x80:
            start = at + step + 1
            return _taken(file, start, length), start + length
    raise ValueError("a length without an end")


def _pointed(file: ElfFile, pointer: int, size: int, order: Literal["big", "little"]) -> bytes:
    """Return the Go string (address, length) that lies at the address `pointer`."""
    at = file.offset(pointer, 2 * size)
    address, length = (
        int.from_bytes(file.content[place : place + size], order) for place in (at, at + size)
    )
    return _taken(file, file.offset(address, length), length) if length else b""


def _taken(file: ElfFile, start: int, length: int) -> bytes:
    if length > _LIMIT or start + length > len(file.content):
        raise ValueError("a string that is longer than the file")
    return bytes(file.content[start : start + length])


def _modules(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield the modules; a line `=>` replaces the one before it.

    The text is between two marks of 16 bytes. A version like `(devel)` is that of a checkout.
    """
    lines = text[_MARK:-_MARK].decode("utf-8", "replace").split("\n")
    found: list[tuple[str, str]] = []
    for line in lines:
        kind, *fields = line.split("\t")
        if kind in ("mod", "dep") and fields[1:]:
            found.append((fields[0], fields[1]))
        elif kind == "=>" and fields[1:] and found:
            found[-1] = (fields[0], fields[1])
    yield from found
