"""Java archives, rpm's database, Go's and Rust's lists, toybox and large ELF files, from bytes."""

import io
import json
import sqlite3
import struct
import zipfile
import zlib

import pytest

from rootfs_samples import Content, ElfSample, archive, chunks, static
from stepdown.rootfs import auditable, gobuild, jars, rpm, toybox, zips
from stepdown.rootfs.elf import ElfFile
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.image import read
from stepdown.rootfs.limits import Limits

POM = "groupId={}\nartifactId={}\nversion={}\n"


def zipped(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return out.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, bytes | str]:
    path = f"META-INF/maven/{group}/{artifact}/pom.properties"
    return {path: POM.format(group, artifact, version)}


def found(path: str, data: bytes, left: int = 1 << 30) -> tuple[set[str], list[str]]:
    seen = list(jars.libraries(path, data, jars.Budget(left)))
    libraries = {f"{one.name} {one.version}" for one in seen if isinstance(one, jars.Library)}
    return libraries, [str(one) for one in seen if isinstance(one, zips.ZipError)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_those_of_the_standard_library(method: int) -> None:
    files: dict[str, bytes | str] = {"a.txt": "text", "folder/b": bytes(5000), "ü": b"", "c": "x"}
    data = zipped(files, method)
    ours = {m.name: bytes(zips.content(data, m, 1 << 20)) for m in zips.members(data)}
    with zipfile.ZipFile(io.BytesIO(data)) as reader:
        assert ours == {name: reader.read(name) for name in reader.namelist()}


def test_a_library_by_its_pom_its_manifest_and_its_name() -> None:
    assert found("/x/guava-33.0.jar", zipped(pom("com.google", "guava", "33.0")))[0] == {
        "com.google:guava 33.0"
    }
    manifest = (
        "Manifest-Version: 1.0\r\nImplementation-Title: asm\r\nImplementation-Version: 9.\r\n 7\r\n"
    )
    plain = zipped({"META-INF/MANIFEST.MF": manifest})
    assert found("/x/asm.jar", plain)[0] == {"asm 9.7"}
    assert found("/x/asm-9.8.jar", plain)[0] == {"asm 9.8"}
    assert found("/x/tools.jar", zipped({"a.class": b"x"})) == (set(), [])


def test_a_shaded_archive_holds_several_libraries() -> None:
    data = zipped({**pom("a", "one", "1"), **pom("b", "two", "2")})
    assert found("/x/all-3.jar", data)[0] == {"a:one 1", "b:two 2", "all 3"}
    assert found("/x/one-1.jar", data)[0] == {"a:one 1", "b:two 2"}


def nested(depth: int) -> bytes:
    data = zipped(pom("g", f"level{depth}", "1"))
    for level in range(depth - 1, -1, -1):
        name = f"BOOT-INF/lib/level{level + 1}-1.jar"
        data = zipped({**pom("g", f"level{level}", "1"), name: data}, zipfile.ZIP_STORED)
    return data


def test_archives_inside_of_archives_down_to_a_bound() -> None:
    libraries, faults = found("/app/level0-1.jar", nested(3))
    assert libraries == {f"g:level{n} 1" for n in range(4)}
    assert not faults
    libraries, faults = found("/app/level0-1.jar", nested(5))
    assert libraries == {f"g:level{n} 1" for n in range(4)}
    assert faults == ["archives inside of archives are read three deep"]


def test_what_an_archive_may_unfold_to_is_bounded() -> None:
    bomb = zipped({"lib/inner.jar": bytes(40 << 20), **pom("g", "a", "1")})
    assert len(bomb) < 1 << 20
    libraries, faults = found("/x/a-1.jar", bomb)
    assert libraries == {"g:a 1"}
    assert "more than 32 MB" in faults[0]
    assert "unfold" in found("/x/a-1.jar", zipped(pom("g", "a", "1")), left=10)[1][0]


@pytest.mark.parametrize("name", ["cut", "list", "count", "end", "method", "local", "deflate"])
def test_damaged_archives_are_faults_and_never_crash(name: str) -> None:
    good = bytearray(zipped(pom("g", "a", "1")))
    at, end = good.index(b"PK\1\2"), good.index(b"PK\5\6")
    match name:
        case "cut":
            good = good[:-40]
        case "list":
            good[at] = 0
        case "count":
            good[end + 10 : end + 12] = b"\xff\xff"
        case "end":
            good[end + 16 : end + 20] = b"\xf0\xff\xff\xff"
        case "method":
            good[at + 10] = 99
        case "local":
            good[0] = 0
        case _:
            good[60:90] = b"\xff" * 30
    libraries, faults = found("/x/thing.jar", bytes(good))
    assert libraries <= {"g:a 1"}  # what came before the damage
    assert faults


def test_a_jar_in_an_image_and_one_that_is_too_large() -> None:
    files: dict[str, Content] = {
        "app/a-1.jar": zipped(pom("g", "a", "1")),
        "app/text.jar": "no archive",
    }
    fs = read(chunks(archive(files)))
    assert [(p.kind, p.name, p.version, p.path) for p in fs.languages] == [
        ("maven", "g:a", "1", "/app/a-1.jar")
    ]
    assert fs.unread(Part.LANGUAGES) == ("/app/text.jar was read in part: it has no end mark.",)
    small = read(chunks(archive(files)), Limits(archive=10))
    assert small.languages == ()
    assert "/app/a-1.jar is larger than 0 MB and was not read." in small.unread(Part.LANGUAGES)


def header(**tags: object) -> bytes:
    """One rpm header: index entries, then the values."""
    store, entries = b"", []
    for tag, value in sorted((int(name[1:]), value) for name, value in tags.items()):
        match value:
            case str():
                kind, count, data = 6, 1, value.encode() + b"\0"
            case int():
                kind, count, data = 4, 1, struct.pack(">I", value)
            case [*numbers] if all(isinstance(n, int) for n in numbers):
                kind, count, data = 4, len(numbers), struct.pack(f">{len(numbers)}I", *numbers)
            case [*names]:
                data = b"".join(str(n).encode() + b"\0" for n in names)
                kind, count = 8, len(names)
            case _:
                raise TypeError(tag)
        store += bytes(-len(store) % 4)
        entries.append(struct.pack(">IIII", tag, kind, len(store), count))
        store += data
    return struct.pack(">II", len(entries), len(store)) + b"".join(entries) + store


def database(*headers: bytes, script: str = "") -> bytes:
    connection = sqlite3.connect(":memory:")
    if not script:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(h,) for h in headers])
    connection.executescript(script)
    connection.commit()
    return connection.serialize()


