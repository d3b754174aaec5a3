"""What package.json and its lock file say."""

import re
from collections.abc import Mapping

import msgspec

from stepdown.discover import locked, nodelocks
from stepdown.discover.command import command
from stepdown.discover.found import Found
from stepdown.discover.tree import Tree
from stepdown.model.facts import Command

# `bun test` is Bun's own runner, never the script of that name.
_RUN = re.compile(r"(?:(?:npm|yarn|pnpm)(?: run(?:-script)?)?|bun run) (?P<script>[\w:.-]+)")
_RUNTIMES = ("node", "bun", "deno")
_DEPTH = 5  # scripts that only call other scripts

# Programs whose package has another name.
_PACKAGES = {"tsc": "typescript", "ng": "@angular/cli", "react-scripts": "react-scripts"}


class Package(msgspec.Struct, frozen=True, rename="camel"):
    """The parts of package.json that are read."""

    scripts: dict[str, str] = {}
    dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    engines: dict[str, str] = {}


def read(tree: Tree) -> Found:
    """Read the files of a Node application; nothing found where package.json is absent."""
    text = tree.read("package.json")
    if not text:
        return Found()
    try:
        package = msgspec.json.decode(text, type=Package)
    except msgspec.DecodeError as error:
        return Found(notes=(f"package.json cannot be read: {error}.",))
    test, notes = _test(package)
    file, packages, unread = nodelocks.locked(tree)
    native = {one.name for one in packages if one.compiles or one.libc}
    return Found(
        test=test,
        version=package.engines.get("node", ""),
        native=tuple(sorted(native)),
        clues=locked.clues(packages, file),
        scripts=tuple(sorted(package.scripts.items())),
        notes=(*notes, unread) if unread else notes,
    )


def _test(package: Package) -> tuple[Command | None, tuple[str, ...]]:
    name, text = _resolved(package.scripts)
    if not text:
        return None, ("package.json has no test script.",)
    if "no test specified" in text:
        return None, ("scripts.test in package.json is npm's placeholder, not a test.",)
    source = f"scripts.{name} in package.json"
    hooks = tuple(hook for hook in (f"pre{name}", f"post{name}") if hook in package.scripts)
    notes = tuple(f"npm would also run scripts.{hook}; it is left out." for hook in hooks)
    plain = command(text, source)
    word = plain.argv[0] if plain.argv else ""
    owner = _PACKAGES.get(word, word)
    if word in _RUNTIMES or (not word and _only_runtimes(text)):
        return plain, notes
    if owner in package.dependencies or owner in package.dev_dependencies:
        return command(f"node node_modules/.bin/{text}", source), (*notes, *_dev(owner, package))
    return command("npm test", source), ("`npm test` needs npm in the image; distroless has none.",)


def _resolved(scripts: Mapping[str, str]) -> tuple[str, str]:
    """Follow `npm run other` from scripts.test to the script that does the work."""
    name = "test"
    for _ in range(_DEPTH):
        match = _RUN.fullmatch(scripts.get(name, "").strip())
        if match is None or match["script"] not in scripts:
            break
        name = match["script"]
    return name, scripts.get(name, "").strip()


def _only_runtimes(text: str) -> bool:
    parts = re.split(r"&&|\|\||;", text)
    return all(re.match(rf"\s*(?:\w+=\S* )*(?:{'|'.join(_RUNTIMES)})\s", part) for part in parts)


def _dev(owner: str, package: Package) -> tuple[str, ...]:
    if owner in package.dependencies:
        return ()
    return (f"The tests need {owner}, a development dependency; the image must have it.",)
