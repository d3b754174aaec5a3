"""From an image's name to its file system, through an engine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fakes import FakeEngine
from rootfs_samples import archive, chunks
from stepdown.adapters.shelf import FolderShelf
from stepdown.measure import read_rootfs, recalled_rootfs
from stepdown.model.image import ImageConfig
from stepdown.rootfs.tar import TarError

DATA = archive({"bin/tool": b"x"})


class OneImage(FakeEngine):
    """An engine with one image that knows whether its export was closed again."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data
        self.open = self.exports = 0
        self.left = -1

    @contextmanager
    def export(self, image: str) -> Iterator[Iterator[bytes]]:
        self.open += 1
        self.exports += 1
        stream = iter(chunks(self.data))
        try:
            yield stream
        finally:
            self.open -= 1
            self.left = len(list(stream))


def test_an_export_is_read_to_its_end_and_closed() -> None:
    engine = OneImage(archive({"bin/tool": b"x"}) + bytes(20480))
    assert "/bin/tool" in read_rootfs(engine, "image").entries
    assert (engine.open, engine.left) == (0, 0)


def test_a_broken_export_is_an_error_and_closed() -> None:
    engine = OneImage(archive({"bin/tool": b"x"})[:600])
    with pytest.raises(TarError):
        read_rootfs(engine, "image")
    assert engine.open == 0


def config(*layers: str, workdir: str = "") -> ImageConfig:
    return ImageConfig(id="sha256:1", layers=layers, workdir=workdir)


def test_the_same_layers_are_read_once(tmp_path: Path) -> None:
    engine, shelf = OneImage(DATA), FolderShelf(tmp_path / "images")
    first, before = recalled_rootfs(engine, "first", config("a", "b"), shelf)
    again, after = recalled_rootfs(engine, "built-again", config("a", "b"), shelf)
    assert (again, before, after, engine.exports) == (first, False, True, 1)
    assert "/bin/tool" in again.entries


@pytest.mark.parametrize(
    "other", [config("a"), config("a", "b", "c"), config("a", "b", workdir="/app"), config()]
)
def test_other_files_are_read_by_themselves(other: ImageConfig, tmp_path: Path) -> None:
    engine, shelf = OneImage(DATA), FolderShelf(tmp_path / "images")
    recalled_rootfs(engine, "first", config("a", "b"), shelf)
    assert recalled_rootfs(engine, "other", other, shelf)[1] is False
    assert engine.exports == 2


def test_without_a_shelf_everything_is_read() -> None:
    engine = OneImage(DATA)
    for _ in range(2):
        assert recalled_rootfs(engine, "image", config("a"), None)[1] is False
    assert engine.exports == 2


def test_half_an_image_is_not_kept(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "images")
    with pytest.raises(TarError):
        recalled_rootfs(OneImage(DATA[:600]), "image", config("a"), shelf)
    assert recalled_rootfs(OneImage(DATA), "image", config("a"), shelf)[1] is False


def test_what_is_damaged_on_the_shelf_is_read_again(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "images")
    recalled_rootfs(OneImage(DATA), "image", config("a"), shelf)
    (file,) = (tmp_path / "images").iterdir()
    for damaged in (b"", b"\xc1", file.read_bytes()[:-3], b"\x80"):
        file.write_bytes(damaged)
        assert recalled_rootfs(OneImage(DATA), "image", config("a"), shelf)[1] is False
    assert recalled_rootfs(OneImage(DATA), "image", config("a"), shelf)[1] is True


def test_a_shelf_keeps_what_was_used_last(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "images", most=250)
    for number, key in enumerate("abc"):
        shelf.save(key, b"x" * 100)
        for file in (tmp_path / "images").iterdir():
            if file.stat().st_mtime > 1_000:
                os.utime(file, (number, number))
    assert [shelf.load(key) is None for key in "abc"] == [True, False, False]
    (tmp_path / "file").write_text("in the way")
    blocked = FolderShelf(tmp_path / "file")
    blocked.save("a", b"x")
    assert blocked.load("a") is None
