"""Which wheels the lock files of Python's package managers list.

poetry.lock, uv.lock and pdm.lock are written by programs in one fixed layout of TOML: a table
`[[package]]` with its name on a line of its own, and one line for each file. So they are read line
by line, which gives the line numbers that a parser would not.
"""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Value

FILES = ("poetry.lock", "uv.lock", "pdm.lock")
_NAME = re.compile(r'name = "([^"]+)"')
_VERSION = re.compile(r'version = "([^"]+)"')
_GROUPS = re.compile(r"groups = \[([^\]]*)\]")
_FILE = re.compile(r'"(?:[^"]*/)?([^"/]+?\.(?:whl|tar\.gz|zip|tar\.bz2))["#]')
_CPU = "x86_64"  # the commonest; a lock file has the same gaps for the others
_SHOWN = 3


class Wheel(Value, frozen=True, kw_only=True):
    """The tags of a wheel's name."""

    python: tuple[str, ...]
    abi: str
    platform: str

    def serves(self, version: str) -> bool:
        """Tell whether a Python of this version (3.13) takes it; an empty version takes any."""
        if not version or any(one in ("py3", "py2.py3") for one in self.python):
            return True
        minor = int(version.partition(".")[2] or 0)
        exact = f"cp3{minor}"
        if self.abi == "abi3":
            return any(_minor(one) <= minor for one in self.python if one.startswith("cp3"))
        return exact in self.python and self.abi in (exact, "none")


class Release(Value, frozen=True, kw_only=True):
    """One package of a lock file with the files that it lists."""

    name: str
    version: str
    line: int
    wheels: tuple[Wheel, ...] = ()
    sdist: bool = False


def releases(text: str) -> Iterator[Release]:
    """Yield the packages of a lock file that list files and are not for development only."""
    start, block = 0, list[str]()
    for number, line in enumerate((*text.splitlines(), "[[package]]"), start=1):
        if line.startswith("[[package]]"):
            found = _release(block, start)
            if found is not None:
                yield found
            start, block = number, []
        block.append(line)


def _release(block: list[str], start: int) -> Release | None:
    name = _first(_NAME, block)
    groups = _first(_GROUPS, block)
    if name is None or (groups is not None and not re.search(r'"(?:main|default)"', groups[1])):
        return None
    files = [file for line in block for file in _FILE.findall(line)]
    version = _first(_VERSION, block)
    return Release(
        name=re.sub(r"[-_.]+", "-", name[1]).lower(),
        version=version[1] if version else "",
        line=start,
        wheels=tuple(wheel for file in files if (wheel := _wheel(file)) is not None),
        sdist=any(not file.endswith(".whl") for file in files),
    )


def _first(pattern: re.Pattern[str], block: Iterable[str]) -> re.Match[str] | None:
    return next((found for line in block if (found := pattern.match(line))), None)


def _wheel(file: str) -> Wheel | None:
    parts = file.removesuffix(".whl").split("-")
    if not file.endswith(".whl") or len(parts) < 5:  # noqa: PLR2004  (the fields of a wheel's name)
        return None
    return Wheel(python=tuple(parts[-3].split(".")), abi=parts[-2], platform=parts[-1])


def _minor(tag: str) -> int:
    return int(tag[3:]) if tag[3:].isdecimal() else 0


def clues(text: str, file: str, version: str) -> Iterator[Clue]:
    """Yield the packages that have no wheel for musl and the Python `version` (as in 3.13)."""
    found = re.match(r"3\.\d+", version)
    wanted = found[0] if found else ""
    for release in releases(text):
        trait = _trait(release, wanted)
        if trait is not None:
            yield Clue(
                trait=trait,
                subject=release.name,
                file=file,
                line=release.line,
                detail=f"{release.name} {release.version} {_listed(release, wanted)}",
                language="python",
            )


def _trait(release: Release, version: str) -> Trait | None:
    mine = [wheel for wheel in release.wheels if wheel.serves(version)]
    if any(wheel.platform == "any" or _is(wheel, "musllinux") for wheel in mine):
        return None
    if any(_is(wheel, "manylinux") or _is(wheel, "linux") for wheel in mine):
        return Trait.COMPILED_ON_MUSL if release.sdist else Trait.GLIBC_ONLY
    return Trait.COMPILED if release.sdist and _compiles(release) else None


def _compiles(release: Release) -> bool:
    """Tell whether it holds compiled code: a package without any wheel may be plain Python."""
    return bool(release.wheels) or release.name in NO_WHEEL


def _is(wheel: Wheel, kind: str) -> bool:
    parts = wheel.platform.split(".")
    return any(part.startswith(kind) and part.endswith(_CPU) for part in parts)


def _listed(release: Release, version: str) -> str:
    mine = [wheel.platform for wheel in release.wheels if wheel.serves(version)]
    names = list(dict.fromkeys(one.split(".")[0] for one in mine if "linux" in one and _CPU in one))
    shown = ", ".join(names[:_SHOWN])
    sdist = "a source archive" if release.sdist else "no source archive"
    python = f" for Python {version}" if version else ""
    if not shown:
        return f"lists no wheel{python} on Linux, and {sdist}"
    return f"lists wheels{python} for {shown}, none for musllinux, and {sdist}"


# What the package index had on 2026-11-22, asked with pip for CPython 3.11 and musllinux: no wheel
# for musl and no source archive that builds without much else; and no wheel for any platform.
GLIBC_ONLY = frozenset(
    (
        "torch", "tensorflow", "tensorflow-cpu", "onnxruntime", "opencv-python",
        "opencv-python-headless", "xgboost", "lightgbm", "ray", "scikit-learn",
        "confluent-kafka", "playwright",
    )
)  # fmt: skip
NO_WHEEL = frozenset(("mysqlclient", "psycopg-c", "psycopg2", "python-ldap", "uwsgi"))


def known(name: str, version: str, file: str, line: int) -> Clue | None:
    """Return what is known of a requirement whose files are not listed, from the tables above."""
    if name in GLIBC_ONLY:
        trait, what = Trait.GLIBC_ONLY, "had no wheel for musl on the index in 2026-11"
    elif name in NO_WHEEL:
        trait, what = Trait.COMPILED, "had no wheels on the index in 2026-11, only its source"
    else:
        return None
    detail = f"{name} {version}".rstrip() + f" {what}"
    return Clue(trait=trait, subject=name, file=file, line=line, detail=detail, language="python")