BASH = header(
    t1000="bash",
    t1001="5.1.8",
    t1002="9.el9",
    t1003=1,
    t1022="x86_64",
    t1044="bash-5.1.8-9.el9.src.rpm",
    t1116=[0, 1],
    t1117=["bash", "LICENSE"],
    t1118=["/usr/bin/", "/usr/share/doc/bash/"],
)
KEY = header(t1000="gpg-pubkey", t1001="1", t1002="2")


@pytest.mark.parametrize("log", [b"\1\1", b"\2\2"])
def test_rpm_packages_and_their_files(log: bytes) -> None:
    data = database(BASH, KEY, header(t1000="plain", t1001="1", t1002="2"))
    data = data[:18] + log + data[20:]  # as a database says that has a write-ahead log
    installed = rpm.database(data)
    assert installed is not None
    bash, plain = installed
    assert (bash.package.name, bash.package.version) == ("bash", "1:5.1.8-9.el9")
    assert (bash.package.source, bash.package.source_version) == ("bash", "1:5.1.8-9.el9")
    assert bash.files == ("/usr/bin/bash", "/usr/share/doc/bash/LICENSE")
    assert (plain.package.version, plain.package.architecture, plain.files) == ("1-2", "", ())


def test_an_image_with_rpm() -> None:
    files: dict[str, Content] = {
        "usr/bin/bash": static(),
        "usr/bin/own": static(),
        "var/lib/rpm/rpmdb.sqlite": database(BASH),
        "var/lib/rpm/rpmdb.sqlite-shm": "x",
    }
    fs = read(chunks(archive(files)))
    assert [p.name for p in fs.packages] == ["bash"]
    assert fs.owners == {"/usr/bin/bash": "bash"}
    assert (fs.unread_databases, fs.gaps) == ((), ())
    waiting = read(chunks(archive({**files, "var/lib/rpm/rpmdb.sqlite-wal": "x"})))
    assert len(waiting.unread(Part.PACKAGES)) == 1


ENDLESS = """
CREATE VIEW Packages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
SELECT zeroblob(x) AS blob FROM n;
"""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SQLite format 3\0" + bytes(100),
        database(BASH)[:4096],
        database(script=ENDLESS),
        database(b"\xff" * 30),
        database(struct.pack(">II", 1, 4) + struct.pack(">IIII", 1000, 6, 99, 1) + b"abcd"),
        database(struct.pack(">II", 1, 4) + struct.pack(">IIII", 1000, 8, 0, 1 << 30) + b"abcd"),
        database(script="CREATE TABLE Other (x)"),
        database(script="CREATE TABLE Packages (blob); INSERT INTO Packages VALUES (7)"),
    ],
)
def test_a_database_of_rpm_that_cannot_be_read_is_unknown(data: bytes) -> None:
    assert rpm.database(data) is None
    fs = read(chunks(archive({"var/lib/rpm/rpmdb.sqlite": data})))
    assert fs.packages == ()
    assert fs.unread_databases == (("/var/lib/rpm/rpmdb.sqlite",) if data else ())


