"""The ELF reader on files made to measure."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootfs_samples import AMD64, ARM64, I386, NODEFLIB, PIE, S390X, ElfSample, library, program
from stepdown.rootfs.elf import Elf, VersionNeed, is_relocatable, parse


def read(data: bytes) -> Elf:
    found = parse(data)
    assert found is not None
    return found


SAMPLE: dict[str, object] = {
    "interpreter": "/lib64/ld-linux-x86-64.so.2",
    "needed": ("liba.so.1", "libc.so.6"),
    "soname": "libme.so",
    "runpath": "$ORIGIN/../lib:/opt",
    "flags_1": PIE | NODEFLIB,
    "stack_size": 1 << 20,
    "needs": (("libc.so.6", "GLIBC_2.38", 0), ("libm.so.6", "GLIBC_2.29", 2)),
    "defines": ("libme.so", "ME_1"),
    "undefined": (("printf", "GLIBC_2.38"), ("plain", "")),
    "weak": ("__gmon_start__",),
    "defined": ("main",),
}


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("little", [True, False])
def test_every_fact_in_every_class_and_byte_order(wide: bool, little: bool) -> None:  # noqa: FBT001
    elf = read(ElfSample(wide=wide, little=little, **SAMPLE).build())  # type: ignore[arg-type]
    assert elf.interpreter == "/lib64/ld-linux-x86-64.so.2"
    assert elf.needed == ("liba.so.1", "libc.so.6")
    assert elf.soname == "libme.so"
    assert elf.runpath == "$ORIGIN/../lib:/opt"
    assert elf.pie
    assert not elf.default_folders
    assert elf.stack_size == 1 << 20
    assert elf.needs == (
        VersionNeed(library="libc.so.6", version="GLIBC_2.38", weak=False, index=2),
        VersionNeed(library="libm.so.6", version="GLIBC_2.29", weak=True, index=3),
    )
    assert elf.defines == ("libme.so", "ME_1")
    assert list(elf.symbols.undefined()) == [(b"printf", 2), (b"plain", 1)]
    assert elf.symbols.defined() == {b"main"}
    assert elf.dynamic
    assert not elf.damaged


def test_symbols_without_a_hash_table_or_sections() -> None:
    # The reader has to take the distance of the tables then; the sample puts the strings last.
    elf = read(ElfSample(soname="a", defined=("one",), hash_table=False).build())
    assert elf.symbols.defined() == frozenset()


def test_symbols_are_counted_by_their_section() -> None:
    body = bytearray(ElfSample(soname="a", defined=("one",), hash_table=False).build())
    place = body.rindex(struct.pack("<q", 6)) + 8
    (address,) = struct.unpack_from("<Q", body, place)
    start = len(body)
    body += bytes(64)  # every section table starts with an empty one
    body += struct.pack("<IIQQQQIIQQ", 0, 11, 0, address, address, 48, 0, 0, 8, 24)
    struct.pack_into("<Q", body, 40, start)
    struct.pack_into("<HHH", body, 58, 64, 2, 0)
    assert read(bytes(body)).symbols.defined() == {b"one"}


class Looping(ElfSample):
    """Two lists of versions, each of 65535 entries that are all the same one."""

    def version_needs(self, indexes: dict[str, int]) -> bytes:
        at = self.name("GLIBC_2.17")
        rows = [self.pack("HHIII", 1, 65535, at, 16, following) for following in (32, 0)]
        return b"".join(row + self.pack("IHHII", 0, 0, 2, at, 0) for row in rows)


def test_endless_lists_of_versions_are_damage() -> None:
    assert read(Looping(soname="a", needs=(("x", "y", 0),)).build()).damaged


def test_rpath_counts_only_without_runpath() -> None:
    assert read(library("a", rpath="/a")).rpath == "/a"
    assert read(library("a", rpath="/a", runpath="/b")).rpath == ""


@pytest.mark.parametrize(
    ("machine", "wide", "little", "word"),
    [
        (AMD64, True, True, "amd64"),
        (AMD64, False, True, "x32"),
        (I386, False, True, "386"),
        (ARM64, True, True, "arm64"),
        (S390X, True, False, "s390x"),
        (247, True, True, "machine-247"),
    ],
)
def test_architectures(machine: int, wide: bool, little: bool, word: str) -> None:  # noqa: FBT001
    data = ElfSample(soname="a", machine=machine, wide=wide, little=little).build()
    assert read(data).architecture == word


def test_what_is_a_program() -> None:
    loader = "/lib/ld-musl-x86_64.so.1"
    assert read(program(loader)).is_program
    assert read(program(loader, flags_1=0)).is_program
    assert read(ElfSample(type=2).build()).is_program
    assert read(ElfSample(flags_1=PIE).build()).is_program
    assert not read(library("liba.so", interpreter=loader)).is_program
    assert not read(library("liba.so")).is_program


def test_a_static_program_has_nothing_to_load() -> None:
    elf = read(ElfSample(type=2).build())
    assert (elf.interpreter, elf.needed, elf.dynamic) == ("", (), False)


def test_folders_compiled_into_a_loader() -> None:
    extra = b"/usr/share/x/\0/usr/share/y/\0\0/lib/x86_64-linux-gnu/\0/lib/\0"
    elf = read(library("ld-linux-x86-64.so.2", extra=extra))
    assert elf.trusted == ("/lib/x86_64-linux-gnu/", "/lib/")
    assert read(library("libother.so", extra=extra)).trusted == ()
    assert read(library("ld-linux-x86-64.so.2")).trusted == ()


def test_object_files_have_a_header_only() -> None:
    data = ElfSample(type=1).build()
    assert is_relocatable(data)
    assert read(data).needed == ()
    assert is_relocatable(ElfSample(type=1, little=False).build())
    assert not is_relocatable(ElfSample(type=2).build())


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF\x03\x01", b"#!/bin/sh", bytes(100)])
def test_what_is_no_elf_file(data: bytes) -> None:
    assert parse(data) is None


def test_a_go_program_is_recognised_by_its_section() -> None:
    names = b"\0.text\0.go.buildinfo\0"
    body = bytearray(ElfSample(type=2).build())
    start = len(body)
    body += bytes(64) + struct.pack("<IIQQQQIIQQ", 1, 3, 0, 0, start + 128, len(names), 0, 0, 1, 0)
    body += names
    struct.pack_into("<Q", body, 40, start)
    struct.pack_into("<HHH", body, 58, 64, 2, 1)
    assert read(bytes(body)).go
    assert not read(ElfSample(type=2).build()).go


def test_tables_outside_of_the_file_are_damage_and_not_absence() -> None:
    data = bytearray(ElfSample(**SAMPLE).build())  # type: ignore[arg-type]
    cut = read(bytes(data[:-40]))
    assert cut.damaged or cut.needed == ("liba.so.1", "libc.so.6")
    data[64 + 56 + 8 : 64 + 56 + 16] = struct.pack("<Q", 1 << 60)
    moved = read(bytes(data))
    assert (moved.dynamic, moved.needed) == (False, ())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_hostile_bytes_never_crash(at: int, noise: bytes) -> None:
    data = bytearray(ElfSample(**SAMPLE).build())  # type: ignore[arg-type]
    data[at : at + len(noise)] = noise
    found = parse(bytes(data))
    if found is not None:
        list(found.symbols.undefined())
        found.symbols.defined()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_noise_behind_the_magic_never_crashes(noise: bytes) -> None:
    found = parse(b"\x7fELF\x02\x01" + noise)
    assert found is None or found.architecture
