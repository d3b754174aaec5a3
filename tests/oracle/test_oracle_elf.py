"""The ELF reader against pyelftools: all files of the largest image, and some of this machine."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection
from elftools.elf.sections import SymbolTableSection
from oracle_engine import lab_engine

from stepdown.rootfs.elf import MAGIC, Elf, is_relocatable, parse

AT_MOST = 100
LARGEST = "node:24"
"""The lab's largest image."""
TEXTS = {"DT_SONAME": "soname", "DT_RPATH": "rpath", "DT_RUNPATH": "runpath"}


def is_elf(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        return file.read(4) == MAGIC


def files() -> list[Path]:
    libraries = sorted(filter(is_elf, Path("/usr/lib").glob("*-linux-gnu/*.so*")))
    programs = sorted(filter(is_elf, Path("/usr/bin").iterdir()))
    step = max(1, (len(libraries) + len(programs)) // AT_MOST)
    loaders = sorted(Path("/lib64").glob("ld-*"))
    return [*(libraries + programs)[::step], *(path.resolve() for path in loaders)]


FILES = files()


class Chunks(io.RawIOBase):
    """Chunks as the file that tarfile wants."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._rest or next(self._chunks, b"")
        count = min(len(buffer), len(chunk))
        buffer[:count] = chunk[:count]
        self._rest = chunk[count:]
        return count


def programs_and_libraries(chunks: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each ELF file of an exported image once, by its first name, but no object files."""
    with tarfile.open(fileobj=io.BufferedReader(Chunks(chunks)), mode="r|") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            if file and (head := file.read(64)).startswith(MAGIC) and not is_relocatable(head):
                yield member.name, head + file.read()


def by_pyelftools(elf: Any) -> dict[str, Any]:
    sections = list(elf.iter_sections())  # it reads them anew each time that it is asked
    segments = {segment["p_type"]: segment for segment in elf.iter_segments()}
    dynamic = next((s for s in sections if s.name == ".dynamic"), None)
    interpreter, stack = segments.get("PT_INTERP"), segments.get("PT_GNU_STACK")
    facts: dict[str, Any] = {
        "interpreter": interpreter.get_interp_name() if interpreter else "",
        "needed": [],
        "soname": "",
        "rpath": "",
        "runpath": "",
        "stack_size": stack["p_memsz"] if stack else 0,
        "needs": [],
        "defines": [],
    }
    for tag in dynamic.iter_tags() if dynamic else ():
        kind = str(tag.entry.d_tag)
        if kind == "DT_NEEDED":
            facts["needed"].append(tag.needed)
        elif kind in TEXTS:
            facts[TEXTS[kind]] = getattr(tag, kind[3:].lower())
    for section in sections:
        if isinstance(section, GNUVerNeedSection):
            facts["needs"] = [
                (library.name, v.name, bool(v["vna_flags"] & 2), v["vna_other"])
                for library, versions in section.iter_versions()
                for v in versions
            ]
        elif isinstance(section, GNUVerDefSection):
            facts["defines"] = [next(iter(names)).name for _, names in section.iter_versions()]
    return facts


def by_us(elf: Elf) -> dict[str, Any]:
    return {
        "interpreter": elf.interpreter,
        "needed": list(elf.needed),
        "soname": elf.soname,
        "rpath": elf.rpath,
        "runpath": elf.runpath,
        "stack_size": elf.stack_size,
        "needs": [(n.library, n.version, n.weak, n.index) for n in elf.needs],
        "defines": list(elf.defines),
    }


def test_there_is_enough_to_compare() -> None:
    assert len(FILES) >= AT_MOST


@pytest.mark.engine
def test_every_file_of_the_largest_image(tmp_path: Path) -> None:
    with lab_engine(tmp_path) as engine, engine.export(LARGEST) as chunks:
        number = 0
        for name, content in programs_and_libraries(chunks):
            found = parse(content)
            assert found is not None, name
            assert not found.damaged, name
            assert by_us(found) == by_pyelftools(ELFFile(io.BytesIO(content))), name
            number += 1
    assert number > 1000


@pytest.mark.parametrize("path", FILES, ids=str)
def test_facts(path: Path) -> None:
    found = parse(path.read_bytes())
    assert found is not None
    assert not found.damaged
    with path.open("rb") as file:
        expected = by_pyelftools(ELFFile(file))
    assert by_us(found) == expected


@pytest.mark.parametrize("path", FILES[::10], ids=str)
def test_symbols(path: Path) -> None:
    found = parse(path.read_bytes())
    assert found is not None
    undefined: set[bytes] = set()
    defined: set[bytes] = set()
    with path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        for symbol in table.iter_symbols() if isinstance(table, SymbolTableSection) else ():
            binding, name = symbol["st_info"]["bind"], symbol.name.encode()
            visible = symbol["st_other"]["visibility"] in ("STV_DEFAULT", "STV_PROTECTED")
            if symbol["st_shndx"] == "SHN_UNDEF":
                undefined |= {name} if binding == "STB_GLOBAL" else set()
            elif binding in ("STB_GLOBAL", "STB_WEAK", "STB_LOOS") and visible:
                defined.add(name)
    assert {name for name, _ in found.symbols.undefined()} == undefined
    assert found.symbols.defined() == defined


def test_the_loader_tells_its_folders() -> None:
    (loader,) = Path("/lib64").glob("ld-linux-x86-64.so.2")
    found = parse(loader.read_bytes())
    assert found is not None
    assert "/usr/lib/" in found.trusted