def test_the_manifest_of_an_image_without_rpm() -> None:
    rows = (
        "filesystem\t1.1-20\t1700000000\t1\tVendor\t(none)\t0\tx86_64\t0\tfilesystem-1.1-20.src.rpm",
        "openssl-libs\t3.3.3-1\t1700000000\t1\tVendor\t2\t0\tx86_64\t2\topenssl-3.3.3-1.src.rpm",
        "short\tline",
    )
    fs = read(chunks(archive({"var/lib/rpmmanifest/container-manifest-2": "\n".join(rows)})))
    assert [(p.name, p.version, p.source) for p in fs.packages] == [
        ("filesystem", "1.1-20", "filesystem"),
        ("openssl-libs", "2:3.3.3-1", "openssl"),
    ]
    assert len(fs.unread(Part.OWNERS)) == 1


def with_section(name: str, content: bytes, body: bytes = b"") -> bytes:
    """An ELF file with one section of its own and the names' section."""
    body = body or ElfSample(type=2).build()
    names = b"\0" + name.encode() + b"\0.shstrtab\0"
    at = len(body)
    table = at + len(content) + len(names)
    rows = [
        (0, 0, 0, 0, 0, 0),
        (1, 1, 0, 0, at, len(content)),
        (1 + len(name) + 1, 3, 0, 0, at + len(content), len(names)),
    ]
    headers = b"".join(struct.pack("<IIQQQQ", *row) + bytes(24) for row in rows)
    data = bytearray(body + content + names + headers)
    data[40:48] = struct.pack("<Q", table)
    data[58:64] = struct.pack("<HHH", 64, 3, 2)
    return bytes(data)


def varied(text: bytes) -> bytes:
    """A text behind its length, as Go writes it."""
    length, head = len(text), b""
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + text


MODULES = (
    b"0123456789abcdef"
    b"path\tx/cmd\nmod\tx\t(devel)\t\ndep\tgithub.com/a/b\tv1.2.3\th1:x=\n"
    b"dep\tgithub.com/c/d\tv0.1.0\n=>\tgithub.com/fork/d\tv0.2.0\th1:y=\nbuild\t-trimpath=true\n"
    b"0123456789abcdef"
)
GO_HEAD = b"\xff Go buildinf:" + bytes([8, 2])
GO = GO_HEAD + bytes(16) + varied(b"go1.24.11 X:x") + varied(MODULES)


def test_modules_of_a_go_program() -> None:
    build = gobuild.read(ElfFile(with_section(".go.buildinfo", GO)))
    assert build is not None
    assert build.version == "go1.24.11"
    assert build.modules == (
        ("x", "(devel)"),
        ("github.com/a/b", "v1.2.3"),
        ("github.com/fork/d", "v0.2.0"),
    )


def test_go_before_1_18_points_to_its_strings() -> None:
    version = b"go1.16.5"

    def body(place: int) -> bytes:
        texts = place + 32
        head = struct.pack("<QQ", texts, len(version))
        head += struct.pack("<QQ", texts + len(version), len(MODULES))
        return ElfSample(type=2, extra=head + version + MODULES).build()

    place = body(0).index(version) - 32  # addresses are offsets in these samples
    pointers = b"\xff Go buildinf:" + bytes([8, 0]) + struct.pack("<QQ", place, place + 16)
    build = gobuild.read(ElfFile(with_section(".go.buildinfo", pointers, body(place))))
    assert build is not None
    assert (build.version, len(build.modules)) == ("go1.16.5", 3)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff Go buildinf:", GO[:40], GO_HEAD + bytes(16) + b"\xff" * 20, b"x" * 64]
    + [GO_HEAD + bytes(16) + varied(b"go1.24")[:-2] + b"\xff\xff\xff\x7f"]
    + [b"\xff Go buildinf:" + bytes([size, 0]) + b"\xff" * 16 for size in (3, 8)],
)
def test_build_information_that_cannot_be_read_is_a_gap(content: bytes) -> None:
    program = with_section(".go.buildinfo", content)
    assert gobuild.read(ElfFile(program)) is None
    fs = read(chunks(archive({"app": program})))
    assert fs.unread(Part.LANGUAGES) == ("/app has a list of its parts that could not be read.",)


