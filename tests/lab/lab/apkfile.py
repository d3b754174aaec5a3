"""Alpine packages (format 2) and the signed index of a repository of them.

A package is two gzip members: a tar with .PKGINFO and the scripts, cut off before its end mark, and
a tar with the files, each with its SHA-1. The index names the SHA-1 of the first member, and that
holds the SHA-256 of the second: so the signature of the index covers all.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = 512
FIELDS = {
    "depend": "D",
    "provides": "p",
    "install_if": "i",
    "replaces": "r",
}
"""Lists of words: their name in .PKGINFO, and their letter in the index and the database."""


@dataclass(frozen=True)
class Entry:
    """A folder (empty content), a file, or a symbolic link (its target is the content)."""

    path: str
    kind: bytes
    content: bytes
    mode: int
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Package:
    """Fields have the one-letter names of apk's database: P name, V version, T description, ..."""

    fields: dict[str, str]
    entries: list[Entry]
    scripts: dict[str, bytes] = field(default_factory=dict)
    triggers: list[str] = field(default_factory=list)

    @property
    def file_name(self) -> str:
        """Where apk looks for it in a repository."""
        return f"{self.fields['P']}-{self.fields['V']}.apk"

    @property
    def size(self) -> int:
        """Installed size; never 0, because apk takes a package without size for a virtual one."""
        total = sum(len(entry.content) for entry in self.entries if entry.kind == tarfile.REGTYPE)
        return int(self.fields.get("I") or max(total, 1))


def write(package: Package, repository: Path) -> str:
    """Write the .apk; returns its paragraph of the index."""
    data = _gzip(b"".join(map(_data_entry, package.entries)) + bytes(2 * BLOCK))
    info = _pkginfo(package, hashlib.sha256(data).hexdigest())
    members = [
        (".PKGINFO", info),
        *((f".{name}", text) for name, text in sorted(package.scripts.items())),
    ]
    control = _gzip(
        b"".join(_tar_entry(_header(name, 0o755, text), text) for name, text in members)
    )
    (repository / package.file_name).write_bytes(control + data)
    return _paragraph(package, q1(control), len(control) + len(data))


def write_index(
    paragraphs: list[str], repository: Path, key: str, sign: Callable[[bytes], bytes]
) -> None:
    """Write APKINDEX.tar.gz: the signature comes first, as a gzip member of its own."""
    parts = {
        "DESCRIPTION": b"lab",
        "APKINDEX": "".join(f"{text.strip()}\n\n" for text in paragraphs).encode(),
    }
    index = _gzip(
        b"".join(_tar_entry(_header(name, 0o644, text), text) for name, text in parts.items())
        + bytes(2 * BLOCK)
    )
    signature = sign(index)
    name = f".SIGN.RSA256.{key}"
    head = _gzip(_tar_entry(_header(name, 0o644, signature), signature))
    (repository / "APKINDEX.tar.gz").write_bytes(head + index)


def q1(content: bytes) -> str:
    """A SHA-1 as apk writes it."""
    return "Q1" + base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def _data_entry(entry: Entry) -> bytes:
    regular = entry.kind == tarfile.REGTYPE
    header = _header(entry.path, entry.mode, entry.content if regular else b"", entry.kind)
    header.uid, header.gid = entry.uid, entry.gid
    if entry.kind == tarfile.SYMTYPE:
        header.linkname = entry.content.decode()
    if entry.kind != tarfile.DIRTYPE:
        sha1 = hashlib.sha1(entry.content, usedforsecurity=False).hexdigest()
        header.pax_headers = {"APK-TOOLS.checksum.SHA1": sha1}
    return _tar_entry(header, entry.content if regular else b"")


def _header(name: str, mode: int, content: bytes, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.mode, header.size, header.type = mode, len(content), kind
    header.uname = header.gname = "root"
    return header


def _tar_entry(header: tarfile.TarInfo, content: bytes) -> bytes:
    return header.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % BLOCK)


def _gzip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=1) as file:
        file.write(content)
    return packed.getvalue()


def _pkginfo(package: Package, datahash: str) -> bytes:
    get = package.fields.get
    lines = [
        f"pkgname = {package.fields['P']}",
        f"pkgver = {package.fields['V']}",
        f"pkgdesc = {get('T', '')}",
        f"url = {get('U', '')}",
        f"builddate = {get('t', '0')}",
        f"packager = {get('m', 'lab')}",
        f"size = {package.size}",
        f"arch = {get('A', 'x86_64')}",
        f"origin = {get('o', package.fields['P'])}",
        f"license = {get('L', '')}",
    ]
    for name, letter in (("commit", "c"), ("provider_priority", "k"), ("replaces_priority", "q")):
        lines += [f"{name} = {get(letter)}"] if get(letter) else []
    for name, letter in FIELDS.items():
        words = get(letter, "").split()
        lines += [
            f"{name} = {word}"
            for word in ([" ".join(words)] if name == "install_if" else words)
            if word
        ]
    if package.triggers:
        lines.append(f"triggers = {' '.join(package.triggers)}")
    return "\n".join([*lines, f"datahash = {datahash}", ""]).encode()


def _paragraph(package: Package, checksum: str, size: int) -> str:
    known = {**package.fields, "C": checksum, "S": str(size), "I": str(package.size)}
    return "".join(
        f"{letter}:{known[letter]}\n" for letter in "CPVASITULomtckDpi" if known.get(letter)
    )
