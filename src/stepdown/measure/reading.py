"""From an image's name to its file system."""

from stepdown.ports import Engine
from stepdown.rootfs import image as rootfs_image
from stepdown.rootfs.filesystem import RootFS


def read_rootfs(engine: Engine, image: str, *, symbols: bool = True, whole: bool = True) -> RootFS:
    """Read `image` in one pass, without starting it and without writing to disk.

    `symbols` are those of ELF files, which only a loader's closure needs. Where the engine's stream
    is damaged or ends too early, raises TarError or EngineError; where the image need not be
    `whole`, the rest is a gap instead.
    """
    read = rootfs_image.read if whole else rootfs_image.read_part
    with engine.export(image) as chunks:
        return read(chunks, symbols=symbols)
