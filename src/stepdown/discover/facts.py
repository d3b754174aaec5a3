"""What a checkout says about the application."""

import re
from pathlib import Path

import msgspec

from stepdown.discover import manifests, node, nodedev, python, scripts, source
from stepdown.discover.found import Found
from stepdown.discover.static import linked_statically
from stepdown.discover.tree import Tree
from stepdown.discover.uses import uses
from stepdown.discover.walk import Listing, listing
from stepdown.dockerfile.document import Dockerfile, read
from stepdown.dockerfile.stage import Stage
from stepdown.model.facts import Clue, Development, Facts, Target, Trait
from stepdown.model.image import ImageRef

_LOCKS = (
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock",
    "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "requirements.txt", "go.sum",
    "Cargo.lock", "Gemfile.lock", "composer.lock",
)  # fmt: skip
_LANGUAGES = {
    "golang": "go", "rust": "rust", "gcc": "c", "node": "node", "python": "python",
    "ruby": "ruby", "php": "php", "maven": "java", "gradle": "java", "eclipse-temurin": "java",
    "openjdk": "java", "java": "java", "bun": "node", "dotnet": "dotnet",
    "dotnet-runtime": "dotnet", "dotnet-deps": "dotnet",
}  # fmt: skip
_MARKS = {
    "go.mod": "go", "Cargo.toml": "rust", "package.json": "node", "pyproject.toml": "python",
    "requirements.txt": "python", "pom.xml": "java", "build.gradle": "java", "Gemfile": "ruby",
    "composer.json": "php",
}  # fmt: skip
_RENOVATE = (
    "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5",
    ".github/renovate.json", ".github/renovate.json5",
    ".gitlab/renovate.json", ".gitlab/renovate.json5",
)  # fmt: skip
_OF_DEPENDABOT = re.compile(
    r"^[ \t]*-?[ \t]*[\"']?package-ecosystem[\"']?:[ \t]*([\"']?)docker\1[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)


def facts(root: Path, target: Target) -> Facts:
    """Read the application's files; nothing is run.

    `root` is the build context, `target.context` below the top of the checkout that holds it (the
    files of update bots are looked for at the top).
    """
    tree = Tree(root)
    document = read(target.text)
    shipped = document.ships(target.stage)
    language = _language(tree, target, document, shipped)
    found = _found(tree, language, target)
    top = listing(_top(root, target))
    clues, unread = _clues(top, target, document, shipped)
    used, not_read = uses(top, target)
    health = document.effective(shipped, "HEALTHCHECK")
    check = "" if health is None else health.command.text
    return Facts(
        language=language,
        language_version=target.version or found.version,
        test=found.test,
        ports=document.ports(shipped),
        health="" if health is None or not health.args.text.upper().startswith("CMD") else check,
        static=linked_statically(document, shipped),
        lock_files=tuple(name for name in _LOCKS if tree.has(name)),
        native=found.native,
        update_bot=_update_bot(Tree(_top(root, target))),
        clues=(*_placed(found.clues, target), *_asked(clues, found)),
        uses=used,
        scripts=found.scripts,
        development=_development(tree, top, target) if language == "node" else None,
        notes=(*found.notes, *_make(tree), *_ignored(tree), *top.notes, *unread, *not_read),
    )


def _development(tree: Tree, top: Listing, target: Target) -> Development | None:
    return nodedev.development(tree, _context(top, target), target.text)


def _context(top: Listing, target: Target) -> Listing:
    """Return the files of the build context."""
    folder = _prefix(target)
    files = tuple(name for name in top.files if name.startswith(folder))
    return msgspec.structs.replace(top, files=files)


def _clues(
    top: Listing, target: Target, document: Dockerfile, shipped: Stage
) -> tuple[tuple[Clue, ...], tuple[str, ...]]:
    """Read the manifests, the sources and the entry scripts of the build context."""
    context = _context(top, target)
    listed, unread = manifests.clues(context)
    called, not_scanned = source.clues(context, target.text)
    started = scripts.clues(context, document, shipped)
    return (*listed, *called, *started), (*unread, *not_scanned)


def _asked(clues: tuple[Clue, ...], found: Found) -> tuple[Clue, ...]:
    """Leave out the time zones of a program whose dependencies carry them."""
    return tuple(one for one in clues if not (found.zones and one.trait is Trait.ZONE))


def _placed(clues: tuple[Clue, ...], target: Target) -> tuple[Clue, ...]:
    """Write the files relative to the repository instead of to the context."""
    folder = _prefix(target)
    return tuple(msgspec.structs.replace(one, file=f"{folder}{one.file}") for one in clues)


def _prefix(target: Target) -> str:
    return "" if target.context in ("", ".") else f"{target.context.strip('/')}/"


def _language(tree: Tree, target: Target, document: Dockerfile, shipped: Stage) -> str:
    """Return the language of the base, else of the stages that build, else of the files."""
    if target.family in _LANGUAGES:
        return _LANGUAGES[target.family]
    for use in shipped.uses:
        image = use.image if use.stage is None else document.external(document.stages[use.stage])
        language = _LANGUAGES.get(ImageRef.parse(image).repository.rpartition("/")[2])
        if language is not None:
            return language
    return next((language for name, language in _MARKS.items() if tree.has(name)), "")


def _found(tree: Tree, language: str, target: Target) -> Found:
    match language:
        case "node":
            return node.read(tree)
        case "python":
            return python.read(tree, target.text, target.version)
        case "go":
            return _go(tree)
        case _:
            return Found(notes=("No test command is known for this kind of project.",))


def _go(tree: Tree) -> Found:
    version = re.search(r"^go (\S+)", tree.read("go.mod"), re.MULTILINE)
    note = "`go test` needs the Go toolchain, which a shipped image does not have."
    return Found(version=version[1] if version else "", notes=(note,))


def _make(tree: Tree) -> tuple[str, ...]:
    for name in ("Makefile", "GNUmakefile", "makefile"):
        if re.search(r"^test\s*:(?!=)", tree.read(name), re.MULTILINE):
            return (f"{name} has a target `test`; it is made for a checkout, not for an image.",)
    return ()


def _ignored(tree: Tree) -> tuple[str, ...]:
    for line in tree.read(".dockerignore").splitlines():
        if line.strip().strip("/").removeprefix("**/") in ("test", "tests", "__tests__", "spec"):
            return (f"{line.strip()} is in .dockerignore, so the tests are not in the image.",)
    return ()


def _top(root: Path, target: Target) -> Path:
    depth = len([part for part in target.context.split("/") if part not in ("", ".")])
    return root.resolve().joinpath(*[".."] * depth)


def _update_bot(tree: Tree) -> str:
    for name in (".github/dependabot.yml", ".github/dependabot.yaml"):
        if _OF_DEPENDABOT.search(tree.read(name)):
            return "dependabot"
    return "renovate" if any(tree.has(name) for name in _RENOVATE) or _in_manifest(tree) else ""


def _in_manifest(tree: Tree) -> bool:
    """Tell whether Renovate's settings stand in package.json."""
    try:
        manifest = msgspec.json.decode(tree.read("package.json") or "{}")
    except msgspec.DecodeError:
        return False
    return isinstance(manifest, dict) and "renovate" in manifest
