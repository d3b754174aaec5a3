"""Look-ups in a real registry through a real engine, without pulling."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registries import LAYERS, PASSWORD, Shelf, digest, serving, settings
from stepdown.adapters.engine import DockerEngine
from stepdown.adapters.registry import EngineRegistry
from stepdown.adapters.remembered import Answers, RememberedRegistry
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, NotAsked, NotRegistered, Registered

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine


@pytest.fixture
def shelf() -> Shelf:
    return Shelf("amd64", "arm64")


@pytest.fixture
def host(shelf: Shelf) -> Iterator[str]:
    with serving(shelf) as name:
        yield name


@pytest.fixture
def registry(engine: DockerEngine) -> EngineRegistry:
    return engine.registry()


def test_an_image_that_is_there(registry: EngineRegistry, host: str, shelf: Shelf) -> None:
    found = registry.look_up(f"{host}/app:1", "linux/amd64")
    assert isinstance(found, Registered)
    assert found.digest == digest(shelf.index)
    assert sorted(found.platforms) == ["linux/amd64", "linux/arm64"]
    assert found.compressed is not None
    assert sum(LAYERS) < found.compressed < sum(LAYERS) + 1000
    assert not [path for path in shelf.asked if "/blobs/sha256:0000" in path]


def test_what_was_answered_is_not_asked_again(
    engine: DockerEngine, host: str, shelf: Shelf
) -> None:
    """Every entry of a fleet has its own connection to the engine; the answers are theirs alike."""
    answers: Answers = {}
    first = RememberedRegistry(engine.registry(), answers)
    found = first.look_up(f"{host}/app:1", "linux/amd64")
    assert isinstance(found, Registered)
    assert first.digest(f"{host}/app:1") == found.digest
    missing = first.look_up(f"{host}/app:2", "linux/amd64")
    asked = len(shelf.asked)
    second = RememberedRegistry(engine.registry(), answers)
    assert second.look_up(f"{host}/app:1", "linux/amd64") == found
    assert second.look_up(f"{host}/app:2", "linux/amd64") == missing
    assert second.digest(f"{host}/app:1") == found.digest
    assert len(shelf.asked) == asked
    second.look_up(f"{host}/app:1", "linux/arm64")
    assert len(shelf.asked) > asked


def test_a_digest_can_be_asked_for(registry: EngineRegistry, host: str, shelf: Shelf) -> None:
    found = registry.look_up(f"{host}/app@{digest(shelf.index)}", "linux/amd64")
    assert isinstance(found, Registered)
    assert found.digest == digest(shelf.index)


def test_a_platform_that_is_not_there_has_no_size(registry: EngineRegistry, host: str) -> None:
    found = registry.look_up(f"{host}/app:1", "linux/s390x")
    assert isinstance(found, Registered)
    assert found.compressed is None
    assert "linux/s390x" not in found.platforms


def test_a_tag_that_does_not_exist(registry: EngineRegistry, host: str) -> None:
    found = registry.look_up(f"{host}/app:2", "linux/amd64")
    assert isinstance(found, NotRegistered)
    assert host in found.reason
    assert not found.denied


def test_without_credentials_it_is_denied(registry: EngineRegistry) -> None:
    with serving(Shelf("amd64", private=True)) as host:
        denied = registry.look_up(f"{host}/app:1", "linux/amd64")
    assert isinstance(denied, NotRegistered)
    assert denied.denied


@pytest.fixture
def private() -> Iterator[str]:
    """A registry that wants a password, with an image that can be pulled."""
    with serving(Shelf("amd64", "arm64", private=True, real=True)) as name:
        yield name


def log_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, host: str, way: str, password: str = PASSWORD
) -> None:
    for name, value in settings(folder, host, password, way).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("way", ["auths", "credHelpers", "credsStore"])
def test_with_the_users_own_credentials_it_is_found(
    engines: "Engines", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: str, way: str
) -> None:
    log_in(tmp_path / "docker", monkeypatch, private, way)
    with engines.open() as engine:
        found = engine.registry().look_up(f"{private}/app:1", "linux/amd64")
    assert isinstance(found, Registered)
    assert found.compressed is not None


@pytest.mark.parametrize("way", ["auths", "credHelpers"])
def test_with_the_users_own_credentials_it_is_pulled(
    engines: "Engines", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: str, way: str
) -> None:
    log_in(tmp_path / "docker", monkeypatch, private, way)
    (tmp_path / "context").mkdir()
    request = BuildRequest(
        name="a test",
        dockerfile=f"FROM {private}/{way.lower()}:1\nLABEL mine=yes\n",
        context=str(tmp_path / "context"),
    )
    with engines.open() as engine:
        built = engine.build(request, lambda _: None)
    assert isinstance(built, Built), built


@pytest.mark.parametrize("way", ["auths", "credHelpers"])
def test_with_wrong_credentials_it_is_denied(
    engines: "Engines", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: str, way: str
) -> None:
    log_in(tmp_path / "docker", monkeypatch, private, way, "wrong")
    with engines.open() as engine:
        denied = engine.registry().look_up(f"{private}/app:1", "linux/amd64")
    assert isinstance(denied, NotRegistered)
    assert denied.denied
    assert private in denied.reason
    assert "wrong" not in denied.reason


def test_a_helper_that_is_not_there_is_said(
    engines: "Engines", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    log_in(tmp_path / "docker", monkeypatch, private, "credHelpers")
    (tmp_path / "docker" / "docker-credential-shelf").unlink()
    with engines.open() as engine:
        answer = engine.registry().look_up(f"{private}/app:1", "linux/amd64")
    assert isinstance(answer, NotAsked)
    assert "docker-credential-shelf" in answer.reason


def test_a_busy_registry_is_asked_again(registry: EngineRegistry, host: str, shelf: Shelf) -> None:
    shelf.busy = 1
    assert isinstance(registry.look_up(f"{host}/app:1", "linux/amd64"), Registered)


def test_one_that_cannot_be_reached_is_asked_only_once(registry: EngineRegistry) -> None:
    with serving(Shelf("amd64")) as gone:
        pass
    first = registry.look_up(f"{gone}/app:1", "linux/amd64")
    assert isinstance(first, NotAsked)
    with serving(Shelf("amd64")):
        assert registry.look_up(f"{gone}/other:1", "linux/amd64") == first
