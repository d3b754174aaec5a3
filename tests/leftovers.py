"""Everything that a run could leave behind, as one value to compare before and after."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker


@dataclass(frozen=True)
class Leftovers:
    """What exists on the engine, in the repository and in the folders for temporary files."""

    containers: frozenset[str]
    images: frozenset[str]
    tags: frozenset[str]
    volumes: frozenset[str]
    networks: frozenset[str]
    worktrees: frozenset[str]
    files: frozenset[str]


def look(repository: Path, home: Path) -> Leftovers:
    """Return what there is now; `home` is the XDG_CACHE_HOME of the runs."""
    client = docker.from_env()
    try:
        engine: Any = client.api  # the lists as they are; `client.images` asks for each image anew
        images = engine.images(all=True)
        return Leftovers(
            containers=frozenset(one["Id"] for one in engine.containers(all=True)),
            images=frozenset(one["Id"] for one in images),
            tags=frozenset(tag for one in images for tag in one["RepoTags"] or ()),
            volumes=frozenset(v.id or "" for v in client.volumes.list()),
            networks=frozenset(n.id or "" for n in client.networks.list()),
            worktrees=_names(repository / ".git" / "worktrees"),
            files=_names(home / "stepdown" / "runs") | _temporary(),
        )
    finally:
        client.close()


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which runs keep their files in `home`."""
    return {**os.environ, "XDG_CACHE_HOME": str(home), "XDG_STATE_HOME": str(home / "state")}


def _names(folder: Path) -> frozenset[str]:
    return frozenset(p.name for p in folder.iterdir()) if folder.is_dir() else frozenset()


def _temporary() -> frozenset[str]:
    folder = Path(tempfile.gettempdir())
    return frozenset(name for name in _names(folder) if "stepdown" in name)
