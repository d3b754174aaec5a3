"""Images: written as archives with every detail under control, or built from a Dockerfile."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lab.step import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.step import Step

RECIPES = Path(__file__).resolve().parent.parent / "dockerfiles"
Member = tuple[tarfile.TarInfo, IO[bytes] | None]
"""What `TarFile.addfile` takes."""
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NO_CACHE = "--no-cache"
PACKAGE_LISTS = "\nARG LISTS\n"
"""In a Dockerfile with a stage for apt's lists: every such stage of a day is one and the same."""
CHUNK = 1 << 20


@dataclass(frozen=True)
class Layer:
    """A layer: a plain tar file, and the words that `docker history` shows for it."""

    tar: Path
    created_by: str
    digest: str

    @classmethod
    def of(cls, tar: Path, created_by: str) -> Layer:
        """Read the file once to learn its digest."""
        digest = hashlib.sha256()
        with tar.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return cls(tar, created_by, digest.hexdigest())


@dataclass(frozen=True)
class Image:
    """What `docker load` is told about one image."""

    tags: list[str]
    layers: list[Layer]
    config: Mapping[str, Any]
    created: str
    instructions: list[str] = field(default_factory=list)
    """Entries of the history that made no layer, such as CMD."""

    def description(self) -> bytes:
        """The configuration as the image specification has it; its digest is the image's id."""
        steps: list[dict[str, Any]] = [{"created_by": layer.created_by} for layer in self.layers]
        steps += [{"created_by": text, "empty_layer": True} for text in self.instructions]
        whole = {
            "architecture": "amd64",
            "os": "linux",
            "created": self.created,
            "config": self.config,
            "rootfs": {
                "type": "layers",
                "diff_ids": [f"sha256:{layer.digest}" for layer in self.layers],
            },
            "history": [{"created": self.created, **step} for step in steps],
        }
        return json.dumps(whole, sort_keys=True).encode()


def now() -> str:
    """The moment, as images write it."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def load(step: Step, images: list[Image]) -> None:
    """Give images to the engine in one archive; a layer that several share is sent once."""
    docker = step.feed("docker", "load", "--quiet")
    if docker.stdin is None:
        raise LabError("docker load takes no input")
    with docker.stdin as pipe, tarfile.open(fileobj=pipe, mode="w|") as archive:
        manifest = []
        sent: set[str] = set()
        for image in images:
            blob = image.description()
            name = hashlib.sha256(blob).hexdigest() + ".json"
            archive.addfile(*regular(name, blob))
            for layer in image.layers:
                if layer.digest not in sent:
                    archive.add(layer.tar, f"{layer.digest}/layer.tar")
                    sent.add(layer.digest)
            layers = [f"{layer.digest}/layer.tar" for layer in image.layers]
            manifest.append({"Config": name, "RepoTags": image.tags, "Layers": layers})
        archive.addfile(*regular("manifest.json", json.dumps(manifest).encode()))
    if docker.wait():
        raise LabError(f"docker load failed, see {step.log}")


def build(step: Step, recipe: str, tags: Iterable[str], *options: str, **arguments: str) -> None:
    """Build `dockerfiles/<recipe>.Dockerfile`; the step's scratch folder is the context.

    `options` are buildx's own, `arguments` the build's. What installs apk packages needs NO_CACHE:
    the engine does not see that the repository has others now.
    """
    command = ["docker", "buildx", "build", "--progress=plain", "--provenance=false", *options]
    for tag in tags:
        command += ["--tag", tag]
    file = RECIPES / f"{recipe}.Dockerfile"
    if PACKAGE_LISTS in file.read_text():
        arguments["lists"] = now().partition("T")[0]
    for name, value in arguments.items():
        command += ["--build-arg", f"{name.upper()}={value}"]
    step.run(*command, "--file", file, step.scratch)


def regular(name: str, content: bytes, mode: int = 0o644) -> Member:
    """A file of root's."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    return entry, io.BytesIO(content)


def folder(name: str, mode: int = 0o755, owner: int = 0) -> Member:
    """A folder."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
    return entry, None


def link(name: str, target: str, *, hard: bool = False) -> Member:
    """A symbolic or a hard link."""
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    entry.mode, entry.linkname = (0o755 if hard else 0o777), target
    return entry, None
