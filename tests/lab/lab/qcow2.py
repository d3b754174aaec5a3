"""Turn a qcow2 disk image into a raw one (qemu's own tool would be thirty packages more)."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import IO

from lab.step import LabError

HEADER = struct.Struct(">4sIQIIQIIQ")
"""Magic, version, backing file's offset and length, cluster bits, size, encryption, L1 table."""
COMPRESSED = 1 << 62
ADDRESS = (1 << 56) - (1 << 9)
ZERO = 1
SECTOR = 512


def to_raw(source: Path, target: Path) -> None:
    """Write the disk as a sparse file; no backing files, no encryption, zlib only."""
    with source.open("rb") as disk, target.open("wb") as raw:
        magic, version, backing, _, bits, size, encrypted, entries, table = HEADER.unpack(
            disk.read(HEADER.size)
        )
        if magic != b"QFI\xfb" or version not in (2, 3) or backing or encrypted:
            raise LabError(f"{source.name} is not a plain qcow2 image")
        raw.truncate(size)
        cluster = 1 << bits
        for first, entry in enumerate(_table(disk, table, entries)):
            if not entry & ADDRESS:
                continue
            for second, place in enumerate(_table(disk, entry & ADDRESS, cluster // 8)):
                if data := _cluster(disk, place, bits):
                    raw.seek((first * (cluster // 8) + second) * cluster)
                    raw.write(data)


def _table(disk: IO[bytes], offset: int, entries: int) -> tuple[int, ...]:
    disk.seek(offset)
    return struct.unpack(f">{entries}Q", disk.read(entries * 8))


def _cluster(disk: IO[bytes], place: int, bits: int) -> bytes:
    """The content of a cluster; empty where the disk was never written or holds zeros."""
    if place & COMPRESSED:
        return _compressed(disk, place, bits)
    if place & ZERO or not place & ADDRESS:
        return b""
    disk.seek(place & ADDRESS)
    return disk.read(1 << bits)


def _compressed(disk: IO[bytes], place: int, bits: int) -> bytes:
    """An address in the low bits, the number of further sectors above it."""
    low = 62 - (bits - 8)
    offset = place & ((1 << low) - 1)
    sectors = ((place & (COMPRESSED - 1)) >> low) + 1
    disk.seek(offset)
    data = disk.read(sectors * SECTOR - offset % SECTOR)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, 1 << bits)
