"""Advisories offline: the database's own dumps in a folder, or one of them as a file.

The layouts are those of the public bucket (`ECOSYSTEM/all.zip`), of osv-scanner's cache
(`osv-scanner/ECOSYSTEM/all.zip`), one `all.zip`, and single JSON files.
"""

import hashlib
import lzma
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from stepdown.errors import UsageError
from stepdown.model.advisory import Advisory, Feed, Query
from stepdown.ports import Advisories

_LARGEST_RECORD = 16 * 1024 * 1024
_MOST_RECORDS = 2_000_000
# What a damaged, encrypted or strangely packed archive raises.
_FAULTS = (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, RuntimeError)


class DumpedAdvisories(Advisories):
    """Reads dumps. Raises UsageError where `place` holds none."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._files = _files(place)
        if not self._files:
            raise UsageError(
                f"{place} holds no advisories.",
                hint="Give a folder with ECOSYSTEM/all.zip, an all.zip, or JSON records.",
            )

    def fetch(self, queries: tuple[Query, ...]) -> Feed:
        """Return the records about each queried package, of whatever version."""
        source = f"osv dump {self._place.name}"
        collected = _Collected(queries)
        try:
            for content in self._records({one.ecosystem for one in queries}):
                collected.add(content)
        except _FAULTS as fault:
            return Feed(source=source, failure=f"{self._place} cannot be read: {fault}")
        return Feed(
            source=source,
            data=self._identity(),
            data_date=collected.newest[:10],
            advisories=tuple(tuple(collected.found[q.ecosystem, q.name]) for q in queries),
            absent=frozenset(q.ecosystem for q in queries) - collected.ecosystems,
            unreadable=collected.unreadable,
        )

    def _records(self, ecosystems: set[str]) -> Iterator[bytes | None]:
        """Yield what may be about these ecosystems: a dump's folder may name another one."""
        families = {name.partition(":")[0] for name in ecosystems}
        for file in self._files:
            folder = file.parent.name
            if file.name != "all.zip" or folder in ecosystems | families or not _named(folder):
                yield from _contents(file)

    def _identity(self) -> str:
        """Name the dump by the names and sizes of its files: reading all would take minutes."""
        listed = (f"{file.name} {file.parent.name} {file.stat().st_size}" for file in self._files)
        digest = hashlib.sha256("\n".join(listed).encode("utf-8", "surrogateescape"))
        return f"dump {digest.hexdigest()[:16]}"


class _Collected:
    """The records that are about what was asked for."""

    def __init__(self, queries: tuple[Query, ...]) -> None:
        self.found: dict[tuple[str, str], list[Advisory]] = defaultdict(list)
        self.ecosystems: set[str] = set()
        self.newest = ""
        self.unreadable = 0
        self._wanted = {(one.ecosystem, one.name) for one in queries}
        self._seen: set[str] = set()

    def add(self, content: bytes | None) -> None:
        try:
            record = msgspec.json.decode(content or b"", type=Advisory)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1
            return
        if record.id in self._seen:
            return
        self._seen.add(record.id)
        subjects = {(s.ecosystem, s.name) for one in record.affected if (s := one.package)}
        self.ecosystems.update(ecosystem for ecosystem, _ in subjects)
        self.newest = max(self.newest, record.modified)
        for subject in subjects & self._wanted:
            self.found[subject].append(record)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = [*place.rglob("all.zip"), *place.rglob("*.json")]
    return sorted(file for file in found if file.is_file())


def _named(folder: str) -> bool:
    """Tell whether a folder is called like an ecosystem of the public bucket."""
    return folder[:1].isupper() or folder in {"npm", "crates.io"}


def _contents(file: Path) -> Iterator[bytes | None]:
    """Yield records; None stands for one that is too large to be one."""
    if file.suffix == ".json":
        yield file.read_bytes() if file.stat().st_size <= _LARGEST_RECORD else None
        return
    with zipfile.ZipFile(file) as archive:
        members = [one for one in archive.infolist() if one.filename.endswith(".json")]
        if len(members) > _MOST_RECORDS:
            raise ValueError(f"{file} has {len(members)} entries")
        yield from (_member(archive, one) for one in _in_order(members))


def _in_order(members: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    return sorted(members, key=lambda one: one.filename)


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes | None:
    """Read a member up to the limit, whatever size it claims to have."""
    with archive.open(one) as stream:
        content = stream.read(_LARGEST_RECORD + 1)
    return content if len(content) <= _LARGEST_RECORD else None
