"""Busybox by its content: its compiled-in commands, under whatever name the file goes."""

import re

_VERSION = re.compile(rb"BusyBox v\d+\.\d+")
_NAMES = re.compile(rb"(?:[a-z0-9_.+\[-]{1,32}\0){2,}")
_USUAL = frozenset(
    b"ash awk basename cat chmod cp cut date dd echo env false find grep gzip head hush id kill ls"
    b" mkdir mount mv nc ping ps pwd rm rmdir sed sh sleep sort tail tar test touch tr true uname"
    b" vi wget xargs".split()
)
_ENOUGH = 3


def is_busybox(content: bytes | bytearray) -> bool:
    """Tell whether a program calls itself BusyBox."""
    return b"BusyBox v" in content and _VERSION.search(content) is not None  # the first is faster


def applets(content: bytes | bytearray) -> tuple[str, ...]:
    """Return the applets of a busybox binary, empty where its table cannot be found.

    Busybox keeps their names as one block of NUL-terminated strings, in byte order, because it
    searches them by halving. The block is the ascending run that holds the most usual names.
    """
    best: list[bytes] = []
    for block in _NAMES.finditer(content):
        for run in _ascending(block[0].split(b"\0")[:-1]):
            if len(_USUAL.intersection(run)) > len(_USUAL.intersection(best)):
                best = run
    enough = len(_USUAL.intersection(best)) >= _ENOUGH
    return tuple(name.decode("ascii") for name in best) if enough else ()


def _ascending(names: list[bytes]) -> list[list[bytes]]:
    runs: list[list[bytes]] = [[]]
    for name in names:
        if runs[-1] and name <= runs[-1][-1]:
            runs.append([])
        runs[-1].append(name)
    return runs
