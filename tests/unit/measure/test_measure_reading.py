"""From an image's name to its file system, through an engine."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fakes import FakeEngine
from rootfs_samples import archive, chunks
from stepdown.measure import read_rootfs
from stepdown.rootfs.tar import TarError


class OneImage(FakeEngine):
    """An engine with one image that knows whether its export was closed again."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data
        self.open = 0
        self.left = -1

    @contextmanager
    def export(self, image: str) -> Iterator[Iterator[bytes]]:
        self.open += 1
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
