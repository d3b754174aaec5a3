"""ELF files that are too large for memory: the parts that hold their tables, the rest left out.

A loader's tables lie at a file's start (symbols, names, versions), in its writable segments (the
dynamic section, what patchelf has moved, Go's build information) and at its end (sections; before
what patchelf has appended).
"""

import re
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap

from stepdown.model.image import Value
from stepdown.rootfs.elf import CONTRADICTIONS, ElfFile
from stepdown.rootfs.tar import TarStream

_HEAD = 24 << 20
_WRITABLE = 16 << 20
_TAIL = 4 << 20
_PIECE = 1 << 20
_OVERLAP = 64

Span = tuple[int, int]


class Content(Value, frozen=True, kw_only=True):
    """A file's bytes. `holes` are the parts (start, end) that were not kept and read as zeros."""

    data: bytes | bytearray | mmap
    holes: tuple[Span, ...] = ()


def read(
    stream: TarStream, size: int, pattern: re.Pattern[bytes] | None
) -> tuple[Content, re.Match[bytes] | None]:
    """Read an ELF file of `size` bytes; also return where `pattern` first matches in all of it.

    A match is found if it is shorter than 64 bytes.
    """
    kept = _kept(stream.peek(_PIECE), size)
    # Pages of an anonymous mapping that nobody writes to take no memory.
    data = mmap(-1, size, flags=MAP_PRIVATE | MAP_ANONYMOUS)
    match: re.Match[bytes] | None = None
    before, at = b"", 0
    while piece := stream.piece():
        if pattern is not None and match is None:
            text = before + piece
            found = pattern.search(text)
            # What ends with the piece may go on in the next.
            if found and (found.end() < len(text) or at + len(piece) == size):
                match = found
            before = text[-_OVERLAP:]
        for start, end in kept:
            low, high = max(start, at), min(end, at + len(piece))
            if low < high:
                data[low:high] = piece[low - at : high - at]
        at += len(piece)
    return Content(data=data, holes=tuple(_holes(kept, size))), match


def _kept(head: bytes, size: int) -> list[Span]:
    """Return the spans to keep, in order, without overlaps."""
    sections = min(_sections_end(head), size)
    spans = [(0, min(_HEAD, size))]
    spans += [(max(end - _TAIL, 0), end) for end in (sections, size)]
    left = _WRITABLE
    for offset, length in _writable(head):
        taken = max(0, min(length, left, size - offset))
        left -= taken
        spans.append((offset, offset + taken))
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _writable(head: bytes) -> tuple[Span, ...]:
    """Return (offset, size) of the segments that a program can write to."""
    try:
        return tuple((offset, size) for offset, _, size in ElfFile(head).writable_at)
    except CONTRADICTIONS:
        return ()


def _sections_end(head: bytes) -> int:
    """Return where in the file the section headers end, 0 without any."""
    try:
        start, step, count, _ = ElfFile(head).section_table()
    except CONTRADICTIONS:
        return 0
    return start + step * count if start else 0


def _holes(kept: list[Span], size: int) -> list[Span]:
    edges = [0, *(edge for span in kept for edge in span), size]
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]
