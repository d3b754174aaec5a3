"""The quick look: release, packages, user and size, without reading the whole image."""

from stepdown.measure import files, packages
from stepdown.measure.certainty import unknown
from stepdown.measure.surface import release_name, release_support
from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Catalog
from stepdown.model.surface import Measure, Surface
from stepdown.ports import Engine
from stepdown.rootfs import picked
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.names import shown

_ONLY = "This is a quick look: only the release, the package database and the user were read."


def quick_surface(
    engine: Engine, config: ImageConfig, catalog: Catalog, image: str, today: str = ""
) -> Surface:
    """Measure what a few files of `image` tell; the same numbers as those of the whole image."""
    fs = _read(engine, config, image)
    support = release_support(fs, catalog)
    ended = support.ended(today) if support and today else ""
    return Surface(
        image=image,
        image_id=config.id,
        os=release_name(fs),
        support=support.sentence if support else "",
        libc="",
        architecture=config.architecture,
        user=shown(config.user) or "root",
        measures=(_packages(fs), files.runs_as_root(fs, config), files.size_layers(config)),
        warnings=(_ONLY, *([ended] if ended else [])),
    )


def _read(engine: Engine, config: ImageConfig, image: str) -> RootFS:
    """Read as few files as will do: each question takes the engine some hundredths of a second."""
    found: dict[str, bytes] = {}
    with engine.picking(image) as pick:

        def first(*paths: str) -> bool:
            """Take the first of `paths` that is there."""
            for path in paths:
                files_there = pick(path)
                found.update((file.path, file.content) for file in files_there)
                if files_there:
                    return True
            return False

        first(*picked.RELEASES)
        usual, others = picked.databases(picked.read(found.items()).os_release.get("ID", ""))
        if not first(*usual):
            first(*others)
        user = config.user.partition(":")[0]
        if user and user != "root" and not user.isdecimal():
            first(picked.USERS)
    return picked.read(found.items())


def _packages(fs: RootFS) -> Measure:
    found = packages.os_packages(fs)
    if fs.packages or fs.unread_databases:
        return found
    reason = "No package database was found; only a look at the whole image tells what that means."
    return unknown(found.key, found.title, reason)
