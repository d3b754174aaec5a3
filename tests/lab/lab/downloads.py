"""What comes from PyPI and npm, through pip and npm as this machine has them configured."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lab.step import LabError

if TYPE_CHECKING:
    from lab.step import Step

PLATFORMS = {
    "glibc": ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    "musl": ["musllinux_1_2_x86_64", "musllinux_1_1_x86_64"],
}


def wheel(step: Step, requirement: str, into: Path, libc: str | None = None) -> Path:
    """Download one wheel, without what it depends on, and return its path."""
    before = set(into.glob("*.whl")) if into.exists() else set()
    platforms = [word for name in PLATFORMS.get(libc or "", []) for word in ("--platform", name)]
    step.run(
        *(*_pip(), "download", "--quiet", "--no-deps", "--disable-pip-version-check"),
        *("--only-binary=:all:", *platforms, "--dest", str(into), requirement),
    )
    found = set(into.glob("*.whl")) - before
    if len(found) != 1:
        raise LabError(f"pip brought {len(found)} wheels for {requirement}")
    return found.pop()


def npm_package(step: Step, requirement: str, into: Path, node: Path | None = None) -> Path:
    """Download one npm package as a tarball; without an npm, that of the Node.js tree `node`."""
    into.mkdir(parents=True, exist_ok=True)
    command = ["npm"]
    if not shutil.which("npm"):
        if node is None:
            raise LabError("npm is needed")
        command = [f"{node}/bin/node", f"{node}/lib/node_modules/npm/bin/npm-cli.js"]
    step.run(*command, "pack", "--silent", requirement, cwd=into)
    return next(into.glob("*.tgz"))


def _pip() -> list[str]:
    """This interpreter's pip, else the machine's."""
    try:
        import pip  # noqa: F401, PLC0415
    except ImportError:
        if not (program := shutil.which("pip3")):
            raise LabError("pip is needed: apt-get install python3-pip") from None
        return [program]
    return [sys.executable, "-m", "pip"]
