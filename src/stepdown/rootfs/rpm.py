"""rpm's database: sqlite (since rpm 4.16), and the list that distroless images of Azure Linux have.

The older forms (Berkeley DB, ndb) are not read. A package is one header: a list of (tag, type,
place, count), then the values.
"""

import re
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing

from stepdown.model.image import Value
from stepdown.rootfs.packages import Package

DATABASES = ("/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite")
MANIFESTS = ("/var/lib/rpmmanifest/container-manifest-2",)
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCHITECTURE, _SOURCE = 1000, 1001, 1002, 1003, 1022, 1044
_FOLDER_NUMBERS, _BASE_NAMES, _FOLDERS = 1116, 1117, 1118
_SINGLE = (_NAME, _VERSION, _RELEASE, _EPOCH, _ARCHITECTURE, _SOURCE)
_WANTED = frozenset((*_SINGLE, _FOLDER_NUMBERS, _BASE_NAMES, _FOLDERS))
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_ENTRY = struct.Struct(">IIII")
_ENTRIES_LIMIT = 1 << 16
_FILES_LIMIT = 1 << 20
_STEPS = 50_000_000
_SOURCE_NAME = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.(?:no)?src\.rpm")
_COLUMNS = 10


class Installed(Value, frozen=True, kw_only=True):
    """One package and the files that it brought."""

    package: Package
    files: tuple[str, ...] = ()


def database(content: bytes) -> tuple[Installed, ...] | None:
    """Return the packages of an sqlite database, None where it cannot be read.

    Keys that signed packages (gpg-pubkey) are no packages.
    """
    # A database that is open for writing elsewhere says so at 18 and 19; in memory there is no log.
    plain = content[:18] + b"\x01\x01" + content[20:]
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(plain)
            _distrust(connection)
            rows = connection.execute("SELECT blob FROM Packages")
            found = tuple(filter(None, (_header(blob) for (blob,) in rows)))
    except (sqlite3.Error, struct.error, ValueError, LookupError, TypeError, MemoryError):
        return None
    return tuple(one for one in found if one.package.name != "gpg-pubkey")


def _distrust(connection: sqlite3.Connection) -> None:
    """Make sure that a hostile schema cannot compute for ever."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    steps = iter(range(_STEPS // 1000))
    connection.set_progress_handler(lambda: int(next(steps, None) is None), 1000)
    kind = connection.execute("SELECT type FROM sqlite_master WHERE name = 'Packages'").fetchall()
    if kind != [("table",)]:
        raise ValueError("no table of packages")


def manifest(content: bytes) -> tuple[Package, ...]:
    """Return the packages of a container manifest: ten columns, separated by tabs."""
    rows = (line.split("\t") for line in content.decode("utf-8", "surrogateescape").split("\n"))
    return tuple(
        _package(row[0], row[1], row[8] if row[8] not in ("(none)", "0") else "", row[7], row[9])
        for row in rows
        if len(row) >= _COLUMNS and row[0] and row[1]
    )


def _header(blob: bytes) -> Installed | None:
    count, size = struct.unpack_from(">II", blob)
    start = 8 + count * _ENTRY.size
    if count > _ENTRIES_LIMIT or start + size > len(blob):
        raise ValueError("a damaged header")
    store = blob[start : start + size]
    values = {
        tag: list(_values(store, kind, place, number))
        for tag, kind, place, number in _ENTRY.iter_unpack(blob[8:start])
        if tag in _WANTED
    }
    first = {tag: found[0] for tag, found in values.items() if found}
    if _NAME not in first:
        return None
    release = f"{first.get(_VERSION, '')}-{first.get(_RELEASE, '')}"
    epoch = str(first.get(_EPOCH, "") or "")
    package = _package(
        str(first[_NAME]),
        release,
        epoch,
        str(first.get(_ARCHITECTURE, "")),
        str(first.get(_SOURCE, "")),
    )
    return Installed(package=package, files=tuple(_files(values)))


def _values(store: bytes, kind: int, place: int, count: int) -> Iterator[str | int]:
    if count > _FILES_LIMIT:
        raise ValueError("more files than any package has")
    if kind == _INT32:
        yield from struct.unpack_from(f">{count}I", store, place)
    elif kind in (_STRING, _STRINGS, _TRANSLATED):
        for _ in range(count if kind == _STRINGS else 1):
            end = store.index(b"\0", place)
            yield store[place:end].decode("utf-8", "surrogateescape")
            place = end + 1


def _files(values: Mapping[int, list[str | int]]) -> Iterator[str]:
    folders = values.get(_FOLDERS, [])
    numbers, names = values.get(_FOLDER_NUMBERS, []), values.get(_BASE_NAMES, [])
    for number, name in zip(numbers, names, strict=False):
        yield f"{folders[int(number)]}{name}"


def _package(name: str, release: str, epoch: str, architecture: str, source: str) -> Package:
    version = f"{epoch}:{release}" if epoch else release
    told = _SOURCE_NAME.fullmatch(source)
    source_release = told["version"] if told else release
    return Package(
        manager="rpm",
        name=name,
        version=version,
        architecture="" if architecture == "(none)" else architecture,
        source=told["name"] if told else name,
        source_version=f"{epoch}:{source_release}" if epoch else source_release,
    )
