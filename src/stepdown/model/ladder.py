"""Where an image stands on the ladder of its family, and what the next rungs are called."""

import re
from collections.abc import Iterable

from stepdown.model.image import ImageRef, Value
from stepdown.model.recipe import Family, Release, Rung

_FIELD = re.compile(r"\{(\w+)\}")
# Releases in the order of their C library: https://www.debian.org/releases
_DEBIAN = {"stretch": 9, "buster": 10, "bullseye": 11, "bookworm": 12, "trixie": 13, "forky": 14}


class Place(Value, frozen=True, kw_only=True):
    """An image that the recipes know.

    `version` is the language version, `release` the distribution's release and `variant` what else
    the image's name chooses (such as `fpm`); each is empty where the name and the recipe are
    silent.
    """

    family: Family
    rung: Rung
    version: str = ""
    release: str = ""
    variant: str = ""


def locate(image: ImageRef, families: Iterable[Family]) -> Place | None:
    """Find the rung to which `image` belongs; None where no recipe knows it."""
    for family in families:
        if image.repository not in family.repositories:
            continue
        for rung in family.rungs:
            words = _words(image, rung)
            if words is not None:
                return _place(family, rung, words)
    return None


def _place(family: Family, rung: Rung, words: dict[str, str]) -> Place:
    return Place(
        family=family,
        rung=rung,
        version=words.get("version", "") or rung.version,
        release=words.get("release", ""),
        variant=words.get("variant", ""),
    )


def forms(image: ImageRef, families: Iterable[Family]) -> tuple[str, ...]:
    """Return how the recipes write images of this name: node:VERSION-RELEASE-slim.

    Empty where they know no such name.
    """
    rungs = [r for one in families if knows_repository(image, [one]) for r in one.rungs]
    same = [rung.image for rung in rungs if rung.image.startswith(f"{image.repository}:")]
    found = same or [rung.image for rung in rungs]
    return tuple(dict.fromkeys(_FIELD.sub(lambda word: word[1].upper(), one) for one in found))


def knows_repository(image: ImageRef, families: Iterable[Family]) -> bool:
    """Tell whether some family has images of this name, whatever the tag."""
    return any(image.repository in family.repositories for family in families)


def image_name(rung: Rung, version: str, release: str, variant: str = "") -> str | None:
    """Fill the rung's template; None where the current tag does not say what it needs.

    A rung that exists for certain `versions` only takes the one that `version` refines: 24.19.0
    becomes 24. `-{release}` and `-{variant}` fall away where there is none, so that the tag floats
    as before.
    """
    offered = offered_version(rung, version)
    if offered is None:
        return None
    text = rung.image.replace("{version}", offered)
    for field, value in (("{release}", release), ("{variant}", variant)):
        text = text.replace(f"-{field}", f"-{value}" if value else "")
        if field in text and not value:
            return None
        text = text.replace(field, value)
    return text


def offered_version(rung: Rung, version: str) -> str | None:
    """Return the version for which the rung has an image, empty where it needs none."""
    if rung.versions:
        return next((v for v in rung.versions if f"{version}.".startswith(f"{v}.")), None)
    return version if version or "{version}" not in rung.image else None


def end_of_life(rung: Rung, version: str) -> str:
    """Return the last day on which the rung's image for `version` gets fixes, empty if unknown."""
    of_version = (end for one, end in rung.ends if f"{version}.".startswith(f"{one}."))
    return next(of_version, rung.end_of_life)


def last_fix(rung: Rung, place: Place, releases: Iterable[Release]) -> str:
    """Return the last day on which the rung's image for this place gets fixes, empty if unknown.

    That is the runtime's end or that of the distribution's release, whichever is first.
    """
    kept = place.release if "{release}" in rung.image else ""
    release = find_release(kept or rung.release, releases) if kept or rung.release else None
    ends = (end_of_life(rung, place.version), release.end_of_life if release else "")
    return min(filter(None, ends), default="")


def fits(rung: Rung, image: str) -> bool:
    """Tell whether `image`, made from the rung's template, is one of the rung's own tags.

    Two rungs share a template where the default release changed with a version.
    """
    return not rung.tags or _words(ImageRef.parse(image), rung) is not None


def find_release(word: str, releases: Iterable[Release]) -> Release | None:
    """Find the release that a tag's word means: bookworm, bookworm-20241202, 12.8, 24.04."""
    first = word.partition("-")[0]
    for release in releases:
        if first == release.name or any(
            f"{first}.".startswith(f"{number}.") for number in release.numbers
        ):
            return release
    return None


def glibc(word: str, releases: Iterable[Release]) -> tuple[int, ...] | None:
    """Return the version of a release's glibc as numbers, None where there is none or unknown."""
    release = find_release(word, releases) if word else None
    if release is None or not release.glibc:
        return None
    return tuple(int(part) for part in release.glibc.split("."))


def debian_number(release: str) -> int | None:
    """Return the number of a Debian release: 12 for bookworm, 12.8 or bookworm-20241202."""
    word = re.split(r"[-.]", release, maxsplit=1)[0]
    return int(word) if word.isdecimal() and int(word) in _DEBIAN.values() else _DEBIAN.get(word)


def debian_codename(release: str) -> str:
    """Return the codename of a Debian release, other words unchanged."""
    number = debian_number(release)
    return next((name for name, n in _DEBIAN.items() if n == number), release)


def _words(image: ImageRef, rung: Rung) -> dict[str, str] | None:
    """Return the named parts of the image's name and tag, None where the rung is another one."""
    pattern = re.escape(ImageRef.parse(rung.image).repository)
    pattern = pattern.replace(re.escape("{version}"), r"(?P<version>[\d.]+)")
    name = re.fullmatch(pattern, image.repository)
    tag = re.fullmatch(rung.tags, image.tag or "latest")
    if name is None or tag is None:
        return None
    found = {**name.groupdict(), **tag.groupdict()}
    return {key: value for key, value in found.items() if value}
