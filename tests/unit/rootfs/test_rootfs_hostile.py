"""Hostile images: bounded time and memory, a gap that says so, never a crash, nothing on disk."""

import random
import struct
import sys
import tarfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from rootfs_samples import Content, Hard, Link, archive, chunks, library, root, static
from stepdown.errors import EngineError
from stepdown.measure import surface
from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Catalog, CommandClass
from stepdown.model.surface import Known, Surface
from stepdown.rootfs import apk, dpkg, elf, image, rpm
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.limits import Limits
from stepdown.rootfs.tar import TarError

MEGABYTE = 1 << 20
SECONDS = 20  # of processor time, on a slow and busy machine; the work itself takes a few
SHELLS = CommandClass(key="shells", title="Shells", names=("sh",))
CATALOG = Catalog(families=(), packages=(), breakages=(), classes=(SHELLS,))


# A hook for audit events cannot be taken away again, so there is one for all tests.
WRITTEN: list[str] = []
WATCHED: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if WATCHED and event == "open" and set(str(arguments[1])) & set("wax+"):
        WRITTEN.append(str(arguments[0]))


sys.addaudithook(watch)


@pytest.fixture(autouse=True)
def _bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test here takes long, and none opens a file for writing."""
    monkeypatch.chdir(tmp_path)
    WRITTEN.clear()
    WATCHED.append("files")
    started = time.process_time()
    yield
    WATCHED.clear()
    assert time.process_time() - started < SECONDS
    assert not WRITTEN
    assert not list(tmp_path.iterdir())


def card(fs: RootFS) -> Surface:
    return surface(fs, ImageConfig(id="sha256:1", size=5), CATALOG, "hostile")


def partial(fs: RootFS, key: str) -> str:
    (found,) = (m for m in card(fs).measures if m.key == key)
    assert found.known in (Known.PARTIAL, Known.UNKNOWN), found
    return found.reason


def header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


END = bytes(1024)


def test_names_that_lead_out_of_the_image() -> None:
    names = ("../../etc/passwd", "/../../x", "a/../../../bin/sh", "..", "./..//..", "//etc//y")
    data = b"".join(header(name) for name in names) + END
    fs = image.read(chunks(data))
    assert set(fs.entries) == {"/", "/etc", "/etc/passwd", "/x", "/bin", "/bin/sh", "/etc/y"}


def test_links_in_circles_and_forty_deep() -> None:
    files: dict[str, Content] = {f"bin/l{n}": Link(f"l{n + 1}") for n in range(60)}
    files |= {"bin/l60": b"x", "a": Link("b"), "b": Link("a"), "c": Link("c/c"), "d": Link("/d")}
    files |= {"up": Link("../" * 5000 + "bin/l60")}
    fs = root(files)
    assert fs.resolve("/a") is None
    assert fs.resolve("/c/x") is None
    assert fs.resolve("/bin/l0") is None
    assert fs.resolve("/bin/l21") == "/bin/l60"
    names = {m.key: m.items for m in card(fs).measures}["commands"]
    assert len(names) == 41  # the file, and the 40 links that the kernel follows


def test_hard_links_in_circles() -> None:
    names = ("a", "b", "c", "d")
    fs = root({name: Hard(other) for name, other in zip(names, "bcbd", strict=True)})
    assert set(fs.entries) == {"/"}
    assert fs.notes == ("/a is a hard link to a file that is not in the image, and so are 3 more.",)
    assert "hard link" in partial(fs, "setuid_setgid")


def test_ten_gigabytes_of_nothing() -> None:
    zeros = bytes(MEGABYTE)

    def stream() -> Iterator[bytes]:
        yield header("disk", 10 << 30)
        for _ in range(10 << 10):
            yield zeros
        yield END

    fs = image.read(stream())
    assert fs.entries["/disk"].size == 10 << 30


def test_a_sparse_file_is_counted_and_its_content_is_a_gap() -> None:
    block = bytearray(header("disk", 0, b"S"))
    block[483:495] = b"%011o\0" % (1 << 32)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    fs = image.read(chunks(bytes(block) + END))
    assert fs.entries["/disk"].size == 1 << 32
    assert "sparse" in partial(fs, "unowned_binaries")


def test_more_files_than_are_kept() -> None:
    data = b"".join(header(f"f/{n}") for n in range(6_000)) + END
    fs = image.read(chunks(data, MEGABYTE), Limits(entries=2_000))
    assert len(fs.entries) <= 2_001
    for key in ("commands", "shells", "setuid_setgid", "size_visible", "unowned_binaries"):
        assert "files were left out" in partial(fs, key)


def test_a_file_takes_little_memory() -> None:
    """So that a million of them take a third of a gigabyte."""
    data = b"".join(header(f"some/folder/file-{n:07}") for n in range(5_000)) + END
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        fs = image.read(chunks(data, MEGABYTE))
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert used / len(fs.entries) < 400


def test_names_longer_than_any_name() -> None:
    deep = "d/" * 200_000 + "x"
    long = "n" * 100_000
    data = archive({deep: "x", long: "y", "link": Link("t" * 5_000), "kept": "z"})
    fs = image.read(chunks(data))
    assert set(fs.entries) == {"/", "/kept"}
    assert "3 files were left out" in partial(fs, "size_visible")


STATUS = "Package: dash\nStatus: install ok installed\nVersion: 1\n\n"
DISTRIBUTION: dict[str, Content] = {
    **{f"bin/{n}": static() for n in range(50)},
    "etc/os-release": "ID=debian\nVERSION_ID=12\n",
    "usr/lib/node_modules/x/package.json": '{"name": "x", "version": "1"}',
    "var/lib/dpkg/info/dash.list": "/bin/1\n",
    "var/lib/dpkg/status": STATUS,
}


@pytest.mark.parametrize("keep", [0, 0.01, 0.3, 0.7, 0.99])
def test_a_stream_that_breaks_off_gives_no_number_that_depends_on_the_rest(keep: float) -> None:
    data = archive(DISTRIBUTION).rstrip(b"\0")
    part = data[: int(len(data) * keep)]
    with pytest.raises(TarError) as caught:
        image.read(chunks(part))
    assert caught.value.hint
    cut, whole = card(image.read_part(chunks(part))), card(root(DISTRIBUTION))
    assert cut.known is Known.PARTIAL
    assert cut.warnings[0].startswith("Only a part of the image was read")
    assert "ended before the archive did" in cut.warnings[0]
    there = {m.key: m for m in whole.measures}
    for one in cut.measures:
        assert one.known is not Known.MEASURED or one.key in ("size_layers", "runs_as_root")
        assert one.value != 0 or one.key == "runs_as_root"
        full = there[one.key].value
        assert one.value is None or full is None or one.value <= full, one
        assert set(one.items) <= set(there[one.key].items) or one.value is None
    assert not any("cannot start" in warning for warning in cut.warnings)


def test_a_stream_that_breaks_off_between_two_files() -> None:
    data = b"".join(header(f"bin/{n}") for n in range(3))
    assert set(image.read_part(chunks(data)).entries) == {"/", "/bin", "/bin/0", "/bin/1", "/bin/2"}
    assert image.read_part(chunks(data + END)).whole


def test_what_the_engine_says_of_a_broken_stream_is_told() -> None:
    def stream() -> Iterator[bytes]:
        yield header("bin/0")
        raise EngineError("The engine broke off.", details="no space")

    fs = image.read_part(stream())
    assert not fs.whole
    assert fs.notes == (
        "Only a part of the image was read, 2 files and folders: The engine broke off. no space",
    )
    assert fs.unread(Part.SETTINGS) == fs.notes


def test_absurd_package_databases() -> None:
    many = b"".join(b"Package: p%d\nStatus: install ok installed\n\n" % n for n in range(20_000))
    long = b"Package: " + b"x" * (8 * MEGABYTE) + b"\n"
    fields = b"".join(b"Field%d: x\n" % n for n in range(200_000))
    assert len(dpkg.packages(many)) == 20_000
    assert len(dpkg.packages(long)) == 1
    assert dpkg.packages(fields + b"\n" * (MEGABYTE // 4)) == ()
    assert apk.packages(b"P:" * MEGABYTE) != ()
    assert apk.packages(b"F:x\n" * (MEGABYTE // 4)) == ()
    assert list(dpkg.diverted(b"\n" * MEGABYTE))


def test_a_database_larger_than_any() -> None:
    status = "Package: dash\nStatus: install ok installed\nVersion: 1\n\n"
    fs = image.read(chunks(archive({"var/lib/dpkg/status": status * 100})), Limits(database=1_000))
    assert fs.packages == ()
    assert "was not read" in partial(fs, "os_packages") or fs.unread(Part.PACKAGES)
    few = image.read(
        chunks(
            archive({"var/lib/dpkg/status": status, "var/lib/dpkg/info/dash.list": "/a\n" * 5_000})
        ),
        Limits(claims=100),
    )
    assert "more files" in " ".join(few.unread(Part.OWNERS))


def test_names_that_are_no_utf_8() -> None:
    name = b"caf\xe9 \xff\x1b[31m".decode("utf-8", "surrogateescape")
    status = b"Package: \xff\xfe\nStatus: install ok installed\nVersion: \xe9\n".decode(
        "utf-8", "surrogateescape"
    )
    data = archive({f"bin/{name}": b"x"})
    assert card(image.read(chunks(data))).measures[0].items == ("caf\\xe9 \\xff\\x1b[31m",)
    (package,) = dpkg.packages(status.encode("utf-8", "surrogateescape"))
    assert package.name == "\udcff\udcfe"


def test_entries_that_come_twice() -> None:
    fs = root({"bin/su": static(), "bin/other": Hard("bin/su"), "./bin/su": "text"})
    assert not fs.entries["/bin/su"].mode & 0o111
    assert "comes twice" in partial(fs, "setuid_setgid")
    again = root({"bin/a": static(), "./bin/a": "text", "bin/b": b"x"})
    assert (again.elf, again.gaps) == ({}, ())


@pytest.mark.parametrize("name", ["needed", "versions", "sections"])
def test_elf_tables_that_claim_more_than_the_file(name: str) -> None:
    data = bytearray(library("liba.so", needed=("libc.so.6",), needs=(("libc.so.6", "V_1", 0),)))
    if name == "needed":  # a million entries that all name the same long text
        text = len(data)
        count = 200_000
        table = struct.pack("<qQ", 1, 1) * count
        strings = b"\0" + b"n" * 60_000 + b"\0"
        rest = struct.pack("<qQqQqQ", 5, text, 10, len(strings), 0, 0)
        struct.pack_into("<Q", data, 64 + 32, 1 << 30)
        struct.pack_into("<Q", data, 64 + 40, 1 << 30)
        struct.pack_into("<QQQQQ", data, 64 + 56 + 8, *(text + len(strings),) * 3, *(1 << 24,) * 2)
        data += strings + table + rest
    elif name == "versions":
        at = data.index(struct.pack("<HH", 1, 1))
        struct.pack_into("<H", data, at + 2, 0xFFFF)
    else:
        struct.pack_into("<Q", data, 40, 64)
        struct.pack_into("<HHH", data, 58, 1, 0xFFFF, 0xFFFE)
    facts = elf.parse(bytes(data))
    assert facts is not None


def test_a_box_of_nonsense() -> None:
    content = b"BusyBox v1.36.1" + b"a\0ls\0" * MEGABYTE
    fs = image.read(chunks(archive({"bin/box": static(extra=content)}), MEGABYTE))
    assert fs.applets == {"/bin/box": ()}
    assert "could not be read" in partial(fs, "commands")


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """Change, cut, double or overwrite some bytes."""
    data = bytearray(seed)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(data) or 1)
        match dice.randrange(5):
            case 0:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                data[at : at + 4] = dice.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            case 2:
                del data[at : at + dice.randrange(64)]
            case 3:
                data[at:at] = data[at : at + dice.randrange(128)]
            case _:
                data[at : at + 8] = struct.pack("<Q", dice.choice((len(data), at, 1 << 40)))
    return bytes(data)


def resealed(data: bytes) -> bytes:
    """Make the checksums of all blocks right, so that the reader goes on to what lies behind."""
    blocks = bytearray(data)
    for at in range(0, len(blocks) - 511, 512):
        if blocks[at + 257 : at + 262] == b"ustar":
            blocks[at + 148 : at + 156] = b" " * 8
            blocks[at + 148 : at + 156] = b"%06o\0 " % sum(blocks[at : at + 512])
    return bytes(blocks)


SAMPLE: dict[str, Content] = {
    "usr/bin/a": static(needed=("libc.so.6",), extra=b"BusyBox v1.3 \0ash\0cat\0ls\0sh\0\0"),
    "lib/liba.so": library("liba.so", needs=(("libc.so.6", "GLIBC_2.2", 0),), defines=("liba.so",)),
    "bin/sh": Link("../usr/bin/a"),
    "bin/h": Hard("usr/bin/a"),
    "var/lib/dpkg/status": "Package: a\nStatus: install ok installed\nVersion: 1\n\n" * 3,
    "var/lib/dpkg/info/a.list": "/usr/bin/a\n",
    "lib/apk/db/installed": "P:m\nV:1\nF:lib\nR:liba.so\n\nP:n\nV:2\n",
    "x" * 150: "long name",
    "etc/passwd": "root:x:0:0::/:\n",
    "a/node_modules/x/package.json": '{"name":"x","version":"1"}',
}
ELF_SEEDS = (static(needed=("a",)), SAMPLE["lib/liba.so"], SAMPLE["usr/bin/a"])
TEXT_SEEDS = (
    b"Package: a\nStatus: install ok installed\nSource: b (1)\nVersion: 1\n x\n\nPackage: c\n",
    b"P:musl\nV:1\nF:lib\nR:x\n\nP:.v\n\n",
)


class TestFuzz:
    """Damaged input of all kinds, for a second and a half each, from a fixed seed."""

    BUDGET = 1.5

    def rounds(self, seed: int) -> Iterator[random.Random]:
        end = time.monotonic() + self.BUDGET
        dice = random.Random(seed)
        count = 0
        while time.monotonic() < end or count < 50:
            count += 1
            yield dice

    def test_tar(self) -> None:
        seed = archive(SAMPLE)
        whole = 0
        for dice in self.rounds(1):
            data = resealed(mutated(seed, dice))
            try:
                card(image.read(chunks(data, dice.choice((100, 512, 32_768)))))
            except TarError:
                continue
            whole += 1
        assert whole

    def test_elf(self) -> None:
        for dice in self.rounds(2):
            seed = dice.choice(ELF_SEEDS)
            assert isinstance(seed, bytes)
            data = mutated(seed, dice)
            facts = elf.parse(data)
            if facts is not None:
                list(facts.symbols.undefined())
                facts.symbols.defined()
            card(root({"bin/x": data}))

    def test_databases(self) -> None:
        for dice in self.rounds(3):
            data = mutated(dice.choice(TEXT_SEEDS), dice)
            dpkg.packages(data)
            apk.packages(data)
            list(dpkg.claims("a.list", data))
            list(apk.claims(data))
            rpm.manifest(data)
            assert rpm.database(data) is None
