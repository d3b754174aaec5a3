"""Families of base images: read from files, joined with the shared bases, merged, and checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from string import Formatter

from msgspec.structs import replace

from stepdown.model.image import ImageRef, PackageManager, Value
from stepdown.model.ladder import image_name
from stepdown.model.recipe import Family, Release, Rung

_FIELDS = {"version", "release", "variant"}
_SAMPLE = {"version": "1.2", "release": "trixie", "variant": "fpm"}


class FamilyFile(Value, frozen=True, kw_only=True):
    """A file of recipes/families, or a user's own.

    `bases` names shared bases of recipes/bases.toml on which its programs can stand as well; they
    follow the family's own rungs of the same tier. `ends` says when each language version gets its
    last fixes, for all rungs of the file that do not say it themselves.
    """

    name: str
    language: str
    repositories: tuple[str, ...]
    interpreters: tuple[str, ...] = ()
    compiles: bool = False
    bases: tuple[str, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    rungs: tuple[Rung, ...] = ()


class BaseFile(Value, frozen=True, kw_only=True):
    """recipes/bases.toml: tables `[bases.NAME]`."""

    bases: dict[str, Rung]


class ReleaseFile(Value, frozen=True, kw_only=True):
    """recipes/releases.toml: tables `[[releases]]`, and how they are known."""

    evidence: str
    releases: tuple[Release, ...]


def unknown_bases(file: FamilyFile, bases: Mapping[str, Rung]) -> tuple[str, ...]:
    """Return the names in `bases` that no shared base has."""
    return tuple(name for name in file.bases if name not in bases)


def family(file: FamilyFile, bases: Mapping[str, Rung]) -> Family:
    """Join a file with the shared bases it names, in the order of the ladder."""
    own = [_ending(rung, file.ends) for rung in file.rungs]
    shared = [_borrowed(bases[name], file.repositories) for name in file.bases]
    # Stable: within a tier the file's own rungs come first.
    rungs = sorted((*own, *shared), key=lambda rung: rung.tier.rank)
    return Family(
        name=file.name,
        language=file.language,
        repositories=file.repositories,
        interpreters=file.interpreters,
        compiles=file.compiles,
        rungs=tuple(own) if not shared else tuple(rungs),
    )


def merged(shipped: Iterable[Family], own: Iterable[Family]) -> tuple[Family, ...]:
    """Add a user's families: one of a known name extends that family, before its own rungs.

    All rungs of the user are marked as approved.
    """
    families = {one.name: one for one in shipped}
    for one in own:
        approved = tuple(replace(rung, approved=True) for rung in one.rungs)
        old = families.get(one.name)
        if old is None:
            families[one.name] = replace(one, rungs=approved)
            continue
        rungs = sorted((*approved, *old.rungs), key=lambda rung: rung.tier.rank)
        families[one.name] = replace(
            old,
            repositories=(*old.repositories, *one.repositories),
            interpreters=tuple(dict.fromkeys((*old.interpreters, *one.interpreters))),
            rungs=tuple(rungs),
        )
    return tuple(families.values())


def faults(one: Family) -> Iterator[str]:
    """Yield what is wrong with a family, as sentences; none where it is sound."""
    where = f"family {one.name}"
    ranks = [rung.tier.rank for rung in one.rungs]
    if not ranks or ranks != sorted(ranks):
        yield f"{where}: the rungs are not in the order of the ladder."
    for name in one.repositories:
        if not ImageRef.is_valid(name) or ImageRef.parse(name).tag:
            yield f"{where}: {name} is no name of a repository."
    for rung in one.rungs:
        for fault in _rung(rung):
            yield f"{where}: {rung.image}: {fault}"


def ended(families: Iterable[Family], day: str) -> Iterator[str]:
    """Yield a sentence for each image, or version of images, whose support is over on `day`."""
    shared: dict[str, None] = {}
    for one in families:
        over: dict[str, list[str]] = {}
        for rung in one.rungs:
            state = ", and is never proposed" if rung.withheld else ""
            if rung.end_of_life and rung.end_of_life < day:
                shared[f"{rung.image} got its last fixes on {rung.end_of_life}{state}."] = None
            versions = [f"{version} on {end}" for version, end in rung.ends if end < day]
            if versions:
                over.setdefault(", ".join(versions), []).append(rung.image)
        for spoken, images in over.items():
            yield f"{one.name} got its last fixes for {spoken}: {', '.join(images)}."
    yield from shared


def _ending(rung: Rung, ends: tuple[tuple[str, str], ...]) -> Rung:
    speaks = rung.ends or rung.end_of_life or "{version}" not in rung.image
    return rung if speaks else replace(rung, ends=ends)


def _borrowed(rung: Rung, repositories: tuple[str, ...]) -> Rung:
    """Return the rung; only the family that has its repository recognises it."""
    return rung if ImageRef.parse(rung.image).repository in repositories else replace(rung, tags="")


def _rung(rung: Rung) -> Iterator[str]:
    fields = {name for _, name, _, _ in Formatter().parse(rung.image) if name is not None}
    if not fields <= _FIELDS:
        yield "it has unknown fields."
        return
    if not _parses(rung):
        yield "that is no image reference."
    try:
        re.compile(rung.tags)
    except re.error as error:
        yield f"the pattern {rung.tags} does not compile: {error}."
    yield from _contents(rung)
    yield from _figures(rung)


def _parses(rung: Rung) -> bool:
    versions = rung.versions or (_SAMPLE["version"],)
    names = (image_name(rung, v, _SAMPLE["release"], _SAMPLE["variant"]) for v in versions)
    return all(name is not None and ImageRef.is_valid(name) for name in names)


def _contents(rung: Rung) -> Iterator[str]:
    for path in (rung.interpreter, rung.home, rung.workdir, *rung.path):
        if path and not path.startswith("/"):
            yield f"{path} is no absolute path."
    if rung.package_manager is not PackageManager.NONE and not rung.shell:
        yield "a package manager needs a shell."
    if not rung.reason or not rung.evidence:
        yield "it needs a reason and its evidence."


def _figures(rung: Rung) -> Iterator[str]:
    for day in (rung.end_of_life, *(end for _, end in rung.ends)):
        if day and not _is_day(day):
            yield f"{day} is no date like 2026-11-30."
    figures = (rung.expected_packages, rung.expected_megabytes, rung.expected_download)
    given = [figure for figure in figures if figure is not None]
    if given and not re.fullmatch(r"20\d\d(?:-\d\d(?:-\d\d)?)?", rung.as_of):
        yield "figures need the date on which they were seen, in as_of."
    if any(figure < 0 for figure in given):
        yield "a figure is negative."


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
