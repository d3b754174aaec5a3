"""A base that no recipe knows, but that is made from one that they know."""

from collections.abc import Mapping

from msgspec.structs import replace

from stepdown.model.image import ImageRef
from stepdown.model.ladder import Place
from stepdown.model.recipe import Catalog, Family, Rung


def distribution(os_release: Mapping[str, str]) -> str:
    """Return the image of the distribution that /etc/os-release names, empty where none is known.

    Only the distribution itself counts, not one that is like it: its packages and its C library
    may be others.
    """
    version = os_release.get("VERSION_ID", "")
    match os_release.get("ID", ""):
        case "debian":
            release = os_release.get("VERSION_CODENAME", "") or version
            return f"debian:{release}" if release else ""
        case "ubuntu":
            return f"ubuntu:{version}" if version else ""
        case "alpine":
            return f"alpine:{'.'.join(version.split('.')[:2])}" if version else ""
        case _:
            return ""


def alike(catalog: Catalog, image: ImageRef, place: Place, how: str) -> Catalog:
    """Return the recipes with `image` on the ladder of the image at `place`, from which it is made.

    It stands above that image, which is then the first candidate. `how` says in a sentence how
    that is known.
    """
    filled = [_filled(rung, place) for rung in place.family.rungs]
    below = filled[place.family.rungs.index(place.rung) :]
    present = replace(
        filled[place.family.rungs.index(place.rung)],
        image=f"{image.name}:latest",
        tags=".*",
        version=place.version,
        release=place.release or place.rung.release,
        end_of_life="",
        ends=(),
        brings=(),
        expected_packages=None,
        expected_megabytes=None,
        expected_download=None,
        as_of="",
        withheld="",
        reason=how,
        evidence=how,
    )
    family = Family(
        name=place.family.name,
        language=place.family.language,
        repositories=(image.repository,),
        interpreters=place.family.interpreters,
        compiles=place.family.compiles,
        rungs=(present, *below),
    )
    return replace(catalog, families=(family, *catalog.families))


def _filled(rung: Rung, place: Place) -> Rung:
    """Write the release and the variant into the template: the unknown image's tag has neither."""
    name = rung.image
    if place.release:
        named = "{release}" in name
        name = name.replace("{release}", place.release)
        rung = replace(rung, release=place.release) if named else rung
    return replace(rung, image=name.replace("{variant}", place.variant or "{variant}"))
