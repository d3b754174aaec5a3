"""The dynamic symbols of an ELF object, kept as bytes and read only when asked for."""

import struct
from collections.abc import Iterator

from stepdown.model.image import Value

_GLOBAL = 1
_DEFINING = frozenset((1, 2, 10))  # GLOBAL, WEAK, GNU_UNIQUE
_VISIBLE = frozenset((0, 3))  # DEFAULT, PROTECTED


class SymbolTable(Value, frozen=True, kw_only=True):
    """The raw tables: symbols, their names, and one version index for each symbol.

    `versions` may be empty; damaged tables yield fewer symbols, never an error.
    """

    wide: bool = True
    little: bool = True
    symbols: bytes = b""
    strings: bytes = b""
    versions: bytes = b""

    @property
    def size(self) -> int:
        """How many bytes the tables take."""
        return len(self.symbols) + len(self.strings) + len(self.versions)

    def undefined(self) -> Iterator[tuple[bytes, int]]:
        """Yield (name, version index) of every symbol that must be supplied by another object."""
        versions = self._versions()
        for index, (name, info, _, section) in enumerate(self._entries()):
            if not section and info >> 4 == _GLOBAL and (text := self._name(name)):
                yield text, versions[index] if index < len(versions) else 0

    def defined(self) -> frozenset[bytes]:
        """Return the names that this object supplies to others."""
        return frozenset(
            self._name(name)
            for name, info, other, section in self._entries()
            if section and info >> 4 in _DEFINING and other & 3 in _VISIBLE
        )

    def _entries(self) -> Iterator[tuple[int, int, int, int]]:
        order = "<" if self.little else ">"
        layout = struct.Struct(order + ("IBBH16x" if self.wide else "I8xBBH"))
        whole = len(self.symbols) // layout.size * layout.size
        return layout.iter_unpack(memoryview(self.symbols)[:whole])

    def _versions(self) -> tuple[int, ...]:
        count = len(self.versions) // 2
        order = "<" if self.little else ">"
        indexes = struct.unpack_from(f"{order}{count}H", self.versions)
        return tuple(index & 0x7FFF for index in indexes)

    def _name(self, at: int) -> bytes:
        end = self.strings.find(b"\0", at)
        return self.strings[at:end] if end >= 0 else b""
