"""Loading the recipes that come with stepdown, strictly, and checking what a schema cannot."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from stepdown.errors import RecipeError
from stepdown.flow import families
from stepdown.model.image import Value
from stepdown.model.recipe import (
    Applet,
    Breakage,
    Catalog,
    CommandClass,
    Family,
    PackageName,
    Programs,
    Remedy,
    RemedyKind,
    Rung,
    Toolset,
)
from stepdown.model.support import Support

Kind = TypeVar("Kind")
_COLUMNS = ("debian", "alpine", "how", "note")
_HOW = re.compile(r"(?:command|soname|library|pkg-config|python|perl)(?: \S+)+|table|hand")
# What an image must not get without somebody's consent.
_ASKED = frozenset((RemedyKind.COPY_PROGRAMS, RemedyKind.THREAD_STACK, RemedyKind.ADVICE))
_SHIMS = frozenset(("gcompat", "libc6-compat"))
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_SHIPPED = resources.files("stepdown") / "recipes"
# By the rules of abuild; Alpine writes some names as their authors do, such as R.
_APK_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9+._-]*")


class BreakageFile(Value, frozen=True, kw_only=True):
    """A file of recipes/breakages: tables `[[breakages]]`."""

    breakages: tuple[Breakage, ...]


class ClassFile(Value, frozen=True, kw_only=True):
    """recipes/classes.toml: tables `[[classes]]`."""

    classes: tuple[CommandClass, ...]


class SupportFile(Value, frozen=True, kw_only=True):
    """recipes/support.toml: tables `[[support]]`, and how they are known."""

    evidence: str
    support: tuple[Support, ...]


class ToolsetFile(Value, frozen=True, kw_only=True):
    """recipes/programs/images.toml: tables `[[toolsets]]`, one `[brings]` and one `[also]`."""

    toolsets: tuple[Toolset, ...]
    brings: dict[str, tuple[str, ...]]
    also: dict[str, tuple[str, ...]]


class AppletFile(Value, frozen=True, kw_only=True):
    """recipes/programs/busybox.toml: tables `[[applets]]`, and how they are known."""

    evidence: str
    applets: tuple[Applet, ...]


class WrapperFile(Value, frozen=True, kw_only=True):
    """recipes/programs/wrappers.toml: tables `[packages.KIND]`, and how they are known."""

    evidence: str
    packages: dict[str, dict[str, tuple[str, ...]]]


@cache
def load() -> Catalog:
    """Return the recipes of this installation. Raises RecipeError with the file at fault."""
    return read(_SHIPPED)


def read(folder: Traversable) -> Catalog:
    """Read the recipes under `folder`. Raises RecipeError with the file at fault."""
    bases = _bases(folder)
    catalog = Catalog(
        families=tuple(_family(file, bases) for file in _files(folder / "families", ".toml")),
        packages=tuple(p for f in _files(folder / "packages", ".tsv") for p in _packages(f)),
        breakages=tuple(
            breakage
            for file in _files(folder / "breakages", ".toml")
            for breakage in _decode(file, BreakageFile).breakages
        ),
        classes=_decode(folder / "classes.toml", ClassFile).classes,
        programs=_programs(folder / "programs"),
        releases=_decode(folder / "releases.toml", families.ReleaseFile).releases,
        support=_decode(folder / "support.toml", SupportFile).support,
    )
    return _sound(catalog, "The recipes contradict themselves.")


def with_own(*folders: Traversable) -> Catalog:
    """Return the recipes of this installation with the families of a user's folders, in turn.

    A folder holds files like those of recipes/families; see `families.merged`. Raises RecipeError
    with the path of the file at fault.
    """
    catalog, bases = load(), _bases(_SHIPPED)
    for folder in folders:
        catalog = _with(catalog, bases, folder)
    return catalog


def _with(known: Catalog, bases: dict[str, Rung], folder: Traversable) -> Catalog:
    if not folder.is_dir():
        raise RecipeError(f"There is no folder {folder}.", hint="Give the folder of your recipes.")
    files = _files(folder, ".toml")
    if not files:
        raise RecipeError(
            f"There is no recipe in {folder}.", hint="A recipe is a file FAMILY.toml; see --help."
        )
    own = tuple(_family(file, bases) for file in files)
    catalog = msgspec.structs.replace(known, families=families.merged(known.families, own))
    return _sound(catalog, f"The recipes in {folder} contradict themselves or the shipped ones.")


def _sound(catalog: Catalog, brief: str) -> Catalog:
    faults = tuple(check(catalog))
    if faults:
        raise RecipeError(brief, details="\n".join(faults), hint="Correct the recipes.")
    return catalog


def _bases(folder: Traversable) -> dict[str, Rung]:
    return _decode(folder / "bases.toml", families.BaseFile).bases


def _family(file: Traversable, bases: dict[str, Rung]) -> Family:
    read = _decode(file, families.FamilyFile)
    for name in families.unknown_bases(read, bases):
        known = ", ".join(bases)
        raise _fault(file, f"bases: there is no shared base {name} (known: {known})")
    return families.family(read, bases)


def check(catalog: Catalog) -> Iterator[str]:
    """Yield each fault as a sentence; none where the recipes are sound."""
    yield from _twice("family", (family.name for family in catalog.families))
    yield from _twice("image", (name for f in catalog.families for name in f.repositories))
    yield from _twice("package", (package.debian for package in catalog.packages))
    yield from _twice("breakage", (breakage.id for breakage in catalog.breakages))
    yield from _twice("class", (klass.key for klass in catalog.classes))
    yield from _twice("release", (f"{s.id} {s.version}" for s in catalog.support))
    for family in catalog.families:
        yield from families.faults(family)
    yield from _twice("release", (release.name for release in catalog.releases))
    for breakage in catalog.breakages:
        yield from _breakage(breakage)
        for name in set(breakage.follows) - {one.id for one in catalog.breakages}:
            yield f"breakage {breakage.id}: there is no {name} that it could follow from."
    for klass in catalog.classes:
        yield from _patterns(f"class {klass.key}", klass.patterns)
    yield from _package_names(catalog.packages)
    yield from _twice("applet", (applet.command for applet in catalog.programs.applets))
    rungs = {f"{family.name}/{rung.tier}" for family in catalog.families for rung in family.rungs}
    for toolset in catalog.programs.toolsets:
        for image in set(toolset.images) - rungs:
            yield f"toolset: no rung is called {image}."


def _package_names(packages: tuple[PackageName, ...]) -> Iterator[str]:
    names = [package.debian for package in packages]
    if names != sorted(names):
        yield "The packages are not in the order of their names."
    for package in packages:
        where = f"package {package.debian}"
        if not _HOW.fullmatch(package.how):
            yield f"{where}: {package.how} is no way to know a name."
        for name in package.alpine:
            if not _APK_NAME.fullmatch(name):
                yield f"{where}: {name} is no name of Alpine's."
        if not _NAME.fullmatch(package.debian):
            yield f"{where}: that is no name of Debian's."
        if len(set(package.alpine)) != len(package.alpine):
            yield f"{where}: it has a name twice."


def _breakage(breakage: Breakage) -> Iterator[str]:
    where = f"breakage {breakage.id}"
    yield from _patterns(where, (signature.pattern for signature in breakage.signatures))
    if not breakage.remedies:
        yield f"{where}: it has no remedy."
    if not breakage.signatures and not (breakage.detectors and breakage.evidence):
        yield f"{where}: it needs a signature, or detectors and the evidence that they give."
    if any(bool(sign.pattern) == bool(sign.commands) for sign in breakage.signatures):
        yield f"{where}: a signature is either a pattern or a list of commands."
    if (grounds := breakage.grounds) is not None:
        yield from _patterns(where, (*grounds.code, *grounds.shows))
        if not (grounds.code or grounds.named or grounds.calls or grounds.shows):
            yield f"{where}: its grounds have conditions and no sign."
    for remedy in breakage.remedies:
        yield from _remedy(where, remedy)


def _remedy(where: str, remedy: Remedy) -> Iterator[str]:
    adds = remedy.kind in (RemedyKind.ADD_PACKAGES, RemedyKind.BUILD_PACKAGES)
    copies = remedy.kind is RemedyKind.COPY_FILES and bool(remedy.paths)
    if (adds or copies) != bool(remedy.apt or remedy.apk):
        yield f"{where}: packages and the kind of the remedy do not agree."
    sets = remedy.kind is RemedyKind.SET_ENVIRONMENT
    if remedy.environment and not (sets or adds):
        yield f"{where}: the environment and the kind of the remedy do not agree."
    if (remedy.kind is RemedyKind.REPLACE_WORDS) != bool(remedy.renames):
        yield f"{where}: the words and the kind of the remedy do not agree."
    if remedy.evidence or remedy.lines:
        yield f"{where}: what a remedy means for one Dockerfile is not for a recipe to say."
    if remedy.safe and (remedy.kind in _ASKED or _SHIMS & {*remedy.apt, *remedy.apk}):
        yield f"{where}: {remedy.kind} is never applied unasked."


def _patterns(where: str, patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{where}: the pattern {pattern} does not compile: {error}."


def _twice(kind: str, names: Iterable[str]) -> Iterator[str]:
    counted = Counter(names)
    return (f"{kind} {name} is there {n} times." for name, n in counted.items() if n > 1)


def _files(folder: Traversable, suffix: str) -> list[Traversable]:
    files = [file for file in folder.iterdir() if file.name.endswith(suffix)]
    return sorted(files, key=lambda file: file.name)


def _decode(file: Traversable, kind: type[Kind]) -> Kind:
    try:
        return msgspec.toml.decode(file.read_bytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise _fault(file, str(error)) from error


def _programs(folder: Traversable) -> Programs:
    images = _decode(folder / "images.toml", ToolsetFile)
    applets = _decode(folder / "busybox.toml", AppletFile).applets
    return Programs(
        toolsets=images.toolsets,
        brings=images.brings,
        also=images.also,
        applets=applets,
        wrappers=_decode(folder / "wrappers.toml", WrapperFile).packages,
    )


def _packages(file: Traversable) -> Iterator[PackageName]:
    """Read lines of tab-separated columns; `#` begins a comment line."""
    lines = enumerate(file.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
    header, *rows = [(n, line) for n, line in lines if not line.startswith("#")] or [(1, "")]
    if tuple(header[1].split("\t")) != _COLUMNS:
        raise _fault(file, f"the columns are not {', '.join(_COLUMNS)}")
    for number, line in rows:
        debian, alpine, how, note, *rest = (*line.split("\t"), "", "", "")
        if any(rest) or not (debian and alpine and how):
            raise _fault(file, f"line {number} needs debian, alpine and how, and may have a note")
        names = () if alpine == "-" else tuple(alpine.split())
        yield PackageName(debian=debian, alpine=names, how=how, note=note)


def _fault(file: Traversable, what: str) -> RecipeError:
    return RecipeError(f"The recipe {file} is wrong: {what}.", hint="Correct the file.")
