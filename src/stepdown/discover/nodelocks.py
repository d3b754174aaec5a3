"""Reading package-lock.json, pnpm-lock.yaml and yarn.lock.

The latter two are written by programs in one fixed layout, so that they are read line by line: a
key at its indentation says all that is needed here.
"""

import re
from collections.abc import Iterator

import msgspec

from stepdown.discover.locked import Locked
from stepdown.discover.tree import Tree

NPM = ("package-lock.json", "npm-shrinkwrap.json")
_WORD = re.compile(r"[\w@/.-]+")
_PNPM = re.compile(
    r"  (?P<q>['\"]?)/?(?P<name>(?:@[^@/'\"]+/)?[^@/'\"\s]+)[@/](?P<version>[^'\"(:]+)"
)
_YARN = re.compile(r"\"?(?P<name>(?:@[^@/\"]+/)?[^@/\"\s]+)@")
_YARN_OPTIONAL = re.compile(r'\s{4}"?((?:@[^@/"\s]+/)?[^@/"\s:]+)"?:? ')


class _Package(msgspec.Struct, frozen=True, rename="camel"):
    """One package of package-lock.json; `libc` is there where builds differ by C library."""

    version: str = ""
    dev: bool = False
    has_install_script: bool = False
    libc: list[str] = []
    optional_dependencies: dict[str, str] = {}


class _Lock(msgspec.Struct, frozen=True):
    packages: dict[str, _Package] = {}


def locked(tree: Tree) -> tuple[str, tuple[Locked, ...], str]:
    """Return the lock file's name, its packages, and why it could not be read (else empty)."""
    for name in NPM:
        if text := tree.read(name):
            try:
                return name, tuple(_npm(text)), ""
            except (msgspec.DecodeError, RecursionError) as error:
                return name, (), f"{name} cannot be read: {error}."
    if text := tree.read("pnpm-lock.yaml"):
        return "pnpm-lock.yaml", tuple(_pnpm(text)), ""
    return "yarn.lock", tuple(_yarn(tree.read("yarn.lock"))), ""


def _npm(text: str) -> Iterator[Locked]:
    """Leave out what is for development only."""
    at, line = 0, 1
    for place, package in msgspec.json.decode(text, type=_Lock).packages.items():
        name = place.rpartition("node_modules/")[2]
        if not name or package.dev:
            continue
        found = text.find(f'"{place}":', at)
        if found >= 0:
            line += text.count("\n", at, found)
            at = found
        yield Locked(
            name=name,
            line=line,
            version=package.version,
            libc=tuple(package.libc),
            optional=tuple(package.optional_dependencies),
            compiles=package.has_install_script,
        )


def _pnpm(text: str) -> Iterator[Locked]:
    """Read the sections `packages` and `snapshots`; the latter only names optional packages."""
    section, package, inner = "", None, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1].strip():
            section = line.partition(":")[0]
        if section not in ("packages", "snapshots"):
            continue
        if line.startswith("  ") and line[2:3].strip():
            found = _PNPM.match(line)
            if package is not None:
                yield package
            package, inner = _started(found, number), ""
        elif package is not None and line.startswith("    "):
            inner = line.strip() if line[4:5].strip() else inner
            package = _with(package, line, inner)
    if package is not None:
        yield package


def _started(found: re.Match[str] | None, line: int) -> Locked | None:
    if found is None:
        return None
    return Locked(name=found["name"], version=found.groupdict().get("version") or "", line=line)


def _with(package: Locked, line: str, inner: str) -> Locked:
    """Add what a line within a package's block of pnpm-lock.yaml says."""
    key, _, value = line.strip().partition(":")
    if line.rstrip() == "    requiresBuild: true":
        return msgspec.structs.replace(package, compiles=True)
    if inner.startswith("libc:") and line.startswith("    libc:"):
        return msgspec.structs.replace(package, libc=tuple(_WORD.findall(value)))
    if inner == "optionalDependencies:" and line.startswith("      "):
        return msgspec.structs.replace(package, optional=(*package.optional, key.strip("'\"")))
    return package


def _yarn(text: str) -> Iterator[Locked]:
    """Read both forms of yarn.lock: the first names every platform, the later ones conditions."""
    package, optional = None, False
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1].strip() and not line.startswith("#"):
            if package is not None:
                yield package
            package = _started(_YARN.match(line), number)
        elif package is not None:
            if line.startswith("  ") and line[2:3].strip():
                optional = line.strip() == "optionalDependencies:"
            package = _condition(package, line, optional=optional)
    if package is not None:
        yield package


def _condition(package: Locked, line: str, *, optional: bool) -> Locked:
    text = line.strip()
    if text.startswith("conditions:") and (libc := re.search(r"\blibc=(\w+)", text)):
        return msgspec.structs.replace(package, libc=(libc[1],))
    if version := re.match(r"version:? \"?([^\"]+)", text):
        return msgspec.structs.replace(package, version=version[1])
    found = _YARN_OPTIONAL.match(line) if optional else None
    if found is not None:
        return msgspec.structs.replace(package, optional=(*package.optional, found[1]))
    return package
