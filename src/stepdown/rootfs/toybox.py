"""Toybox by its content: the commands compiled into it, under whatever name the file goes.

They are in an array of four words each: name, function, options, flags; in the order of the names,
because toybox searches it by halving. The words are in the file, or in the relocations that a
loader applies (System V gABI, `Elf64_Rela`).
"""

import re
import struct
from collections.abc import Iterator, Mapping

from stepdown.rootfs.elf import CONTRADICTIONS, Bytes, ElfFile

_MARK = b"Toybox %s"
_NAME = re.compile(rb"([a-z0-9_.+\[-]{1,24})\0")
_ROW = 32
_WORD = struct.Struct("<Q")
_RELA = struct.Struct("<QQQ")
_RELA_TABLE, _RELA_SIZE = 7, 8
_LIMIT = 1 << 18
_ENOUGH = 20


def is_toybox(content: Bytes) -> bool:
    """Tell whether a program calls itself Toybox."""
    return content.find(_MARK) >= 0 and content.find(b"multicall") >= 0


def commands(file: ElfFile) -> tuple[str, ...]:
    """Return the commands of a toybox program, empty where its table cannot be found."""
    if not (file.wide and file.little):
        return ()
    try:
        file.read_dynamic()
        pointers = dict(_relocations(file)) or dict(_words(file))
    except CONTRADICTIONS:
        return ()
    longest: list[bytes] = []
    for run in _runs(file, pointers):
        longest = max(longest, run, key=len)
    return tuple(name.decode() for name in longest) if len(longest) >= _ENOUGH else ()


def _relocations(file: ElfFile) -> Iterator[tuple[int, int]]:
    """Yield (address, what will be there) of the relocations that name no symbol."""
    size = file.dynamic.get(_RELA_SIZE, 0)
    if _RELA_TABLE in file.dynamic and size <= _LIMIT * _RELA.size:
        start = file.offset(file.dynamic[_RELA_TABLE], size)
        rows = file.content[start : start + size // _RELA.size * _RELA.size]
        for address, info, addend in _RELA.iter_unpack(rows):
            if not info >> 32:
                yield address, addend


def _words(file: ElfFile) -> Iterator[tuple[int, int]]:
    for offset, address, size in file.writable_at:
        words = file.content[offset : offset + min(size, _LIMIT * 8) // 8 * 8]
        for number, (word,) in enumerate(_WORD.iter_unpack(words)):
            if word:
                yield address + 8 * number, word


def _runs(file: ElfFile, pointers: Mapping[int, int]) -> Iterator[list[bytes]]:
    """Yield ascending names whose pointers stand a row apart."""
    names = {address: name for address, to in pointers.items() if (name := _name(file, to))}
    for address, name in names.items():
        before = names.get(address - _ROW)
        if before is not None and before < name:
            continue
        run, here = [name], address + _ROW
        while (following := names.get(here, b"")) > run[-1]:
            run.append(following)
            here += _ROW
        yield run


def _name(file: ElfFile, address: int) -> bytes:
    try:
        at = file.offset(address, 1)
    except CONTRADICTIONS:
        return b""
    match = _NAME.match(file.content, at)
    return match[1] if match else b""
