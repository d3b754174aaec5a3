"""From an image's name to its file system."""

from stepdown.ports import Engine
from stepdown.rootfs import image as rootfs_image
from stepdown.rootfs.filesystem import RootFS


def read_rootfs(engine: Engine, image: str, *, symbols: bool = True) -> RootFS:
    """Read `image` in one pass, without starting it and without writing to disk.

    `symbols` are those of ELF files, which only a loader's closure needs. Raises TarError where
    the engine's stream is damaged or ends too early.
    """
    with engine.export(image) as chunks:
        return rootfs_image.read(chunks, symbols=symbols)
