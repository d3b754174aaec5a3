"""Programs and libraries for musl, compiled from the sources of Debian trixie's packages."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lab import apt, images

if TYPE_CHECKING:
    from lab.step import Step

SUITE = "trixie"
SONAMES = [
    *("ld-musl-x86_64.so.1", "libcrypto.so.3", "libssl.so.3", "libz.so.1", "libncursesw.so.6"),
    *("liblzma.so.5", "libuuid.so.1"),
]
"""Alpine's own libraries that something here is linked with."""
HEADERS = [
    *("libffi-dev", "liblzma-dev", "libncurses-dev", "libssl-dev", "uuid-dev", "zlib1g-dev"),
    *("tcl8.6", "libtcl8.6"),
]


def toolchain(step: Step, tags: list[str]) -> str:
    """The image that compiles."""
    libraries = step.scratch / "libraries"
    libraries.mkdir()
    root = step.lab.results / "alpine-vm/root"
    for name in SONAMES:
        folders = ("lib", "usr/lib")
        found = next(root / folder / name for folder in folders if (root / folder / name).exists())
        shutil.copy(found, libraries / name)
    images.build(step, "toolchain", tags)
    return tags[0]


def workbench(step: Step, tags: list[str]) -> str:
    """The same with headers."""
    apt.download(step, SUITE, HEADERS, step.scratch / "debs")
    images.build(step, "workbench", tags)
    return tags[0]


def sources(step: Step, packages: list[str]) -> str:
    """Download the upstream tarballs of some Debian source packages."""
    apt.sources(step, SUITE, packages, step.scratch)
    return " ".join(packages)


def compiled(step: Step, recipe: str, sources_of: str) -> str:
    """Compile with a Dockerfile, and keep what its last stage holds."""
    _context(step, sources_of)
    images.build(step, recipe, (), "--output", f"type=local,dest={step.scratch}/out")
    for entry in list(step.scratch.iterdir()):
        if entry.name != "out":
            step.run("rm", "-r", entry)
    for entry in (step.scratch / "out").iterdir():
        entry.rename(step.scratch / entry.name)
    (step.scratch / "out").rmdir()
    return "compiled"


def developed(step: Step, tags: list[str]) -> str:
    """The image with the compiled libraries and their headers, for what needs both."""
    _context(step, "sources-libraries")
    images.build(step, "libraries", tags, "--target", "development")
    return tags[0]


def _context(step: Step, sources_of: str) -> None:
    step.run("cp", "-al", step.lab.results / sources_of, step.scratch / "source")
    for extra in [*images.RECIPES.glob("*.c"), *images.RECIPES.glob("*.h")]:
        (step.scratch / extra.name).write_bytes(extra.read_bytes())
