"""Everything that a run could leave behind, as one value to compare before and after.

What carries the label of another host is left out: so runs may go on side by side, each with a
folder of its own for what it keeps. What carries no such label counts, whoever made it.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from stepdown.adapters.leftovers import HOST
from stepdown.adapters.runs import Home


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
        images = _ours(engine.images(all=True), home)
        volumes = _ours(engine.volumes()["Volumes"] or [], home)
        return Leftovers(
            containers=_values(_ours(engine.containers(all=True), home), "Id"),
            images=_values(images, "Id"),
            tags=frozenset(tag for one in images for tag in one["RepoTags"] or ()),
            volumes=_values(volumes, "Name"),
            networks=_values(engine.networks(), "Id"),
            worktrees=_names(repository / ".git" / "worktrees"),
            files=_names(home / "stepdown" / "runs") | _temporary(_temporaries(home)),
        )
    finally:
        client.close()


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which runs keep their files in `home`."""
    places = {"XDG_CACHE_HOME": home, "XDG_STATE_HOME": home / "state"}
    places["TMPDIR"] = _temporaries(home)
    places["TMPDIR"].mkdir(exist_ok=True)
    return {**os.environ, **{name: str(place) for name, place in places.items()}}


def _names(folder: Path) -> frozenset[str]:
    return frozenset(p.name for p in folder.iterdir()) if folder.is_dir() else frozenset()


def _temporaries(home: Path) -> Path:
    return home / "temporary"


def _temporary(own: Path) -> frozenset[str]:
    """Whatever is in the folder of these runs, and what they should not have put elsewhere."""
    everybodys = _names(Path(tempfile.gettempdir()))
    return _names(own) | {name for name in everybodys if "stepdown" in name}


def _ours(things: Any, home: Path) -> list[dict[str, Any]]:
    """Leave out what another host's runs have made: at first, no host has been here."""
    known = (home / "stepdown" / "host").exists()
    host = Home(home / "stepdown", home / "state" / "stepdown").host() if known else ""
    return [one for one in things if (one["Labels"] or {}).get(HOST, host) == host]


def _values(things: Any, key: str) -> frozenset[str]:
    return frozenset(one[key] for one in things)
