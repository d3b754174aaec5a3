"""What a batch may leave behind: on the engine, in its folders, of its processes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker

from stepdown.adapters.runs import Home

_DASK = "dask-scratch-space"


def label(folder: Path) -> dict[str, str]:
    """Return the filter by which an engine finds what is of the runs that live in `folder`."""
    host = Home(folder / "cache/stepdown", folder / "state/stepdown").host()
    return {"label": f"stepdown.host={host}"}


def kept(folder: Path) -> list[str]:
    """Return all that runs keep while they live: on the engine, and in their folder."""
    ours: dict[str, str | list[str] | bool] = {**label(folder)}
    client = docker.from_env()
    try:
        things = [
            *(f"container {c.name}" for c in client.containers.list(all=True, filters=ours)),
            *(f"image {i.tags}" for i in client.images.list(all=True, filters=ours)),
            *(f"volume {v.name}" for v in client.volumes.list(filters=ours)),
            *(f"network {n.name}" for n in client.networks.list(filters=ours)),
        ]
    finally:
        client.close()
    runs = folder / "cache/stepdown/runs"
    return [*things, *map(str, runs.iterdir() if runs.is_dir() else ())]


def left(folder: Path) -> list[str]:
    """Return all that is there of a batch that keeps what is its own below `folder`."""
    files = (one for one in (folder / "temporary").iterdir() if one.name != _DASK)
    return [*kept(folder), *map(str, files), *_children(folder)]


def _children(folder: Path) -> Iterator[str]:
    wanted = f"XDG_CACHE_HOME={folder / 'cache'}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                yield f"process {(entry / 'cmdline').read_bytes()!r}"
        except OSError:
            continue


def settled(folder: Path, look: Callable[[Path], list[str]] = left) -> list[str]:
    """Look again for a while: the engine still ends what it was at."""
    deadline = time.monotonic() + 10
    while (found := look(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
