"""Where loaders look: glibc's /etc/ld.so.cache and musl's /etc/ld-musl-ARCH.path."""

import re
import struct

from stepdown.model.image import Value

CACHE = "/etc/ld.so.cache"
MUSL_PATH = re.compile(r"/etc/ld-musl-([^/]+)\.path")

_OLD_MAGIC = b"ld.so-1.7.0\0"
_MAGIC = b"glibc-ld.so.cache1.1"
_HEADER = struct.Struct("<20sII20x")
_ENTRY = struct.Struct("<iIIIQ")
_ENTRIES_LIMIT = 1 << 16
_STRING_LIMIT = 4096


class CacheEntry(Value, frozen=True, kw_only=True):
    """One line of `ldconfig -p`: a soname and the file that bears it.

    `flags` is the kind of library as glibc encodes it: the low byte is 3 for glibc's ELF, the
    high byte the processor (0 for 32-bit x86, 3 for x86-64, 10 for AArch64).
    """

    soname: str
    path: str
    flags: int


def cache(content: bytes) -> tuple[CacheEntry, ...] | None:
    """Return the entries in file order; None where the file is in no form that is read.

    Reads glibc's format 1.1 of little-endian machines, alone or behind the older table, as every
    glibc since 2.2 writes it.
    """
    start = content.find(_MAGIC)
    if start < 0 or not content.startswith((_MAGIC, _OLD_MAGIC)):
        return None
    try:
        return _entries(content[start:])
    except (struct.error, ValueError):
        return None


def _entries(table: bytes) -> tuple[CacheEntry, ...]:
    _, count, _ = _HEADER.unpack_from(table)
    if count > _ENTRIES_LIMIT:
        raise ValueError(count)
    found: list[CacheEntry] = []
    for index in range(count):
        flags, key, value, _, _ = _ENTRY.unpack_from(table, _HEADER.size + index * _ENTRY.size)
        soname, path = _string(table, key), _string(table, value)
        found.append(CacheEntry(soname=soname, path=path, flags=flags))
    return tuple(found)


def _string(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at, at + _STRING_LIMIT)].decode("utf-8", "surrogateescape")


def musl_path(content: bytes) -> tuple[str, ...]:
    """Return the folders of /etc/ld-musl-ARCH.path: separated by line feeds or colons."""
    text = content.decode("utf-8", "surrogateescape")
    return tuple(folder for folder in re.split("[:\n]", text) if folder)
