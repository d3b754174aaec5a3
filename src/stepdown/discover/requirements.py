"""The requirements of a Python project: direct or locked, each with its place."""

import re
import tomllib
from collections.abc import Iterator

import msgspec

from stepdown.discover import wheels
from stepdown.discover.tree import Tree
from stepdown.model.facts import Clue
from stepdown.model.image import Value

_REQUIREMENT = re.compile(
    r"^\s*['\"]?([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:===?\s*([\w.!+-]+))?"
)
_QUOTED = re.compile(r"['\"]([A-Za-z0-9][\w.-]*)")
_PIPFILE = "Pipfile.lock"


class Requirement(Value, frozen=True, kw_only=True):
    """One requirement; `version` is empty where none is pinned."""

    name: str
    version: str
    file: str
    line: int


class _Pinned(msgspec.Struct, frozen=True):
    version: str = ""


class _Pipfile(msgspec.Struct, frozen=True):
    default: dict[str, _Pinned] = {}


def project(tree: Tree) -> dict[str, object]:
    """Return the table `project` of pyproject.toml, empty where there is none to read."""
    try:
        found = tomllib.loads(tree.read("pyproject.toml")).get("project", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def requirements(tree: Tree) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the requirements that name no files, and notes on what could not be read."""
    found, notes = [*_listed(tree), *_declared(tree)], []
    try:
        found += _locked(tree)
    except (msgspec.DecodeError, RecursionError) as error:
        notes.append(f"{_PIPFILE} cannot be read: {error}.")
    return tuple(found), tuple(notes)


def clues(
    tree: Tree, found: tuple[Requirement, ...], version: str
) -> tuple[tuple[Clue, ...], tuple[str, ...]]:
    """Return what stands in the way of musl, and the names of all locked packages.

    A lock file that lists wheels is asked first; tables of known names answer for the rest.
    `version` is the image's Python.
    """
    told, names = list[Clue](), dict[str, None]()
    for file in wheels.FILES:
        text = tree.read(file)
        told += wheels.clues(text, file, version)
        names.update(dict.fromkeys(release.name for release in wheels.releases(text)))
    for one in found:
        clue = wheels.known(one.name, one.version, one.file, one.line)
        if clue is not None and one.name not in names:
            told.append(clue)
            names[one.name] = None
    return tuple(told), tuple(names)


def normal(name: str) -> str:
    """Return the name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _listed(tree: Tree) -> Iterator[Requirement]:
    for file in (*tree.names("*requirements*.txt"), *tree.names("requirements/*.txt")):
        for number, line in enumerate(tree.read(file).splitlines(), start=1):
            if found := _REQUIREMENT.match(line):
                version = found[2] or ""
                yield Requirement(name=normal(found[1]), version=version, file=file, line=number)


def _declared(tree: Tree) -> Iterator[Requirement]:
    table = project(tree)
    text = str((table.get("dependencies", ""), table.get("optional-dependencies", "")))
    lines = tree.read("pyproject.toml").splitlines() if table else []
    for name in dict.fromkeys(_QUOTED.findall(text)):
        quoted = re.compile(rf"['\"]{re.escape(name)}\b")
        line = next((n for n, one in enumerate(lines, start=1) if quoted.search(one)), 1)
        yield Requirement(name=normal(name), version="", file="pyproject.toml", line=line)


def _locked(tree: Tree) -> Iterator[Requirement]:
    text = tree.read(_PIPFILE)
    for name, pinned in msgspec.json.decode(text or "{}", type=_Pipfile).default.items():
        at = text.find(f'"{name}":')
        yield Requirement(
            name=normal(name),
            version=pinned.version.removeprefix("=="),
            file=_PIPFILE,
            line=text.count("\n", 0, max(at, 0)) + 1,
        )
