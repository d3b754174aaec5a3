"""The tar reader: forms, damage, and what it never does."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootfs_samples import Hard, Link, Node, archive, chunks
from stepdown.rootfs.tar import BLOCK, EntryType, Member, TarError, TarStream

FORMS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def members(data: bytes, size: int = 1000) -> list[Member]:
    return list(TarStream(chunks(data, size)))


def header(name: bytes, **fields: bytes) -> bytearray:
    """A header block with fields replaced after tarfile made it; the checksum is made anew."""
    block = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)[:512])
    block[:100] = name.ljust(100, b"\0")
    places = {"mode": 100, "uid": 108, "size": 124, "type": 156, "link": 157, "magic": 257}
    for field, value in {"prefix": b"", **fields}.items():
        at = places.get(field, 345)
        block[at : at + len(value)] = value
    return seal(block)


def seal(block: bytearray) -> bytearray:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


END = bytes(1024)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 511, 512, 513, 1 << 20])
def test_every_form_in_chunks_of_any_size(form: int, size: int) -> None:
    long = "folder" * 10 + "/" + "x" * 90
    data = archive({"a": "text", long: "more", "l": Link("a"), "h": Hard("a")}, form)
    found = members(data, size)
    assert [m.path for m in found] == ["/a", "/" + long, "/l", "/h"]
    assert [m.type for m in found] == [
        EntryType.FILE,
        EntryType.FILE,
        EntryType.SYMLINK,
        EntryType.HARD_LINK,
    ]
    assert [m.size for m in found] == [4, 4, 0, 0]
    assert found[2].link == "a"
    assert found[3].link == "/a"


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_longer_than_a_header(form: int) -> None:
    name, target = "n" * 300, "t" * 300
    (found,) = members(archive({name: Link(target)}, form))
    assert (found.path, found.link) == ("/" + name, target)


def test_content_in_pieces_and_skipped() -> None:
    stream = TarStream(chunks(archive({"a": "0123456789", "b": "skipped", "c": "xyz"}), 7))
    seen: dict[str, tuple[bytes, ...]] = {}
    for member in stream:
        if member.path == "/a":
            assert stream.peek(3) == b"012"
            seen["a"] = (bytes(stream.read(4)), bytes(stream.read(99)), bytes(stream.read(1)))
        if member.path == "/c":
            seen["c"] = (bytes(stream.read(2)),)
    assert seen == {"a": (b"0123", b"456789", b""), "c": (b"xy",)}


def test_mode_owner_and_capability() -> None:
    capability = bytes.fromhex("0100000200200000000000000000000000000000")
    (found,) = members(archive({"ping": Node(b"x", 0o4755, 65532, capability)}))
    assert (found.mode, found.uid, found.capability) == (0o4755, 65532, capability)


def test_numbers_too_large_for_octal_digits() -> None:
    info = tarfile.TarInfo("big")
    info.uid, info.gid = 1 << 31, 1 << 40
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        (found,) = members(info.tobuf(form) + END)
        assert (found.uid, found.gid) == (1 << 31, 1 << 40)


def test_negative_base_256() -> None:
    (found,) = members(bytes(header(b"x", uid=b"\xff" * 8)) + END)
    assert found.uid == -1


def test_a_folder_as_v7_writes_it() -> None:
    block = header(b"d/", magic=bytes(8), type=b"\0")
    (found,) = members(bytes(block) + END)
    assert (found.path, found.type) == ("/d", EntryType.DIRECTORY)


def test_other_types() -> None:
    kinds = {b"3": "character_device", b"4": "block_device", b"6": "fifo", b"5": "directory"}
    for kind, expected in kinds.items():
        (found,) = members(bytes(header(b"x", type=kind)) + END)
        assert found.type == expected
    assert members(bytes(header(b"label", type=b"V")) + END) == []


def test_a_global_header_holds_for_all_that_follow() -> None:
    record = b"19 path=everywhere\n"
    block = header(b"g", type=b"g", size=b"%011o\0" % len(record))
    data = bytes(block) + record.ljust(512, b"\0") + bytes(header(b"a")) + END
    assert [m.path for m in members(data)] == ["/everywhere"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"./a", "/a"),
        (b"../../etc/passwd", "/etc/passwd"),
        (b"/a//b/./c/../d/", "/a/b/d"),
        (b"./", "/"),
        (b"a/..b/.c", "/a/..b/.c"),
        (b"caf\xe9", "/caf\udce9"),
    ],
)
def test_paths_are_absolute_and_stay_inside(name: bytes, path: str) -> None:
    (found,) = members(bytes(header(name)) + END)
    assert found.path == path


@pytest.mark.parametrize("cut", [0, 1, 512, 600, 1024, 1536])
def test_a_stream_that_ends_too_early(cut: int) -> None:
    data = archive({"a": "x" * 600, "b": "y"})
    with pytest.raises(TarError, match="could not be read") as caught:
        members(data[:cut])
    assert "ended before" in caught.value.details


def damaged_archives() -> dict[str, bytes]:
    good = header(b"a")
    wrong_sum = bytearray(good)
    wrong_sum[0] ^= 1

    def extended(kind: bytes, content: bytes) -> bytes:
        block = header(b"x", type=kind, size=b"%011o\0" % len(content))
        return bytes(block) + content.ljust(512, b"\0")

    return {
        "checksum": bytes(wrong_sum) + END,
        "digits": bytes(header(b"a", size=b"99999999999\0")) + END,
        "negative size": bytes(header(b"a", size=b"\xff" * 12)) + END,
        "record without an equals sign": extended(b"x", b"6 abc\n") + bytes(good) + END,
        "record of a wrong length": extended(b"x", b"99 a=b\n") + bytes(good) + END,
        "record without a length": extended(b"x", b"a=b\n") + bytes(good) + END,
        "number in a record": extended(b"x", b"9 uid=x1\n") + bytes(good) + END,
        "NUL in a name": extended(b"x", b"12 path=a\0b\n") + bytes(good) + END,
        "huge extension": bytes(header(b"x", type=b"x", size=b"77777777777\0")) + END,
        "nothing behind an extension": extended(b"L", b"name\0") + END,
        "no tar at all": b"\x1f\x8b" + b"z" * 2000,
    }


def test_of_sparse_files_name_and_size_are_read() -> None:
    # The old form: the map goes on in two further blocks, then come 600 bytes of content.
    block = header(b"disk", type=b"S", size=b"%011o\0" % 600)
    block[482:483], block[483:495] = b"\1", b"%011o\0" % (10 << 30 >> 4)
    maps = bytes(504) + b"\1" + bytes(7) + bytes(BLOCK)
    old = bytes(seal(block)) + maps + b"x" * 1024
    names = (b"22 GNU.sparse.major=1", b"28 GNU.sparse.name=the/file")
    records = b"\n".join((*names, b"33 GNU.sparse.realsize=107374182\n"))
    pax = bytes(header(b"x", type=b"x", size=b"%011o\0" % len(records))) + records.ljust(512, b"\0")
    pax += bytes(header(b"GNUSparseFile.0/file", size=b"00000000010\0")) + b"1\n0\n5\nab".ljust(512)
    stream = TarStream(chunks(old + pax + bytes(header(b"behind")) + END))
    found = [(m.path, m.size, m.sparse, bytes(stream.read(10))) for m in stream]
    assert found == [
        ("/disk", 10 << 30 >> 4, True, b""),
        ("/the/file", 107374182, True, b""),
        ("/behind", 0, False, b""),
    ]


@pytest.mark.parametrize("name", damaged_archives())
def test_damage_is_refused(name: str) -> None:
    with pytest.raises(TarError) as caught:
        members(damaged_archives()[name])
    assert caught.value.details
    assert "ended before" not in caught.value.details


def test_an_empty_record_deletes_nothing_but_itself() -> None:
    block = header(b"x", type=b"x", size=b"%011o\0" % 7)
    data = bytes(block) + b"7 uid=\n".ljust(512, b"\0") + bytes(header(b"a", uid=b"0000007\0"))
    (found,) = members(data + END)
    assert found.uid == 7


@given(st.binary(max_size=2048))
def test_noise_is_an_archive_or_an_error(noise: bytes) -> None:
    try:
        found = members(noise)
    except TarError:
        return
    assert noise[:512] == bytes(512)
    assert found == []


@given(st.integers(0, 511), st.integers(0, 255))
def test_one_changed_byte_in_a_header_is_noticed(at: int, value: int) -> None:
    data = bytearray(archive({"a": "x"}, tarfile.USTAR_FORMAT))
    before = members(bytes(data))
    same = data[at] == value
    data[at] = value
    if same or 148 <= at < 156:
        return
    with pytest.raises(TarError):
        members(bytes(data))
    assert io.BytesIO(data).getbuffer()[at] == value
    assert len(before) == 1
