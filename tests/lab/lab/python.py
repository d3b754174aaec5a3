"""python:3.13: compiled once for glibc and once for musl, into /usr/local as upstream does."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from lab import apkpack, images, machine, musl
from lab.step import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.step import Step

SOURCE = "python3.13"
VERSION = re.compile(r"_(3\.13\.\d+)\.orig\.")


def version(sources: Path) -> str:
    """The version that the source has."""
    for path in sources.glob(f"{SOURCE}_*"):
        if found := VERSION.search(path.name):
            return found[1]
    raise LabError(f"no Python source in {sources}")


def glibc(step: Step) -> str:
    """`usr/local`, and the Debian packages that it needs at run time in `packages`."""
    return musl.compiled(step, "python-glibc", "sources-python")


def for_musl(step: Step) -> str:
    """`usr/local`, and the libraries that it needs as apk names them in `packages`."""
    text = musl.compiled(step, "python-musl", "sources-python")
    local = step.scratch / "usr/local"
    programs = [path for path in local.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
    needed = {
        name for path in programs if "tkinter" not in path.name for name in apkpack.dynamic(path)[0]
    }
    own = {path.name for path in (local / "lib").iterdir()}
    (step.scratch / "packages").write_text("".join(f"so:{name}\n" for name in sorted(needed - own)))
    return text


def image(step: Step, tags: list[str], *, target: str) -> str:
    """One of the three images."""
    built = step.lab.results / ("python-musl" if target == "alpine" else "python-glibc")
    for name in ("usr", "packages"):
        step.run("cp", "-al", built / name, step.scratch / name)
    machine.write(step.scratch)
    known = version(step.lab.results / "sources-python")
    if target == "alpine":
        images.build(step, "python-alpine", tags, images.NO_CACHE, python_version=known)
    else:
        images.build(step, "python", tags, "--target", target, python_version=known)
    return tags[0]
