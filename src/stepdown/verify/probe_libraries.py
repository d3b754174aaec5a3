"""What the code asks of shared libraries that the candidate's do not have. Pure.

A library that is loaded by its name stands in no table of a program, and an option with which it
was compiled in no package's name. But its file tells: by its symbols, and by the texts in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Libc
from stepdown.rootfs.elf import CONTRADICTIONS, parse
from stepdown.verify.probe_image import Image

_SQLITE = "libsqlite3.so.0"
# Names that musl's loader takes for its own: https://musl.libc.org (ldso/dynlink.c).
_OF_MUSL = ("libc.", "libdl.", "libm.", "libpthread.", "librt.", "libutil.", "libxnet.")


# What glibc loads for itself, and musl does without.
_FOR_GLIBC = frozenset(("libgcc_s.so.1", "libidn2.so.0"))


@dataclass(frozen=True, kw_only=True)
class _Library:
    """A library of one image: its path, empty where it is not there, and its content."""

    path: str
    content: bytes

    @property
    def functions(self) -> frozenset[bytes]:
        """What it supplies; nothing where it cannot be read."""
        try:
            elf = parse(self.content) if self.content else None
        except CONTRADICTIONS:
            return frozenset()
        return elf.symbols.defined() if elf else frozenset()


def lost(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence for each library, function and option that is gone."""
    for clue in clues:
        if clue.trait is Trait.LIBRARY and "/" not in clue.subject:
            yield from _library(before, after, clue)
        elif clue.trait is Trait.FUNCTION:
            yield from _function(before, after, clue)
        elif clue.trait is Trait.QUERY and clue.language == "python":
            yield from _option(before, after, clue)


def _library(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    if clue.subject in _FOR_GLIBC and Libc.GLIBC not in after.fs.libcs:
        return
    if _path(before, clue.subject) and not _path(after, clue.subject):
        yield (
            f"{clue.place}, {clue.detail}, needs the library {clue.subject}, which the loader"
            " does not find."
        )


def _function(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    library, _, function = clue.subject.partition(":")
    old, new = _read(before, library), _read(after, library)
    had, has = old.functions, new.functions
    if function.encode() in had and has and function.encode() not in has:
        yield (
            f"{clue.place}, {clue.detail}, calls {function} of {library}, and {new.path} of the"
            " candidate has no such function."
        )


def _option(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    """Judge an option by its name, which SQLite carries to be asked for it."""
    text = b"\0" + clue.subject.encode() + b"\0"
    old, new = _read(before, _SQLITE), _read(after, _SQLITE)
    if text in old.content and new.content and text not in new.content:
        yield (
            f"{clue.place}, {clue.detail}: the candidate's SQLite was built without {clue.subject}"
        )


def _read(image: Image, library: str) -> _Library:
    path = _path(image, library)
    return _Library(path=path, content=(image.read(path) or b"") if path else b"")


def _path(image: Image, library: str) -> str:
    """Return the path of a library by its file's name, empty where it is not there."""
    if image.fs.libcs == {Libc.MUSL} and library.startswith(_OF_MUSL):
        return next((path for libc, path in image.fs.loaders if libc is Libc.MUSL), "")
    ending = f"/{library}"
    found = (path for path in image.fs.entries if path.endswith(ending))
    return image.fs.resolve(min(found, key=len, default="/nowhere")) or ""
