"""oven/bun: the programs that the publisher puts on npm, on Debian and Alpine as upstream does."""

from __future__ import annotations

import shutil
import tarfile
from typing import TYPE_CHECKING

from lab import downloads, images, machine

if TYPE_CHECKING:
    from lab.step import Step

VERSION = "1.4.5"
PACKAGES = {
    "glibc": "@oven/bun-linux-x64-baseline",
    "musl": "@oven/bun-linux-x64-musl-baseline",
}
ENTRYPOINT = """#!/bin/sh
# What is not a command goes to bun: an option, an unknown word, a file that is not executable.
set -e
case "$1" in
  -*) set -- /usr/local/bin/bun "$@" ;;
  *)
    if ! command -v "$1" >/dev/null || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
      set -- /usr/local/bin/bun "$@"
    fi
    ;;
esac
exec "$@"
"""


def program(step: Step, libc: str) -> str:
    """`usr/local/bin/bun`."""
    node = step.lab.results / "node-glibc/usr/local"
    tarball = downloads.npm_package(step, f"{PACKAGES[libc]}@{VERSION}", step.scratch / "npm", node)
    target = step.scratch / "usr/local/bin/bun"
    target.parent.mkdir(parents=True)
    with tarfile.open(tarball) as archive, target.open("wb") as file:
        content = archive.extractfile("package/bin/bun")
        if content:
            shutil.copyfileobj(content, file)
    target.chmod(0o755)
    shutil.rmtree(tarball.parent)
    return f"Bun {VERSION} for {libc}"


def image(step: Step, tags: list[str], *, base: str, libc: str) -> str:
    """One of the three images."""
    step.run("cp", "-al", step.lab.results / f"bun-{libc}/usr", step.scratch / "usr")
    (step.scratch / "docker-entrypoint.sh").write_text(ENTRYPOINT)
    (step.scratch / "docker-entrypoint.sh").chmod(0o755)
    machine.write(step.scratch)
    options = [images.NO_CACHE] if libc == "musl" else []
    images.build(step, "bun", tags, "--target", libc, *options, base=base)
    return tags[0]
