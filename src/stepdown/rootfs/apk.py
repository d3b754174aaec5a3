"""apk's database of installed packages (`lib/apk/db/installed`, text form)."""

import io
from collections.abc import Iterator

from stepdown.rootfs.packages import Package

INSTALLED = frozenset(("/lib/apk/db/installed", "/usr/lib/apk/db/installed"))


def packages(content: bytes) -> tuple[Package, ...]:
    """Return the packages; virtual ones, which only group others (`.name`), are left out."""
    found: list[Package] = []
    fields: dict[str, str] = {}
    for key, value in (*_lines(content), ("", "")):
        if key:
            fields.setdefault(key, value)
        elif (name := fields.get("P")) and not name.startswith("."):
            found.append(_package(fields))
        if not key:
            fields = {}
    return tuple(found)


def claims(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, package) of every file that a package brought."""
    package = folder = ""
    for key, value in _lines(content):
        match key:
            case "":
                package = folder = ""
            case "P":
                package = value
            case "F":
                folder = value
            case "R":
                yield "/" + f"{folder}/{value}".lstrip("/"), package
            case _:
                pass


def _lines(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (letter, value) of each line, and empty ones between packages."""
    for raw in io.BytesIO(content):
        line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
        if not line:
            yield "", ""
        elif line[1:2] == ":":
            yield line[:1], line[2:]


def _package(fields: dict[str, str]) -> Package:
    name, version = fields["P"], fields.get("V", "")
    return Package(
        manager="apk",
        name=name,
        version=version,
        architecture=fields.get("A", ""),
        source=fields.get("o") or name,
        source_version=version,
    )
