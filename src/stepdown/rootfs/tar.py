"""A tar stream, member by member; nothing is ever written to disk.

Reads what engines export and what GNU tar, pax and older programs make: v7, ustar, gnu (long
names, base-256 numbers) and pax (POSIX.1-2001). Of sparse files only name and size are read: no
engine writes them, and reading their map wrongly would be worse than not reading their content.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from stepdown.errors import StepdownError
from stepdown.model.image import Value

BLOCK = 512
_ZEROS = bytes(BLOCK)
# POSIX.1-2017, pax, "ustar Header Block": name, mode, uid, gid, size, type, link, magic, prefix.
_FIELDS = struct.Struct("100s8s8s8s12s20xc100s6s82x155s12x")
_EXTENSION_LIMIT = 1 << 20
_LONGEST_NUMBER = 19
_LARGEST = 1 << 63  # of what file systems can hold, and of what JSON readers take
_CAPABILITY = "SCHILY.xattr.security.capability"
_SPARSE = "GNU.sparse."
_SPARSE_SIZES = ("GNU.sparse.realsize", "GNU.sparse.size")
# Only these records are kept: a hostile header may hold a million others.
_MEMBER_RECORDS = ("path", "linkpath", "size", "uid", "gid", _CAPABILITY)
_RECORDS = frozenset((*_MEMBER_RECORDS, "GNU.sparse.name", "GNU.sparse.major", *_SPARSE_SIZES))


class TarError(StepdownError):
    """The stream is no tar archive, ends too early or uses a form that is not read."""

    def __init__(self, details: str) -> None:
        super().__init__(
            "The file system of the image could not be read.",
            details=details,
            hint="Try again; if it happens again, check the container engine's log.",
        )


class EntryType(StrEnum):
    """What a path of a file system is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARD_LINK = "hard_link"
    CHARACTER_DEVICE = "character_device"
    BLOCK_DEVICE = "block_device"
    FIFO = "fifo"


_FILE = EntryType.FILE
_TYPES = {
    b"1": EntryType.HARD_LINK,
    b"2": EntryType.SYMLINK,
    b"3": EntryType.CHARACTER_DEVICE,
    b"4": EntryType.BLOCK_DEVICE,
    b"5": EntryType.DIRECTORY,
    b"6": EntryType.FIFO,
}
_EXTENSIONS = frozenset((b"L", b"K", b"x", b"X", b"g"))
# Volume labels, continuations of multi-volume archives and lists of names: not files.
_NOT_FILES = frozenset((b"V", b"M", b"N", b"D"))


class Member(Value, frozen=True, kw_only=True, gc=False):
    """One member of an archive.

    `path` is absolute and free of `.` and `..`, which cannot lead above the root. `link` is a
    symbolic link's text as written, or the absolute path of a hard link's target. `mode` holds the
    permission bits (07777). `capability` is the extended attribute `security.capability`. Of a
    `sparse` file there is no content to read; `size` is what a program would see.
    """

    path: str
    type: EntryType
    mode: int
    uid: int
    gid: int
    size: int
    link: str = ""
    capability: bytes = b""
    sparse: bool = False


