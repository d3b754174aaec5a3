"""A more exact cause than a message tells, from the candidate's files.

A loader says the same of a library that is not there and of one that it does not look for; a shell
the same of any program. What lies in the image tells them apart.
"""

from collections.abc import Mapping

import msgspec

from stepdown.model.image import Libc
from stepdown.model.recipe import Breakage
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.signatures import Shown

_GCOMPAT = ("/lib/libgcompat.so.0", "/usr/lib/libgcompat.so.0")
_FIXED_TCP = (1, 2, 4)  # the release of musl that asks again over TCP


def refine(
    shown: Shown, after: RootFS, volumes: tuple[str, ...], known: Mapping[str, Breakage]
) -> Shown:
    """Return what the line shows of this candidate; `volumes` are the paths of its VOLUMEs."""
    family, subject = shown.breakage.id.partition("-")[0], shown.subject
    better = ""
    if family in ("A03", "A04", "A05") and _lies_aside(subject, after):
        better = "A16" if after.libcs == {Libc.MUSL} else "A15"
    elif family in ("A01", "A02"):
        subject = _program(shown)
        better = _kind(subject, after)
    elif family == "A07" and any(after.get(path) for path in _GCOMPAT):
        better = "A18"
    elif family == "L02" and after.libcs == {Libc.MUSL, Libc.GLIBC}:
        better = "A19"
    elif family == "C01" and _old_musl(after):
        better = "C04"
    elif family == "F04" and any(f"{folder.rstrip('/')}/" in shown.evidence for folder in volumes):
        better = "F08"
    if better not in known:
        return shown
    return msgspec.structs.replace(shown, breakage=known[better], subject=subject)


def _program(shown: Shown) -> str:
    """Return the program that cannot be started; a fact of the files begins with it."""
    first = shown.evidence.partition(" is started by ")
    return first[0] if first[1] else shown.subject


def _lies_aside(library: str, fs: RootFS) -> bool:
    """Tell whether a library that the loader does not find lies in the image all the same."""
    name = library.rpartition("/")[2]
    return bool(name) and any(path.endswith(f"/{name}") for path in fs.entries)


def _kind(path: str, fs: RootFS) -> str:
    """Tell what the program at `path` is: Go's or .NET's; empty for any other."""
    name = fs.inode(path) if path.startswith("/") else None
    elf = fs.elf.get(name or "")
    if elf is None or not elf.interpreter:
        return ""
    if elf.go:
        return "J01"
    return "M02" if fs.get(f"{path}.dll") is not None else ""


def _old_musl(fs: RootFS) -> bool:
    versions = (package.version for package in fs.packages if package.name == "musl")
    numbers = (version.partition("-")[0].split(".") for version in versions)
    return any(
        all(part.isdecimal() for part in number) and tuple(map(int, number)) < _FIXED_TCP
        for number in numbers
    )
