"""A real engine for each test, and the proof that nothing of it stays behind."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from docker import APIClient

from stepdown.adapters.connection import Reach, find_address, open_client
from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.runs import Home, open_run
from stepdown.errors import EngineError


class Engines:
    """Runs with their engines, all of one private host, so that other users do not matter."""

    def __init__(self, folder: Path, api: APIClient) -> None:
        self.folder = folder
        self.home = Home(folder / "cache/stepdown", folder / "state/stepdown")
        self.api = api

    def open(self, reach: Reach | None = None) -> AbstractContextManager[DockerEngine]:
        return _open(self.home, reach)

    def environment(self) -> dict[str, str]:
        """The variables with which a child process is of the same host."""
        places = {"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
        return {**os.environ, **{name: str(self.folder / at) for name, at in places.items()}}

    def things(self) -> list[str]:
        """Everything on the engine that carries our host's label."""
        label = {"label": f"stepdown.host={self.home.host()}"}
        containers = [
            f"container {one['Id']}" for one in self.api.containers(all=True, filters=label)
        ]
        images = [f"image {one['Id']}" for one in self.api.images(filters=label)]
        volumes = [
            f"volume {one['Name']}" for one in self.api.volumes(filters=label)["Volumes"] or []
        ]
        return containers + images + volumes


@contextmanager
def _open(home: Home, reach: Reach | None) -> Iterator[DockerEngine]:
    with open_run(home) as run, connect(run, target="a test", reach=reach) as engine:
        yield engine


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    try:
        api = open_client(find_address(os.environ))
    except EngineError as error:
        pytest.fail(f"{error.brief}\n{error.details}\nStart the lab: ./tests/lab/up", pytrace=False)
    engines = Engines(tmp_path, api)
    yield engines
    left = engines.things()
    api.close()
    assert left == []


@pytest.fixture
def engine(engines: Engines) -> Iterator[DockerEngine]:
    with engines.open() as engine:
        yield engine


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    return folder
