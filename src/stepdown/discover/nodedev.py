"""Packages of Node that are for development only: by the lock file, and who asks for them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from stepdown.discover import nodegraph, nodelocks, source
from stepdown.discover.tree import Tree
from stepdown.discover.walk import Listing, content
from stepdown.model.facts import Development, Import

_SUFFIXES = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
_VERSIONS = frozenset((2, 3))
_MOST_FILES, _LARGEST = 3_000, 500_000
_ASKED = re.compile(
    r"(?:\bfrom|\bimport|\brequire(?:\.resolve)?)\s*\(?\s*(?P<q>[\"'`])(?P<name>[@\w][^\"'`\n]*)(?P=q)"
)
# A transport of a logger, a plugin, a loader: it is named, and loaded by somebody else.
_QUOTED = re.compile(r"(?P<q>[\"'`])(?P<name>[@\w][\w@./-]*)(?P=q)")
_TYPES = re.compile(r"^\s*(?:import|export)\s+type\b")
# Read by tools alone; where a tool is for development, calling it already says so.
_SETTINGS = re.compile(
    r"(?:^|/)(?:\.[^/]*|[^/]*\.config\.\w+|(?:gulp|grunt)file\.\w+)$", re.IGNORECASE
)
_OTHERS = ("pnpm-lock.yaml", "yarn.lock")
# Code that may be the application's own, in folders into which nobody looks.
_UNSEEN = ("dist", "obj", "target", "third_party", "vendor", ".next", ".nuxt")


class _Package(msgspec.Struct, frozen=True):
    """What package-lock.json says of one package; `bin` are the programs that it brings."""

    dev: bool = False
    link: bool = False
    bin: dict[str, str] | str = {}


class _Lock(msgspec.Struct, frozen=True, rename="camel"):
    lockfile_version: int = 1
    packages: dict[str, _Package] = {}


class _Manifest(msgspec.Struct, frozen=True, rename="camel"):
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    workspaces: object = None


def development(tree: Tree, listed: Listing, dockerfile: str) -> Development | None:
    """Return what need not ship; None where the files name no package for development.

    `listed` are the files of the build context. The lock files of npm mark such packages, with the
    programs that they bring; from those of pnpm and yarn 1 it follows, without the programs.
    """
    for name in nodelocks.NPM:
        if text := tree.read(name):
            return _locked(name, text, tree, dockerfile, listed)
    other = next((name for name in _OTHERS if tree.has(name)), "")
    if not other or not _declared(tree):
        return None
    return _followed(other, tree, dockerfile, listed)


def _followed(file: str, tree: Tree, dockerfile: str, listed: Listing) -> Development | None:
    """Return what need not ship by what needs what."""
    manifest = _manifest(tree)
    if manifest.workspaces is not None:
        return Development(lock=file, unknown="package.json has workspaces")
    needed = {**manifest.dependencies, **manifest.optional_dependencies}
    text = tree.read(file)
    split = nodegraph.yarn(text, needed) if file == "yarn.lock" else nodegraph.pnpm(text)
    if split.unknown:
        return Development(lock=file, unknown=split.unknown)
    if not split.others:
        return None
    names = set(split.others)
    imports, unread = _imports(names, _declared(tree) & names, listed, dockerfile)
    return Development(
        lock=file,
        packages=tuple(sorted(names)),
        imports=imports,
        unknown=unread or _unseen(listed),
    )


def _declared(tree: Tree) -> frozenset[str]:
    """Return the packages for development that package.json names itself."""
    return frozenset(_manifest(tree).dev_dependencies)


def _manifest(tree: Tree) -> _Manifest:
    try:
        return msgspec.json.decode(tree.read("package.json"), type=_Manifest)
    except msgspec.DecodeError:
        return _Manifest()


def _unseen(listed: Listing) -> str:
    """Say which folder with code was not read, empty for none."""
    folders = dict.fromkeys(name.rpartition("/")[0] for name in listed.files)
    paths = (f"{folder}/{name}".lstrip("/") for folder in folders for name in _UNSEEN)
    found = next((path for path in paths if Path(listed.root, path).is_dir()), "")
    return f"the code in {found} was not read for it" if found else ""


def _locked(
    file: str, text: str, tree: Tree, dockerfile: str, listed: Listing
) -> Development | None:
    try:
        lock = msgspec.json.decode(text, type=_Lock)
    except (msgspec.DecodeError, RecursionError):
        return None
    if lock.lockfile_version not in _VERSIONS:
        why = f"{file} has version {lock.lockfile_version}; only 2 and 3 say it for each package"
        return Development(lock=file, unknown=why) if _declared(tree) else None
    aside = {place: one for place, one in lock.packages.items() if one.dev}
    ships = {place: one for place, one in lock.packages.items() if not one.dev}
    names = {_name(place) for place in aside} - {_name(place) for place in ships}
    if not aside:
        return None
    workspaces = [place for place, one in lock.packages.items() if one.link]
    imports, unread = _imports(names, _declared(tree) & names, listed, dockerfile)
    unknown = f"{workspaces[0]} is a link to a folder of its own" if workspaces else unread
    unknown = unknown or _unseen(listed)
    return Development(
        lock=file,
        packages=tuple(sorted(names)),
        programs=tuple(sorted(_programs(aside) - _programs(ships))),
        imports=imports,
        unknown=unknown,
    )


def _name(place: str) -> str:
    return place.rpartition("node_modules/")[2]


def _programs(packages: Mapping[str, _Package]) -> set[str]:
    found: set[str] = set()
    for place, one in packages.items():
        alone = isinstance(one.bin, str)
        found |= {_name(place).rpartition("/")[2]} if alone else set(one.bin)
    return found


def _imports(
    names: set[str], declared: frozenset[str], listed: Listing, dockerfile: str
) -> tuple[tuple[Import, ...], str]:
    """Return the first place for each package and kind of file, and why not all were read.

    Of `declared` every mention counts, of the others only an import: their names are also words.
    """
    found: dict[tuple[str, bool], Import] = {}
    files = [
        name for name in listed.files if name.endswith(_SUFFIXES) and not _SETTINGS.search(name)
    ]
    texts = {name: content(listed, name, _LARGEST) for name in files[:_MOST_FILES]}
    for file, text in texts.items():
        aside = not source.wanted(file, dockerfile)
        for line, name, imported in _asked(text or ""):
            if name in (names if imported else declared):
                one = Import(package=name, place=f"{file}:{line}", aside=aside)
                found.setdefault((name, aside), one)
    unread = len(files) - sum(text is not None for text in texts.values())
    why = f"{unread} source files were not read for it: too large, too many, or no text"
    return tuple(found.values()), why if unread else ""


def _asked(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the line, the package and whether it is imported; types are not there at run time."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _TYPES.match(line):
            continue
        for pattern in (_ASKED, _QUOTED):
            for match in pattern.finditer(line):
                parts = match["name"].split("/")
                package = "/".join(parts[: 2 if parts[0].startswith("@") else 1])
                yield number, package, pattern is _ASKED
