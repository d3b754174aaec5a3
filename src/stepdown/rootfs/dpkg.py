"""dpkg's database: status, status.d (as in distroless images), file lists and diversions."""

import io
import re
from collections.abc import Iterator, Mapping

from stepdown.rootfs.packages import Package

STATUS = "/var/lib/dpkg/status"
STATUS_FOLDER = "/var/lib/dpkg/status.d/"
INFO_FOLDER = "/var/lib/dpkg/info/"
DIVERSIONS = "/var/lib/dpkg/diversions"

_FIELDS = frozenset(("package", "status", "version", "architecture", "source"))
_ABSENT = frozenset(("not-installed", "config-files"))
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")


def packages(content: bytes) -> tuple[Package, ...]:
    """Return the packages of a status file, or of a control file without a Status field.

    Packages that were removed (`not-installed`, `config-files`) are left out; half-installed and
    half-configured ones have files in the image and count.
    """
    return tuple(
        _package(fields)
        for fields in _paragraphs(content)
        if fields.get("package") and fields.get("status", "").rpartition(" ")[2] not in _ABSENT
    )


def claims(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, package) of a file list: `NAME.list`, `NAME:ARCH.list` or `NAME.md5sums`."""
    package = name.removesuffix(".list").removesuffix(".md5sums").partition(":")[0]
    sums = name.endswith(".md5sums")
    for raw in io.BytesIO(content):
        line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
        path = line[34:] if sums else line
        if path.strip():
            yield "/" + path.lstrip("/"), package


def diverted(content: bytes) -> Mapping[str, tuple[str, str]]:
    """Return path -> (where it lies instead, the package whose file stays in place)."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    triples = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
    return {path: (elsewhere, package) for path, elsewhere, package in triples}


def _paragraphs(content: bytes) -> Iterator[dict[str, str]]:
    """Yield the fields that matter, one paragraph at a time: a database may be absurdly large."""
    fields: dict[str, str] = {}
    for raw in io.BytesIO(content):
        key, colon, value = raw.partition(b":")
        name = key.decode("utf-8", "surrogateescape").lower() if colon else ""
        if name in _FIELDS:
            fields[name] = value.decode("utf-8", "surrogateescape").strip()
        elif not raw.strip():
            yield fields
            fields = {}
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
