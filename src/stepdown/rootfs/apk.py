"""apk's database of installed packages (`lib/apk/db/installed`, text form)."""

from collections.abc import Iterator

from stepdown.rootfs.packages import Package

INSTALLED = frozenset(("/lib/apk/db/installed", "/usr/lib/apk/db/installed"))


def packages(content: bytes) -> tuple[Package, ...]:
    """Return the packages; virtual ones, which only group others (`.name`), are left out."""
    return tuple(
        _package(dict(lines))
        for lines in _records(content)
        if (name := dict(lines).get("P")) and not name.startswith(".")
    )


def claims(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, package) of every file that a package brought."""
    for lines in _records(content):
        package = folder = ""
        for key, value in lines:
            if key == "P":
                package = value
            elif key == "F":
                folder = value
            elif key == "R":
                yield "/" + f"{folder}/{value}".lstrip("/"), package


def _records(content: bytes) -> Iterator[list[tuple[str, str]]]:
    for record in content.decode("utf-8", "surrogateescape").split("\n\n"):
        yield [(line[:1], line[2:]) for line in record.split("\n") if line[1:2] == ":"]


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
