"""An apk package from a tree of files: what it needs and provides is read from its programs."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apkfile
from lab.apkfile import Entry, Package

if TYPE_CHECKING:
    from lab.step import Step

LIBRARY = re.compile(r"(?:usr/)?lib/[^/]+\.so\.[^/]+")
PROGRAM = re.compile(r"(?:usr/)?s?bin/[^/]+")
FULL_VERSION = re.compile(r"\.so\.([\d.]+)$")
BUNDLED = re.compile(r"-[0-9a-f]{8}(\.so)(.*)$")
SHORT = re.compile(r"(\.so\.\d+)\..*$")


@dataclass(frozen=True)
class About:
    """What is said about a package; what it needs and provides is read from its files."""

    version: str
    description: str
    license: str
    depends: str = ""
    provides: str = ""


def pack(name: str, about: About, tree: Path, where: Path, note: str) -> str:
    """Make a package of a tree, with the dependencies that Alpine's builder would find."""
    entries = sorted(_entries(tree), key=lambda entry: entry.path)
    depends, provides = _linkage(entries, tree, about.version)
    fields = {
        "P": name,
        "V": about.version,
        "T": about.description,
        "A": "x86_64",
        "L": about.license,
        "o": name,
        "m": f"lab ({note})",
        "t": "0",
        "D": " ".join(sorted({*depends, *about.depends.split()})),
        "p": " ".join(sorted({*provides, *about.provides.split()})),
    }
    return apkfile.write(Package(fields, entries), where)


def _entries(tree: Path) -> list[Entry]:
    found = []
    for path in tree.rglob("*"):
        name, mode = str(path.relative_to(tree)), path.lstat().st_mode & 0o7777
        if path.is_symlink():
            found.append(Entry(name, tarfile.SYMTYPE, str(path.readlink()).encode(), 0o777))
        elif path.is_dir():
            found.append(Entry(name, tarfile.DIRTYPE, b"", mode))
        else:
            found.append(Entry(name, tarfile.REGTYPE, path.read_bytes(), mode))
    return found


def _linkage(entries: list[Entry], tree: Path, version: str) -> tuple[set[str], set[str]]:
    depends: set[str] = set()
    provides: set[str] = set()
    for entry in entries:
        if PROGRAM.fullmatch(entry.path) and entry.kind != tarfile.DIRTYPE:
            provides.add(f"cmd:{Path(entry.path).name}={version}")
        if entry.kind == tarfile.REGTYPE and entry.content.startswith(b"\x7fELF"):
            needed, soname = dynamic(tree / entry.path)
            depends |= {f"so:{name}" for name in needed}
            if soname and LIBRARY.fullmatch(entry.path):
                full = FULL_VERSION.search(entry.path)
                provides.add(f"so:{soname}={full[1] if full else '0'}")
    own = {name.partition("=")[0] for name in provides}
    return depends - own, provides


def dynamic(program: Path) -> tuple[list[str], str]:
    """The libraries that an ELF file needs, and its own name; nothing for a static program."""

    def ask(option: str) -> str:
        command = ["patchelf", option, str(program)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return ask("--print-needed").split(), ask("--print-soname")


def unbundle(step: Step, libraries: Path, target: Path) -> dict[str, str]:
    """Give libraries of a wheel their names back, which it changed (libpq-30a40521.so.5.17).

    Returns the old and new names. One change in a call, or Debian 12's patchelf mixes them up.
    """
    target.mkdir(parents=True, exist_ok=True)
    names = {path.name: BUNDLED.sub(r"\1\2", path.name) for path in sorted(libraries.iterdir())}
    for old, full in names.items():
        library = target / full
        shutil.copyfile(libraries / old, library)
        library.chmod(0o755)
        soname = short_name(full)
        step.run("patchelf", "--set-soname", soname, library)
        step.run("patchelf", "--remove-rpath", library)
        for needed in dynamic(library)[0]:
            if needed in names:
                step.run("patchelf", "--replace-needed", needed, short_name(names[needed]), library)
        if soname != full:
            (target / soname).symlink_to(full)
    return names


def short_name(library: str) -> str:
    """libpq.so.5.17 is found as libpq.so.5."""
    return SHORT.sub(r"\1", library)
