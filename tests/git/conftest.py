"""A git server for the tests that need one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from git_remotes import Place, settle
from git_server import GitServer, serving
from git_world import World, make_world


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    """One lighttpd for all tests."""
    with serving(tmp_path_factory.mktemp("server") / "git") as running:
        yield running


@pytest.fixture
def place(
    server: GitServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Place:
    """A repository on the server, and the user's own."""
    world: World = make_world(tmp_path, monkeypatch)
    return settle(world, server, f"{tmp_path.name}/app")