class TarStream:
    """The members of a tar archive that arrives as chunks of any size.

    Iterate once; between two steps `read` returns content of the member just yielded. Raises
    TarError where the stream is damaged, also when it ends without the archive's end mark; then
    `unfinished` is the path of the member whose content did not all come, if there is one.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._chunk = b""
        self._at = 0
        self._left = 0
        self._padding = 0
        self._defaults: dict[str, bytes] = {}
        self.unfinished = ""

    def __iter__(self) -> Iterator[Member]:
        while (header := self._header()) is not None:
            member = self._member(header)
            if member is not None:
                self.unfinished = member.path
                yield member
            self._finish()
            self.unfinished = ""
        for _ in self._chunks:  # whoever sends them may want to tell that it got to its end
            pass

    def read(self, limit: int) -> bytes | bytearray:
        """Return the next bytes of the current member, at most `limit`; empty at its end."""
        count = min(limit, self._left)
        self._left -= count
        return self._take(count)

    def piece(self) -> bytes:
        """Return the next bytes of the current member, as many as are there; empty at its end."""
        while self._left and self._at == len(self._chunk):
            self._next_chunk()
        return bytes(self.read(len(self._chunk) - self._at))

    def peek(self, limit: int) -> bytes:
        """Return what `read` would, and leave it there."""
        count = min(limit, self._left)
        while len(self._chunk) - self._at < count:
            rest = self._chunk[self._at :]
            self._next_chunk()
            self._chunk = rest + self._chunk
        return self._chunk[self._at : self._at + count]

    def _header(self) -> bytes | None:
        header = bytes(self._take(BLOCK))
        if zlib.adler32(header) & 0xFFFF == _checksum(header[148:156]):
            return header
        if header == _ZEROS:
            return None
        raise TarError("A header's checksum is wrong.")

    def _member(self, header: bytes) -> Member | None:
        extended = self._defaults
        while (kind := header[156:157]) in _EXTENSIONS:
            if extended is self._defaults:
                extended = dict(extended)
            self._extend(kind, header, extended)
            following = self._header()
            if following is None:
                raise TarError("An extended header is the last thing in the archive.")
            header = following
        size = _decimal(extended["size"]) if "size" in extended else _number(header[124:136])
        if not 0 <= size < _LARGEST:
            raise TarError("A member has a size that no file can have.")
        self._left = size = 0 if kind in _TYPES else size
        self._padding = -size % BLOCK
        if kind in _NOT_FILES:
            return None
        if kind == b"S" or (extended and any(key.startswith(_SPARSE) for key in extended)):
            self._skip_sparse(header)
            return _member(header, extended, _sparse_size(header, extended), sparse=True)
        return _member(header, extended, size)

    def _extend(self, kind: bytes, header: bytes, extended: dict[str, bytes]) -> None:
        size = _number(header[124:136])
        if size > _EXTENSION_LIMIT:
            raise TarError(f"An extended header claims {size} bytes.")
        self._left, self._padding = size, -size % BLOCK
        content = bytes(self.read(size))
        self._finish()
        match kind:
            case b"L":
                extended["path"] = content.partition(b"\0")[0]
            case b"K":
                extended["linkpath"] = content.partition(b"\0")[0]
            case b"g":
                self._defaults.update(_records(content))
                extended.update(self._defaults)
            case _:
                extended.update(_records(content))

    def _skip_sparse(self, header: bytes) -> None:
        """Go to the member's end; the old form has more blocks of its map before the content."""
        more = header[156:157] == b"S" and header[482:483] != b"\0"
        while more:
            more = bytes(self._take(BLOCK))[504:505] != b"\0"
        self._finish()

    def _finish(self) -> None:
        rest = self._left + self._padding
        if rest:
            self._skip(rest)
            self._left = self._padding = 0

    def _take(self, count: int) -> bytes | bytearray:
        end = self._at + count
        if end <= len(self._chunk):
            taken = self._chunk[self._at : end]
            self._at = end
            return taken
        # One copy into place: chunks that are kept until the last is there cost more memory, which
        # the system has to clear first.
        joined, filled = bytearray(count), 0
        with memoryview(joined) as whole:
            while filled < count:
                if self._at == len(self._chunk):
                    self._next_chunk()
                piece = memoryview(self._chunk)[self._at : self._at + count - filled]
                whole[filled : filled + len(piece)] = piece
                self._at += len(piece)
                filled += len(piece)
        return joined

    def _skip(self, count: int) -> None:
        while count > len(self._chunk) - self._at:
            count -= len(self._chunk) - self._at
            self._next_chunk()
        self._at += count

    def _next_chunk(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise TarError("The stream ended before the archive did.")
        self._chunk, self._at = chunk, 0


@lru_cache(maxsize=1 << 14)
def _checksum(field: bytes) -> int:
    """Return the low half of the Adler-32 of a header with this checksum.

    The checksum is the sum of all bytes with its own field read as eight spaces. The low half of
    Adler-32 is the sum of all bytes plus one, modulo 65521, and comes at the speed of C.
    """
    return (_number(field) - 8 * 32 + sum(field) + 1) % 65521


@lru_cache(maxsize=4096)  # most members have one of a few modes and owners
def _rights(mode: bytes, uid: bytes, gid: bytes) -> tuple[int, int, int]:
    return _number(mode) & 0o7777, _number(uid), _number(gid)


def _number(field: bytes) -> int:
    if field[0] & 0x80:  # base 256, two's complement after the first bit
        sign = 1 << 8 * len(field) - 1
        value = int.from_bytes(field, "big") & sign - 1
        return value - sign if field[0] & 0x40 else value
    digits = field.partition(b"\0")[0]
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        if digits.isspace():
            return 0
        raise TarError("A header holds a number that is none.") from None


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > _LONGEST_NUMBER:
        raise TarError("An extended header holds a number that is none.")
    return int(digits)


def _records(content: bytes) -> dict[str, bytes]:
    """Return the records of a pax header: `LENGTH KEY=VALUE` and a line feed, values are bytes."""
    records: dict[str, bytes] = {}
    at = 0
    while at < len(content) and content[at]:
        length, space, _ = content[at : at + _LONGEST_NUMBER].partition(b" ")
        end = at + _decimal(length)
        key, equals, value = content[at + len(length) + 1 : end - 1].partition(b"=")
        if not space or not equals or end > len(content) or content[end - 1] != ord("\n"):
            raise TarError("An extended header has a damaged record.")
        name = key.decode("utf-8", "surrogateescape")
        if name in _RECORDS:
            records[name] = value
        at = end
    return {key: value for key, value in records.items() if value}


def _sparse_size(header: bytes, extended: Mapping[str, bytes]) -> int:
    told = next((extended[key] for key in _SPARSE_SIZES if key in extended), None)
    size = max(0, _number(header[483:495]) if told is None else _decimal(told))
    return min(size, _LARGEST - 1)


def _member(
    header: bytes, extended: Mapping[str, bytes], size: int, *, sparse: bool = False
) -> Member:
    name, *rights, _, kind, link, magic, prefix = _FIELDS.unpack(header)
    name = name.partition(b"\0")[0]
    # GNU's own magic ("ustar" and two spaces) has no prefix: other fields lie there.
    if prefix[0] and magic == b"ustar\0":
        name = prefix.partition(b"\0")[0] + b"/" + name
    link = link.partition(b"\0")[0]
    mode, uid, gid = _rights(*rights)
    if extended:
        name = extended.get("GNU.sparse.name") or extended.get("path") or name
        link = extended.get("linkpath") or link
        uid = _decimal(extended["uid"]) if "uid" in extended else uid
        gid = _decimal(extended["gid"]) if "gid" in extended else gid
    entry_type = _TYPES.get(kind, _FILE)
    if entry_type is _FILE and name.endswith(b"/") and kind in b"0\0":
        entry_type = EntryType.DIRECTORY  # how v7 writes them
    return Member(
        path=_path(name),
        type=entry_type,
        mode=mode,
        uid=uid,
        gid=gid,
        size=size,
        link=_link(link, hard=kind == b"1") if link else "",
        capability=extended.get(_CAPABILITY, b"") if extended else b"",
        sparse=sparse,
    )


def _link(link: bytes, *, hard: bool) -> str:
    return _path(link) if hard else link.decode("utf-8", "surrogateescape")


def _path(name: bytes) -> str:
    if b"\0" in name:
        raise TarError("A name holds a NUL byte.")
    text = name.decode("utf-8", "surrogateescape")
    if text[:1] not in "./" and "/." not in text and "//" not in text:
        return "/" + text.rstrip("/")
    parts: list[str] = []
    for part in text.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)
