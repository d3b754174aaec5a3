"""Scanning the application's sources for what a smaller image may lack, within bounds."""

from collections import Counter
from collections.abc import Iterator

from stepdown.discover import patterns, pysource
from stepdown.discover.walk import Listing, content
from stepdown.model.facts import Clue, Trait

_MOST_FILES, _MOST_BYTES, _LARGEST = 3_000, 16_000_000, 500_000
_EACH = 3  # clues of one kind and subject
_ALL = 100  # clues of one kind
# What is not shipped, or does not run in the image, unless the Dockerfile names the folder.
_ASIDE = frozenset(
    (
        "__mocks__", "__tests__", "benchmark", "benchmarks", "build", "ci", "cypress", "dev",
        "docs", "e2e", "examples", "fixtures", "hack", "out", "scripts", "spec", "test",
        "testdata", "tests", "tools",
    )
)  # fmt: skip
_DEVELOPMENT = (
    ".config.js", ".config.cjs", ".config.mjs", ".config.ts", ".spec.js", ".spec.ts", ".test.js",
    ".test.mjs", ".test.ts", ".test.tsx", "_test.go", "_test.py", ".d.ts", ".min.js",
)  # fmt: skip
_DEVELOPMENT_NAMES = frozenset(
    ("conftest.py", "fabfile.py", "gruntfile.js", "gulpfile.js", "gulpfile.mjs", "noxfile.py",
     "setup.py", "tasks.py")
)  # fmt: skip


# Settings of tools that build, test and check.
_OF_TOOLS = frozenset(
    (".flake8", "bunfig.toml", "cargo.toml", "netlify.toml", "pyproject.toml", "pytest.ini",
     "ruff.toml", "setup.cfg", "stepdown.toml", "tox.ini")
)  # fmt: skip


def clues(listed: Listing, dockerfile: str) -> tuple[tuple[Clue, ...], tuple[str, ...]]:
    """Return what the sources call, at most a few of a kind, and notes of what was not read.

    `dockerfile` is the Dockerfile's text: folders that it names count as shipped.
    """
    kept, found, notes = Counter[object](), list[Clue](), list[str]()
    budget, unread = _MOST_BYTES, 0
    names = [name for name in listed.files if wanted(name, dockerfile)]
    for name in names[:_MOST_FILES]:
        text = content(listed, name, min(_LARGEST, budget)) if budget > 0 else None
        if text is None:
            unread += 1
            continue
        budget -= len(text)
        for clue in _read(text, name):
            key = (clue.trait, clue.subject)
            if kept[key] < _EACH and kept[clue.trait] < _ALL:
                kept.update((key, clue.trait))
                found.append(clue)
    unread += max(len(names) - _MOST_FILES, 0)
    if unread:
        notes.append(f"{unread} source files were not scanned: too large, too many, or no text.")
    return tuple(_with_zones(found, names, listed)), tuple(notes)


def wanted(name: str, dockerfile: str) -> bool:
    """Tell whether a file is source code or settings that the image is likely to run."""
    *folders, last = name.lower().split("/")
    if not name.endswith((*patterns.SUFFIXES, *patterns.SETTINGS, ".py")):
        return False
    if last in _OF_TOOLS or any(folder.startswith(".") for folder in folders):
        return False
    if last.endswith(_DEVELOPMENT) or last in _DEVELOPMENT_NAMES or last.startswith("test_"):
        return False
    return all(one not in _ASIDE or f"{one}/" in dockerfile for one in folders)


def _read(text: str, name: str) -> Iterator[Clue]:
    if not name.endswith(".py"):
        yield from patterns.clues(text, name)
        return
    yield from pysource.modules(text, name)
    if pysource.calls(text):
        yield from pysource.clues(text, name)


def _with_zones(found: list[Clue], names: list[str], listed: Listing) -> Iterator[Clue]:
    """Leave time zones out where a Go program carries its own (`import _ "time/tzdata"`)."""
    zones = [one for one in found if one.trait is Trait.ZONE and one.language == "go"]
    own = False
    if zones:
        texts = (content(listed, n, _LARGEST) or "" for n in names if n.endswith(".go"))
        own = any('"time/tzdata"' in text for text in texts)
    yield from (one for one in found if not (own and one in zones))
