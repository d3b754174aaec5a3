"""dpkg's database: status, status.d (as in distroless images), file lists and diversions."""

import re
from collections.abc import Iterator, Mapping

from stepdown.rootfs.packages import Package

STATUS = "/var/lib/dpkg/status"
STATUS_FOLDER = "/var/lib/dpkg/status.d/"
INFO_FOLDER = "/var/lib/dpkg/info/"
DIVERSIONS = "/var/lib/dpkg/diversions"

_ABSENT = frozenset(("not-installed", "config-files"))
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")


def packages(content: bytes) -> tuple[Package, ...]:
    """Return the packages of a status file, or of a control file without a Status field.

    Packages that were removed (`not-installed`, `config-files`) are left out; half-installed and
    half-configured ones have files in the image and count.
    """
    return tuple(
        _package(fields)
        for fields in _paragraphs(content.decode("utf-8", "surrogateescape"))
        if fields.get("package") and fields.get("status", "").rpartition(" ")[2] not in _ABSENT
    )


def claims(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, package) of a file list: `NAME.list`, `NAME:ARCH.list` or `NAME.md5sums`."""
    package = name.removesuffix(".list").removesuffix(".md5sums").partition(":")[0]
    sums = name.endswith(".md5sums")
    for line in content.decode("utf-8", "surrogateescape").split("\n"):
        path = line[34:] if sums else line
        if path.strip():
            yield "/" + path.lstrip("/"), package


def diverted(content: bytes) -> Mapping[str, tuple[str, str]]:
    """Return path -> (where it lies instead, the package whose file stays in place)."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    triples = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
    return {path: (elsewhere, package) for path, elsewhere, package in triples}


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        for line in paragraph.split("\n"):
            key, colon, value = line.partition(":")
            if colon and not key[:1].isspace():
                fields[key.lower()] = value.strip()
        yield fields


def _package(fields: Mapping[str, str]) -> Package:
    name, version = fields["package"], fields.get("version", "")
    source = _SOURCE.match(fields.get("source", ""))
    return Package(
        manager="dpkg",
        name=name,
        version=version,
        architecture=fields.get("architecture", ""),
        source=source[1] if source else name,
        source_version=(source[2] if source else "") or version,
    )
