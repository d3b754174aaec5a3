"""nginx:1.26: Debian's package on Debian; for Alpine the same version, compiled for musl."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from lab import apkpack, images, musl
from lab.apkpack import About
from lab.step import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.step import Step

SOURCES = ["nginx", "pcre2"]
VERSION = re.compile(r"nginx_([\d.]+)\.orig\.")
FILES = "nginx"
"""The folder of settings and start scripts that both images get."""


def version(sources: Path) -> str:
    """The version that the source has."""
    for path in sources.glob("nginx_*"):
        if found := VERSION.search(path.name):
            return found[1]
    raise LabError(f"no nginx source in {sources}")


def package(step: Step) -> str:
    """The apk package `nginx`."""
    musl.compiled(step, "nginx-musl", "sources-nginx")
    tree = step.scratch / "tree"
    tree.mkdir()
    (step.scratch / "usr").rename(tree / "usr")
    known = version(step.lab.results / "sources-nginx")
    about = About(f"{known}-r1", "High performance web server", "BSD-2-Clause")
    apkpack.pack("nginx", about, tree, step.scratch, "compiled here with musl-gcc")
    shutil.rmtree(tree)
    return f"nginx {known}"


def image(step: Step, tags: list[str], *, libc: str) -> str:
    """One of the two images."""
    results = step.lab.results
    step.run("cp", "-a", images.RECIPES / FILES, step.scratch / FILES)
    options = [images.NO_CACHE] if libc == "musl" else []
    if libc == "musl":
        step.run("cp", "-al", results / "nginx-package", step.scratch / "package")
    known = version(results / "sources-nginx")
    images.build(step, "nginx", tags, "--target", libc, *options, nginx_version=known)
    return tags[0]