CRATES = {
    "packages": [
        {"name": "app", "version": "0.1.0", "source": "local", "root": True},
        {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
        {"name": "serde", "version": "1.0.200", "source": "crates.io", "dependencies": [0]},
    ]
}


def test_crates_of_a_rust_program() -> None:
    packed = zlib.compress(json.dumps(CRATES).encode())
    program = with_section(".dep-v0", packed)
    assert auditable.read(ElfFile(program)) == (("app", "0.1.0"), ("serde", "1.0.200"))
    fs = read(chunks(archive({"app": program})))
    assert [(p.kind, p.name) for p in fs.languages] == [("cargo", "app"), ("cargo", "serde")]


@pytest.mark.parametrize(
    "content",
    [b"", b"x", zlib.compress(b"{}"), zlib.compress(b"[" * 99), zlib.compress(bytes(9 << 20))],
)
def test_crates_that_cannot_be_read_are_a_gap(content: bytes) -> None:
    program = with_section(".dep-v0", content)
    assert auditable.read(ElfFile(program)) is None
    assert len(read(chunks(archive({"app": program}))).unread(Part.LANGUAGES)) == 1


def toybox_like(names: list[bytes]) -> bytes:
    """A program with rows of four words in a segment that it can write to."""
    texts = b"Toybox %s multicall binary\0" + b"".join(name + b"\0" for name in names)

    def body(place: int) -> bytes:
        at, rows = place, b""
        for name in names:
            rows += struct.pack("<QQQQ", at + len(texts) - len(rest(name)), 1, 0, 4)
        return ElfSample(type=2, extra=texts + bytes(-len(texts) % 8) + rows).build()

    def rest(name: bytes) -> bytes:
        return texts[texts.index(b"\0" + name + b"\0") + 1 :]

    data = bytearray(body(body(0).index(b"Toybox %s")))
    data[64 + 4] = 6  # the loaded segment can be written to
    return bytes(data)


def test_toybox_by_its_table() -> None:
    names = sorted(b"%c%c" % (a, b) for a in b"cdefg" for b in b"hijklm")
    program = toybox_like(names)
    assert toybox.is_toybox(program)
    assert toybox.commands(ElfFile(program)) == tuple(n.decode() for n in names)
    fs = read(chunks(archive({"opt/box": program})))
    assert fs.applets == {"/opt/box": tuple(n.decode() for n in names)}
    few = toybox_like(names[:3])
    assert toybox.commands(ElfFile(few)) == ()


def test_of_a_large_program_the_tables_are_kept() -> None:
    middle = 40 << 20
    start = bytearray(ElfSample(type=2, needed=("libc.so.6",)).build())
    program = bytearray(bytes(start) + bytes(middle))
    marker = b"node.js/v24.19.0 "
    program[20 << 20 : (20 << 20) + len(marker)] = marker
    whole = with_section(".go.buildinfo", GO, bytes(program))
    fs = read(chunks(archive({"bin/node": whole}), 1 << 20))
    assert fs.elf["/bin/node"].needed == ("libc.so.6",)
    assert [r.version for r in fs.runtimes] == ["24.19.0"]
    assert [p.name for p in fs.languages] == ["x", "github.com/a/b", "github.com/fork/d"]
    assert fs.gaps == ()


@pytest.mark.parametrize("ending", [b"", b" "], ids=["at the end", "inside"])
@pytest.mark.parametrize("cut", range(18))
def test_a_version_that_arrives_in_two_parts(cut: int, ending: bytes) -> None:
    program = bytearray(ElfSample(type=2, needed=("libc.so.6",)).build())
    program += bytes(8192 - len(program)) + b"node.js/v24.19.123" + ending
    data = archive({"bin/node": bytes(program)})
    parts = (data[: 512 + 8192 + cut], data[512 + 8192 + cut :])
    fs = read(parts, Limits(whole_elf=4096))
    assert [r.version for r in fs.runtimes] == ["24.19.123"]


def test_a_table_of_a_large_program_that_was_not_kept_is_a_gap() -> None:
    start = bytearray(ElfSample(type=2, needed=("libc.so.6",)).build())
    size = 40 << 20
    program = bytearray(bytes(start) + bytes(size))
    struct.pack_into("<Q", program, 64 + 56 + 8, 30 << 20)  # the dynamic section
    fs = read(chunks(archive({"bin/app": bytes(program)}), 1 << 20))
    assert fs.elf["/bin/app"].damaged
    assert fs.unread(Part.TABLES) == ("/bin/app is an ELF file with damaged tables.",)
