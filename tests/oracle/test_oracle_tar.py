"""The tar reader against Python's tarfile, over archives that GNU tar and tarfile write."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from stepdown.rootfs.tar import EntryType, TarStream

TYPES = {
    tarfile.REGTYPE: EntryType.FILE,
    tarfile.AREGTYPE: EntryType.FILE,
    tarfile.LNKTYPE: EntryType.HARD_LINK,
    tarfile.SYMTYPE: EntryType.SYMLINK,
    tarfile.DIRTYPE: EntryType.DIRECTORY,
    tarfile.FIFOTYPE: EntryType.FIFO,
}
Row = tuple[str, EntryType, int, int, int, int, str, bytes]


def path_of(name: str) -> str:
    return os.path.normpath("/" + name.removesuffix("/"))


def official(file: Path) -> list[Row]:
    rows = []
    with tarfile.open(file, errors="surrogateescape") as tar:
        for info in tar:
            kind = TYPES[info.type]
            hard = kind is EntryType.HARD_LINK
            link = path_of(info.linkname) if hard else info.linkname
            content = tar.extractfile(info) if kind is EntryType.FILE else None
            rows.append(
                (
                    path_of(info.name),
                    kind,
                    info.mode,
                    info.uid,
                    info.gid,
                    info.size if kind is EntryType.FILE else 0,
                    link if kind in (EntryType.SYMLINK, EntryType.HARD_LINK) else "",
                    content.read() if content else b"",
                )
            )
    return rows


def ours(file: Path) -> list[Row]:
    data = file.read_bytes()
    stream = TarStream(data[at : at + 32768] for at in range(0, len(data), 32768))
    return [
        (m.path, m.type, m.mode, m.uid, m.gid, m.size, m.link, bytes(stream.read(m.size)))
        for m in stream
    ]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Every kind of name, link and size that fits on a disk."""
    root = tmp_path / "tree"
    deep = root / "/".join(f"folder-{n:02}-{'x' * 20}" for n in range(10))
    deep.mkdir(parents=True)
    (deep / ("n" * 200)).write_bytes(b"deep")
    for size in (0, 1, 511, 512, 513, 40000):
        (root / f"size-{size}").write_bytes(os.urandom(size))
    (root / "käse ☕").write_text("utf-8")
    Path(os.fsdecode(os.fsencode(root) + b"/latin-\xe9")).write_text("no utf-8")
    (root / "sticky").mkdir(mode=0o1777)
    (root / "setuid").write_text("x")
    (root / "setuid").chmod(0o4755)
    (root / "short").symlink_to("size-1")
    (root / "long").symlink_to("t" * 250)
    (root / "hard").hardlink_to(root / "size-513")
    (deep / "hard").hardlink_to(root / "size-513")
    os.mkfifo(root / "pipe")
    (root / "..dots").write_text("x")
    return root


@pytest.mark.parametrize("form", ["gnu", "oldgnu", "pax", "posix"])
def test_archives_of_gnu_tar(tree: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "a.tar"
    subprocess.run(["tar", f"--format={form}", "-C", tree, "-cf", file, "."], check=True)
    assert ours(file) == official(file)
    assert len(ours(file)) > 25


@pytest.mark.parametrize("form", ["ustar", "v7"])
def test_older_archives_of_gnu_tar(tree: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "a.tar"
    for name in ("long", "pipe"):  # what these forms cannot hold
        (tree / name).unlink()
    deepest = "folder-05-*" if form == "ustar" else "folder-*"
    subprocess.run(
        ["tar", f"--format={form}", f"--exclude={deepest}", "-C", tree, "-cf", file, "."],
        check=True,
    )
    assert ours(file) == official(file)
    assert len(ours(file)) > 12


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_archives_of_tarfile(tree: Path, tmp_path: Path, form: int) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w", format=form, errors="surrogateescape") as tar:
        tar.add(tree, "tree")
        owned = tarfile.TarInfo("owned")
        owned.uid, owned.gid = 1 << 33, 65532
        tar.addfile(owned)
    assert ours(file) == official(file)


def test_a_part_of_this_machine(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    subprocess.run(["tar", "-C", "/", "-cf", file, "etc/alternatives", "usr/bin"], check=True)
    assert ours(file) == official(file)
    assert len(ours(file)) > 100
