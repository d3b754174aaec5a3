"""Which packages ship and which are for development, where the lock file is pnpm's or yarn's.

Their lock files do not mark packages, but say what needs what: what is reached from package.json's
own dependencies ships, and all else is there for development alone. Both are written in one fixed
layout, and read line by line.
"""

import re
from collections.abc import Iterable, Mapping

from stepdown.model.image import Value

_NEEDED = ("dependencies", "optionalDependencies")
_BLOCK = 4
"""The depth of what a block of pnpm-lock.yaml holds."""
_KEY = re.compile(r"['\"]?(?P<key>[^'\"]+?)['\"]?:(?: (?P<value>.*))?$")
_YARN_NEEDS = re.compile(r"    \"?(?P<name>[^\"\s]+)\"? \"?(?P<range>[^\"]+)\"?$")
_FLAT = re.compile(r"/(?P<name>(?:@[^/]+/)?[^/@]+)[@/]")


class Split(Value, frozen=True, kw_only=True):
    """The names of packages that ship, and of the others; `unknown` says why it cannot be told."""

    ships: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    unknown: str = ""


def pnpm(text: str) -> Split:
    """Read pnpm-lock.yaml: up to version 6 it marks packages, version 9 has the graph."""
    version = re.search(r"^lockfileVersion: '?(\d+)", text, re.MULTILINE)
    sections = _sections(text)
    if len(sections.get("importers", {})) > 1:
        return Split(unknown="pnpm-lock.yaml is of several packages in one repository")
    match version and int(version[1]):
        case 5 | 6:
            return _marked(sections.get("packages", {}))
        case 9:
            return _reached(sections)
        case _:
            return Split(unknown="this version of pnpm-lock.yaml is not known")


def yarn(text: str, needed: Mapping[str, str]) -> Split:
    """Read the yarn.lock of yarn 1; `needed` are the packages that ship, with their ranges."""
    if "yarn lockfile v1" not in text:
        return Split(unknown="yarn.lock is not yarn 1's, the only one whose pruning is known")
    graph: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n{2,}", text):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines or lines[0][0].isspace():
            continue
        needs = _yarn_needs(lines[1:])
        for pattern in lines[0].rstrip(":").split(","):
            graph[pattern.strip().strip('"')] = needs
    return _split(graph, [f"{name}@{wanted}" for name, wanted in needed.items()], "yarn.lock")


def _yarn_needs(lines: Iterable[str]) -> tuple[str, ...]:
    inside, found = False, []
    for line in lines:
        if line[2:3].strip():
            inside = line.strip().rstrip(":") in _NEEDED
        elif inside and (match := _YARN_NEEDS.match(line)):
            found.append(f"{match['name']}@{match['range']}")
    return tuple(found)


def _sections(text: str) -> dict[str, dict[str, list[str]]]:
    """Return the blocks of each section, by key: the lines below it."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    block: list[str] = []
    for line in text.splitlines():
        if line[:1].strip():
            section = sections.setdefault(line.partition(":")[0], {})
        elif line[2:3].strip() and (match := _KEY.match(line.strip())):
            block = section.setdefault(match["key"], [])
        elif line.strip():
            block.append(line)
    return sections


def _marked(packages: Mapping[str, list[str]]) -> Split:
    ships, others = set[str](), set[str]()
    for key, lines in packages.items():
        match = _FLAT.match(key)
        if match is None and "    dev: true" in lines:
            return Split(unknown=f"{key} in pnpm-lock.yaml has no name that is known")
        if match is not None:
            (others if "    dev: true" in lines else ships).add(match["name"])
    return Split(ships=frozenset(ships), others=frozenset(others - ships))


def _reached(sections: Mapping[str, Mapping[str, list[str]]]) -> Split:
    graph = {key: tuple(_needs(lines)) for key, lines in sections.get("snapshots", {}).items()}
    own = sections.get("importers", {}).get(".", [])
    return _split(graph, _importer(own), "pnpm-lock.yaml")


def _needs(lines: Iterable[str]) -> list[str]:
    """Return the keys of what a block of snapshots needs."""
    inside, found = False, []
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if depth == _BLOCK:
            inside = line.strip().rstrip(":") in _NEEDED
        elif inside and depth == _BLOCK + 2 and (match := _KEY.match(line.strip())):
            found.append(_key(match["key"], match["value"] or ""))
    return found


def _importer(lines: Iterable[str]) -> list[str]:
    """Return the keys of what ships, from the block of a package of one's own."""
    inside, name, found = False, "", []
    for line in lines:
        depth, text = len(line) - len(line.lstrip()), line.strip()
        if depth == _BLOCK:
            inside = text.rstrip(":") in _NEEDED
        elif depth == _BLOCK + 2:
            name = text.rstrip(":").strip("'\"")
        elif inside and text.startswith("version: "):
            found.append(_key(name, text.removeprefix("version: ")))
    return found


def _key(name: str, version: str) -> str:
    """Return the key of a version: another name's (an alias) is a key by itself."""
    plain = version.strip("'\"")
    alias = re.match(r"@?[^@(/:]+(?:/[^@(:]+)?@", plain)
    return plain if alias else f"{name}@{plain}"


def _split(graph: Mapping[str, tuple[str, ...]], roots: Iterable[str], lock: str) -> Split:
    """Follow the graph from its roots."""
    todo, seen = list(roots), set[str]()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        if key not in graph:
            return Split(unknown=f"{lock} does not say what {key} is")
        seen.add(key)
        todo += graph[key]
    ships = frozenset(map(_name, seen))
    return Split(ships=ships, others=frozenset(map(_name, graph)) - ships)


def _name(key: str) -> str:
    at = key.find("@", 1)
    return key if at < 0 else key[:at]
