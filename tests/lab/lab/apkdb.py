"""Installed Alpine packages turned back into what they were installed from.

apk's database holds the path, owner, mode and SHA-1 of each file: so what comes out of an unknown
disk image is proven to be what Alpine shipped, file by file.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.apkfile import Entry, Package, q1

DATABASE = "lib/apk/db"
INSTALL_ID = re.compile(r"\.X1[0-9a-f]+$")
Restore = Callable[[str, bytes], Iterator[bytes]]
"""Path and present content of a changed file; yields guesses at what it was."""


def packages(root: Path, restore: Restore) -> Iterator[tuple[Package, list[str]]]:
    """Each installed package, with the paths that are not as they were installed."""
    scripts, triggers = _scripts(root), _triggers(root)
    text = (root / DATABASE / "installed").read_text()
    for paragraph in text.split("\n\n"):
        lines = [(line[0], line[2:]) for line in paragraph.splitlines()]
        if not lines:
            continue
        fields = {letter: value for letter, value in reversed(lines) if letter not in "FMRaZ"}
        entries, changed = _entries(root, lines, restore)
        name = f"{fields['P']}-{fields['V']}"
        found = Package(fields, entries, scripts.get(name, {}), triggers.get(fields["C"], []))
        yield found, changed


def _scripts(root: Path) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    with tarfile.open(root / DATABASE / "scripts.tar.gz") as archive:
        for member in archive:
            package, _, kind = member.name.rpartition(".")
            if file := archive.extractfile(member):
                found.setdefault(INSTALL_ID.sub("", package), {})[kind] = file.read()
    return found


def _triggers(root: Path) -> dict[str, list[str]]:
    lines = (root / DATABASE / "triggers").read_text().splitlines()
    return {checksum: paths for checksum, *paths in map(str.split, lines)}


def _records(lines: list[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """A folder (F) or file (R), with owner and mode (M or a) and checksum (Z), as one record."""
    record: dict[str, str] = {}
    folder = ""
    for letter, value in lines:
        if letter in "FR" and record:
            yield record
        if letter == "F":
            folder = value
            record = {"folder": value}
        elif letter == "R":
            record = {"file": f"{folder}/{value}".lstrip("/")}
        elif letter in "MaZ" and record:
            record["Z" if letter == "Z" else "owner"] = value
    if record:
        yield record


def _entries(
    root: Path, lines: list[tuple[str, str]], restore: Restore
) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    changed: list[str] = []
    for record in _records(lines):
        default = "0:0:755" if "folder" in record else "0:0:644"
        uid, gid, mode = record.get("owner", default).split(":")[:3]
        owner = (int(mode, 8), int(uid), int(gid))
        if "folder" in record:
            if record["folder"]:
                entries.append(Entry(record["folder"], tarfile.DIRTYPE, b"", *owner))
            continue
        path = record["file"]
        kind = tarfile.SYMTYPE if (root / path).is_symlink() else tarfile.REGTYPE
        content = _content(root, path, record.get("Z"), restore)
        if content is None:
            changed.append(path)
        else:
            entries.append(Entry(path, kind, content, *owner))
    return entries, changed


def _content(root: Path, path: str, checksum: str | None, restore: Restore) -> bytes | None:
    file = root / path
    if file.is_symlink():
        present = str(file.readlink()).encode()
    else:
        present = file.read_bytes() if file.exists() else b""
    if checksum is None or q1(present) == checksum:
        return present
    return next((guess for guess in restore(path, present) if q1(guess) == checksum), None)
