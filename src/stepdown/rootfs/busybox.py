"""Busybox by its content: its compiled-in commands, under whatever name the file goes."""

import re
from collections.abc import Iterator

from stepdown.rootfs.elf import Bytes

_VERSION = re.compile(rb"BusyBox v\d+\.\d+")
_NAME = re.compile(rb"[a-z0-9_.+\[-]{1,32}")
_USUAL = frozenset(
    b"ash awk basename cat chmod cp cut date dd echo env false find grep gzip head hush id kill ls"
    b" mkdir mount mv nc ping ps pwd rm rmdir sed sh sleep sort tail tar test touch tr true uname"
    b" vi wget xargs".split()
)
_ENOUGH = 3
_WINDOW = 16 << 10
_MOST_WINDOWS = 64


def is_busybox(content: Bytes) -> bool:
    """Tell whether a program calls itself BusyBox."""
    return (
        content.find(b"BusyBox v") >= 0 and _VERSION.search(content) is not None
    )  # the first is faster


def applets(content: Bytes) -> tuple[str, ...]:
    """Return the applets of a busybox binary, empty where its table cannot be found.

    Busybox keeps their names as one block of NUL-terminated strings, in byte order, because it
    searches them by halving. The block is the ascending run that holds the most usual names.
    """
    best: list[bytes] = []
    most = _ENOUGH - 1
    for window in _windows(content):
        for run in _ascending(window.split(b"\0")):
            usual = len(_USUAL.intersection(run))
            if usual > most:
                best, most = run, usual
    return tuple(name.decode("ascii") for name in best)


def _windows(content: Bytes) -> Iterator[bytes]:
    """Yield the surroundings of usual names, each larger than any table; at most 64 of them."""
    seen: set[int] = set()
    for name in sorted(_USUAL):
        at = content.find(b"\0" + name + b"\0")
        while at >= 0 and len(seen) < _MOST_WINDOWS:
            number = at // _WINDOW
            if number not in seen:
                seen.add(number)
                yield bytes(content[max(0, number - 1) * _WINDOW : (number + 2) * _WINDOW])
            at = content.find(b"\0" + name + b"\0", (number + 1) * _WINDOW)


def _ascending(words: list[bytes]) -> Iterator[list[bytes]]:
    """Yield the runs of names that stand in byte order."""
    run: list[bytes] = []
    for word in words:
        name = _NAME.fullmatch(word) is not None
        if run and not (name and word > run[-1]):
            yield run
            run = []
        if name:
            run.append(word)
    yield run
