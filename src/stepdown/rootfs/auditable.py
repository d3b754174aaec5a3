"""Crates of a Rust program that was built with cargo-auditable: JSON, compressed, in `.dep-v0`."""

import zlib

import msgspec

from stepdown.rootfs.elf import CONTRADICTIONS, ElfFile

_SECTION = b".dep-v0"
_LIMIT = 8 << 20  # what cargo-auditable's own reader takes


class _Crate(msgspec.Struct):
    name: str
    version: str
    kind: str = "runtime"


class _Crates(msgspec.Struct):
    packages: list[_Crate]


def read(file: ElfFile) -> tuple[tuple[str, str], ...] | None:
    """Return (crate, version) of all that is in the program, None where it cannot be read.

    Crates that only ran while it was built are not in it.
    """
    unfold = zlib.decompressobj()
    try:
        found = file.section(_SECTION)
        if found is None or found[1] > _LIMIT:
            return None
        packed = bytes(file.content[found[0] : sum(found)])
        text = unfold.decompress(packed, _LIMIT)
        crates = msgspec.json.decode(text, type=_Crates)
    except (*CONTRADICTIONS, zlib.error, msgspec.DecodeError):
        return None
    return tuple((c.name, c.version) for c in crates.packages if c.kind == "runtime")
