"""Packages of the lock files of Node's package managers, and which of them lack a musl build."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Libc, Value

_MUSL = re.compile(r"-musl\b|\blinuxmusl-|-musleabihf\b")
_GLIBC = re.compile(r"-(?:gnu|glibc|gnueabihf)\b")
_PLATFORM = re.compile(r"(?P<family>.+?)[-/.]linux(?:musl)?-(?P<cpu>x64|arm64)\b")
# These name their builds for musl linuxmusl-*, and those for glibc without a word for it.
_PLAIN_IS_GLIBC = ("@img/sharp-",)

# Without a build for musl, as their users and maintainers report; read in public threads, 2026-11:
# microsoft/onnxruntime#9483, tensorflow/tfjs#1425, murat-dogan/node-datachannel#45 and
# seydx/node-av#280; browsers of puppeteer and playwright are builds for glibc.
_GLIBC_ONLY = {
    "@tensorflow/tfjs-node": "its libtensorflow is built for glibc",
    "@tensorflow/tfjs-node-gpu": "its libtensorflow is built for glibc",
    "node-av": "its FFmpeg is built for glibc",
    "node-datachannel": "it has no build for musl",
    "onnxruntime-node": "its libonnxruntime is built for glibc",
    "playwright": "the browsers that it downloads are built for glibc",
    "puppeteer": "the browser that it downloads is built for glibc",
}


class Locked(Value, frozen=True, kw_only=True):
    """One package of a lock file.

    `libc` says for which C libraries it is built, empty where the file does not say. `optional`
    are the optional packages that it names. `compiles` is true where its installation runs a
    script.
    """

    name: str
    line: int
    version: str = ""
    libc: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    compiles: bool = False

    @property
    def only(self) -> Libc | None:
        """The only C library for which it is built, None where it is not bound to one."""
        if self.libc:
            return Libc(self.libc[0]) if self.libc in (("glibc",), ("musl",)) else None
        return libc_of(self.name)


def libc_of(name: str) -> Libc | None:
    """Return the C library that a platform package's name tells."""
    if _MUSL.search(name):
        return Libc.MUSL
    if _GLIBC.search(name) or (name.startswith(_PLAIN_IS_GLIBC) and "linux-" in name):
        return Libc.GLIBC
    return None


def clues(packages: Iterable[Locked], file: str) -> tuple[Clue, ...]:
    """Return what stands in the way of musl, one clue for each package."""
    known = tuple(packages)
    return (*_known(known, file), *_platforms(known, file))


def _known(packages: tuple[Locked, ...], file: str) -> Iterator[Clue]:
    found = {one.name: one for one in reversed(packages) if one.name in _GLIBC_ONLY}
    for name, locked in sorted(found.items()):
        yield _clue(Trait.GLIBC_ONLY, locked, file, f"{_shown(locked)}: {_GLIBC_ONLY[name]}")


def _platforms(packages: tuple[Locked, ...], file: str) -> Iterator[Clue]:
    """Find families of platform packages that are locked for glibc and not for musl."""
    families: dict[tuple[str, str], dict[Libc, Locked]] = {}
    for locked in packages:
        found, libc = _PLATFORM.match(locked.name), locked.only
        if found is not None and libc is not None:
            families.setdefault((found["family"], found["cpu"]), {}).setdefault(libc, locked)
    named = {name: locked for locked in packages for name in locked.optional}
    done: set[str] = set()
    for (family, cpu), builds in sorted(families.items(), key=lambda pair: pair[0][1] != "x64"):
        if Libc.GLIBC not in builds or Libc.MUSL in builds or family in done:
            continue
        locked = builds[Libc.GLIBC]
        done.add(family)
        names = sorted(n for n in named if _is_musl(n, family, cpu))
        if names:
            owner = named[names[0]].name
            what = f"{_shown(locked)} is locked, and {names[0]} is not, which {owner} names too"
            yield _clue(Trait.NOT_LOCKED, locked, file, what)
        else:
            what = f"{_shown(locked)} is for glibc, and nothing like it is locked for musl"
            yield _clue(Trait.GLIBC_ONLY, locked, file, what)


def _is_musl(name: str, family: str, cpu: str) -> bool:
    found = _PLATFORM.match(name)
    mine = found is not None and (found["family"], found["cpu"]) == (family, cpu)
    return mine and libc_of(name) is Libc.MUSL


def _shown(locked: Locked) -> str:
    return f"{locked.name} {locked.version}".rstrip()


def _clue(trait: Trait, locked: Locked, file: str, detail: str) -> Clue:
    return Clue(
        trait=trait,
        subject=locked.name,
        file=file,
        line=locked.line,
        detail=detail,
        language="node",
    )
