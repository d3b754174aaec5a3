"""From an image's name to its file system."""

import msgspec

from stepdown.model.image import ImageConfig
from stepdown.ports import Engine, Shelf
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


def recalled_rootfs(
    engine: Engine, image: str, config: ImageConfig, shelf: Shelf | None
) -> tuple[RootFS, bool]:
    """Read `image` like `read_rootfs`, once for all images that hold the same files.

    Also tell whether it was read before. `config` is the image's own: an image that is built again
    has another id, and still the same layers. Beside these, an engine makes the working folder.
    """
    if shelf is None or not config.layers:
        return read_rootfs(engine, image), False
    key = "\n".join((*config.layers, config.workdir))
    if (kept := shelf.load(key)) is not None:
        try:
            return msgspec.msgpack.decode(kept, type=RootFS), True
        except msgspec.MsgspecError:
            pass  # damaged, so it is read again
    fs = read_rootfs(engine, image)
    shelf.save(key, msgspec.msgpack.encode(fs))
    return fs, False
