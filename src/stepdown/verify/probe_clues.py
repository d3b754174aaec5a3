"""Which places in the repository speak of code that is in the image. Pure.

A repository holds more than the image: tests, tools, other services. Code that is read as it is
must be among the image's files, by its name; compiled code is taken as there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import ImageConfig
from stepdown.rootfs.filesystem import RootFS

_COMPILED = frozenset(("c", "go", "java", "rust"))
_TYPED = (".ts", ".cts", ".mts", ".tsx", ".jsx")
_SCRIPTED = (".js", ".cjs", ".mjs")
_TESTS = re.compile(r"(?:^|[/_.-])tests?(?:[/_.-]|$)")
_FOREIGN = re.compile(r"/(?:node_modules|site-packages|dist-packages)/")
_LANGUAGES = {"npm": "node", "pypi": "python"}
_MENTIONS = frozenset((Trait.CALL, Trait.PATH, Trait.PROGRAM, Trait.SHELL))


def shipped(
    clues: Iterable[Clue], language: str, fs: RootFS, config: ImageConfig
) -> tuple[Clue, ...]:
    """Return the clues of code that is in the image `fs`; `language` is the application's."""
    names = {path.rpartition("/")[2] for path in fs.entries if _own(path, fs)}
    here = [clue for clue in clues if not _TESTS.search(clue.file.lower())]
    scripts = {clue.file for clue in here if clue.file.endswith((*_SCRIPTED, *_TYPED))}
    # Where none of them is found under its own name, they were put together into one file.
    bundled = not any(_found(file, names) for file in scripts)
    kept = [c for c in here if _there(c, language, names, bundled=bundled)]
    return tuple(c for c in kept if c.language != "shell" or _called(c.file, kept, config))


def wrapped(fs: RootFS, wrappers: Mapping[str, Mapping[str, tuple[str, ...]]]) -> tuple[Clue, ...]:
    """Return the calls of those packages in the image that are there to call a program."""
    return tuple(
        Clue(
            trait=Trait.CALL,
            subject=line,
            file=package.path.lstrip("/"),
            line=1,
            detail=f"the package {package.name}",
            language=_LANGUAGES.get(package.kind, ""),
        )
        for package in fs.languages
        for line in wrappers.get(package.kind, {}).get(package.name.lower(), ())
    )


def _own(path: str, fs: RootFS) -> bool:
    return path not in fs.owners and not _FOREIGN.search(path)


def _there(clue: Clue, language: str, names: set[str], *, bundled: bool) -> bool:
    if clue.language in _COMPILED:
        return language in ("", clue.language)
    if bundled and clue.file.endswith((*_SCRIPTED, *_TYPED)):
        return language in ("", clue.language)
    return _found(clue.file, names)


def _found(file: str, names: set[str]) -> bool:
    name = file.rpartition("/")[2]
    if file.endswith(_TYPED):
        stem = name.rpartition(".")[0]
        return any(f"{stem}{suffix}" in names for suffix in (*_SCRIPTED, *_TYPED))
    return name in names


def _called(file: str, clues: Iterable[Clue], config: ImageConfig) -> bool:
    """Tell whether a script is started by the image, or named by other code."""
    name = file.rpartition("/")[2]
    check = config.healthcheck.test if config.healthcheck else ()
    return any(name in text for text in (*config.entrypoint, *config.cmd, *check)) or any(
        name in text for text in _mentions(file, clues)
    )


def _mentions(file: str, clues: Iterable[Clue]) -> Iterator[str]:
    return (c.subject for c in clues if c.trait in _MENTIONS and c.file != file)
