"""ZIP archives in memory, with bounds: the list of members, and single ones unfolded.

The standard library's reader makes an object for each member, of which a hostile archive has
millions, and unfolds without a limit.
"""

import struct
import zlib
from collections.abc import Iterator

from stepdown.model.image import Value

_END, _MEMBER, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_LOCATOR = b"PK\x06\x07"
_LOCATOR_SIZE, _ZIP64_SIZE = 20, 56
_END_SIZE, _MEMBER_SIZE, _LOCAL_SIZE = 22, 46, 30
_COMMENT_LIMIT = 1 << 16
_STORED, _DEFLATED = 0, 8
_ZIP64 = 0xFFFFFFFF
_MEMBERS_LIMIT = 200_000
_COUNTED = 0xFFFF  # the number of members is told modulo this and one


class ZipError(ValueError):
    """The archive is damaged, or larger than any that is read."""


class ZipMember(Value, frozen=True, kw_only=True):
    """One member; sizes are what the archive claims."""

    name: str
    method: int
    packed: int
    size: int
    offset: int


def members(data: bytes | memoryview) -> Iterator[ZipMember]:
    """Yield the members in the order of the archive's own list. Raises ZipError.

    An archive may stand behind something else, mostly a script that starts it.
    """
    at, end, before, count = _directory(bytes(data[-_END_SIZE - _COMMENT_LIMIT :]), len(data))
    found = 0
    while at < end:
        if bytes(data[at : at + 4]) != _MEMBER or at + _MEMBER_SIZE > len(data):
            raise ZipError("its list of members is damaged")
        found += 1
        if found > _MEMBERS_LIMIT:
            raise ZipError(f"it has more than {_MEMBERS_LIMIT} members")
        method, *_, packed, size = struct.unpack_from("<HHHIII", data, at + 10)
        lengths = struct.unpack_from("<HHH", data, at + 28)
        (offset,) = struct.unpack_from("<I", data, at + 42)
        name = bytes(data[at + _MEMBER_SIZE : at + _MEMBER_SIZE + lengths[0]])
        yield ZipMember(
            name=name.decode("utf-8", "surrogateescape"),
            method=method,
            packed=packed,
            size=size,
            offset=before + offset,
        )
        at += _MEMBER_SIZE + sum(lengths)
    if found & _COUNTED != count and not found > count == _COUNTED:
        raise ZipError("its list of members is not as long as it says")


def content(data: bytes | memoryview, member: ZipMember, limit: int) -> bytes | memoryview:
    """Return a member's content. Raises ZipError where that is more than `limit` bytes."""
    at = member.offset
    if bytes(data[at : at + 4]) != _LOCAL or at + _LOCAL_SIZE > len(data):
        raise ZipError("a member is not where its list says")
    name, extra = struct.unpack_from("<HH", data, at + 26)
    start = at + _LOCAL_SIZE + name + extra
    packed = data[start : start + member.packed]
    if len(packed) < member.packed:
        raise ZipError("a member is cut off")
    if member.method == _STORED and member.packed <= limit:
        return packed
    if member.method != _DEFLATED:
        raise ZipError("a member is packed by another method than deflate, or too large")
    unfold = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unfolded = unfold.decompress(packed, limit + 1)
    except zlib.error:
        raise ZipError("a member is damaged") from None
    if len(unfolded) > limit:
        raise ZipError(f"a member unfolds to more than {limit >> 20} MB")
    return unfolded


def _directory(tail: bytes, size: int) -> tuple[int, int, int, int]:
    """Return where the list of members begins and ends, what offsets lack, and how many it has.

    More than 65535 members are told by another record before the end mark, of which only the size
    matters: the list ends where that record begins.
    """
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        raise ZipError("it has no end mark")
    count, length, start = struct.unpack_from("<HII", tail, at + 10)
    if _ZIP64 in (length, start):
        raise ZipError("it is in the form for more than 4 GB")
    end = size - len(tail) + at
    if tail[max(at - _LOCATOR_SIZE, 0) : at].startswith(_LOCATOR):
        end -= _LOCATOR_SIZE + _ZIP64_SIZE
    before = end - length - start
    if before < 0:
        raise ZipError("its list of members lies outside of it")
    return start + before, end, before, count
