"""What there is to sweep in an image: its dependencies, and the interpreters that load them.

Told from the image's files. Packages of the operating system are left out, because the base brings
them and `elf` reads them, and so are tools that install and build. What an application brought
itself is swept by the interpreter whose folder it lies in, else by the first one on PATH.
"""

import re
from collections.abc import Iterator

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Value
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.side import Side

_SITE = re.compile(r"(?P<prefix>.*)/lib(?:64)?/python(?P<version>\d+\.\d+)/(?:site|dist)-packages")
_METADATA = re.compile(r"(?P<site>.*)/[^/]+\.(?:dist|egg)-info/(?:METADATA|PKG-INFO)")
_VENDORED = ("/_vendor/", "/ensurepip/")
_PYTHON, _NODE = ("python3", "python"), "node"
APPLICATION = "the application"
# Modules of Python's own that an image may lack, or whose libraries it may lack.
_OPTIONAL = frozenset(
    ("bz2", "crypt", "ctypes", "curses", "dbm", "distutils", "ensurepip", "idlelib", "lib2to3",
     "lzma", "nis", "ossaudiodev", "pip", "pkg_resources", "pydoc_data", "readline", "setuptools",
     "spwd", "sqlite3", "ssl", "tkinter",
     "turtle", "turtledemo", "uuid", "venv", "zlib")
)  # fmt: skip
# Installers and builders: nothing that an application imports at run time.
TOOLS = frozenset(
    [
        "build",
        "distlib",
        "hatchling",
        "maturin",
        "pdm",
        "pip",
        "pip-tools",
        "pipenv",
        "pipx",
        "poetry",
        "poetry-core",
        "pyproject-hooks",
        "setuptools",
        "setuptools-scm",
        "uv",
        "virtualenv",
        "wheel",
    ]
)


class Package(Value, frozen=True, kw_only=True):
    """An installed Python distribution; `folder` holds its metadata.

    `parts` are what it consists of, empty for what the metadata says.
    """

    name: str
    version: str
    folder: str
    parts: tuple[str, ...] = ()


class Job(Value, frozen=True, kw_only=True):
    """What one interpreter loads: Python distributions, or what a package.json in `folder` names.

    `program` is empty where the image has no interpreter for them.
    """

    language: str
    program: str
    packages: tuple[Package, ...] = ()
    folder: str = ""


def jobs(fs: RootFS, side: Side, clues: tuple[Clue, ...] = ()) -> tuple[Job, ...]:
    """Return what there is to sweep, in a fixed order; a distribution counts once.

    `clues` are those of the application's own code, which may load things itself.
    """
    by_program: dict[str, list[Package]] = {}
    for package in {package.name: package for package in reversed(_packages(fs))}.values():
        by_program.setdefault(_python(fs, side, package.folder), []).append(package)
    if parts := _asked(fs, clues):
        own = Package(name=APPLICATION, version="", folder="", parts=parts)
        by_program.setdefault(_started(fs, side), []).append(own)
    pythons = (
        Job(
            language="python",
            program=program,
            packages=tuple(sorted(packages, key=lambda package: package.name)),
        )
        for program, packages in sorted(by_program.items())
    )
    folder = _node_folder(fs, side)
    node = Job(language="node", program=_program(fs, side, _NODE), folder=folder)
    return (*pythons, *([node] if folder else []))


def _asked(fs: RootFS, clues: tuple[Clue, ...]) -> tuple[str, ...]:
    """Return the modules that the code imports and no distribution brings, and its libraries."""
    mine = {c.subject for c in clues if c.trait is Trait.MODULE and c.language == "python"}
    there = {_module(path) for path in fs.entries} - {""} if mine else set()
    modules = {name for name in mine if _top(name) in _OPTIONAL}
    modules |= {name for name in map(_top, mine) if f"/{name}" in there}
    found = {c.subject for c in clues if c.trait is Trait.FIND_LIBRARY}
    return (*sorted(modules), *sorted(f"library {name}" for name in found))


def _top(module: str) -> str:
    return module.partition(".")[0]


def _module(path: str) -> str:
    """Return `/NAME` for a package of Debian's own, else nothing."""
    _, mark, name = path.partition("/dist-packages")
    return name.removesuffix(".py") if mark and name.count("/") == 1 else ""


def _started(fs: RootFS, side: Side) -> str:
    """Return the Python that the image starts, else the one on PATH."""
    words = (*side.config.entrypoint, *side.config.cmd)
    named = [word for word in words[:1] if word.rpartition("/")[2].startswith("python")]
    found = (_program(fs, side, word) for word in (*named, *_PYTHON))
    return next(filter(None, found), "")


def _packages(fs: RootFS) -> list[Package]:
    return [
        Package(name=found.name, version=found.version, folder=found.path.rpartition("/")[0])
        for found in fs.languages
        if found.kind == "pypi"
        and found.name not in TOOLS
        and found.path not in fs.owners
        and _METADATA.fullmatch(found.path)
        and not any(mark in found.path for mark in _VENDORED)
    ]


def _python(fs: RootFS, side: Side, metadata: str) -> str:
    """Return the Python whose own folder it is (a virtual environment has one), else PATH's."""
    site = _SITE.fullmatch(metadata.rpartition("/")[0])
    names = (f"python{site['version']}", *_PYTHON) if site else ()
    own = (f"{site['prefix']}/bin/{name}" for name in names) if site else iter(())
    found = next((path for path in own if fs.executable(path)), "")
    return found or next(filter(None, (_program(fs, side, name) for name in _PYTHON)), "")


def _program(fs: RootFS, side: Side, word: str) -> str:
    found = fs.which(word, side.config.path)
    return found or dict(side.programs).get(word, "")


def _node_folder(fs: RootFS, side: Side) -> str:
    """Return the folder of the application's package.json: of what is started, else WORKDIR."""
    return next(
        (folder for folder in _folders(side) if fs.get(f"{folder}/package.json") is not None), ""
    )


def _folders(side: Side) -> Iterator[str]:
    config = side.config
    start = (config.workdir or "/").rstrip("/")
    for word in (*config.entrypoint, *config.cmd):
        if word.endswith((".js", ".mjs", ".cjs")):
            folder = (word if word.startswith("/") else f"{start}/{word}").rpartition("/")[0]
            while folder and folder != start:
                yield folder
                folder = folder.rpartition("/")[0]
    yield start
