"""Finding the engine, and what is said when it is not there or goes away."""

import gc
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from engine_proxy import Proxy, open_proxy

from stepdown.adapters.connection import find_address, open_client
from stepdown.adapters.engine import connect
from stepdown.adapters.runs import open_run
from stepdown.cli import measuring
from stepdown.cli.measuring import View
from stepdown.errors import EngineError
from stepdown.model.surface import Known, Surface
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, ContainerSpec

if TYPE_CHECKING:
    from engines import Engines

Capture = pytest.CaptureFixture[str]
pytest_plugins = ["engines"]
pytestmark = [
    pytest.mark.engine,
    # docker's unixconn.py forgets its socket when nobody listens any more
    pytest.mark.filterwarnings(
        r"ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
    ),
]
SPEC = ContainerSpec(image="alpine:3.23", role="test", command=("sleep", "600"))


@pytest.fixture
def proxy(engines: "Engines", monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The engine behind a proxy, which DOCKER_HOST names; cut, it leaves things to be swept."""
    real = find_address(os.environ).host
    with open_proxy(engines.folder, real) as proxy:
        monkeypatch.setenv("DOCKER_HOST", proxy.address)
        yield proxy
    gc.collect()
    monkeypatch.setenv("DOCKER_HOST", real)
    with engines.open():
        pass


def test_no_engine(engines: "Engines", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such/socket")
    began = time.monotonic()
    with pytest.raises(EngineError) as caught, engines.open():
        pytest.fail("nobody is there")
    assert caught.value.exit_code == 4
    assert caught.value.brief == (
        "No container engine answers at unix:///no/such/socket (DOCKER_HOST)."
    )
    assert "Start Docker" in caught.value.hint
    assert time.monotonic() - began < 2


def test_an_engine_that_is_just_starting(engines: "Engines") -> None:
    real, path = find_address(os.environ).host, engines.folder / "p.sock"
    with open_proxy(engines.folder, real):
        pass  # leaves the socket's file, where nobody listens, as an engine does that has stopped
    proxies: list[Proxy] = []

    def start() -> None:
        path.unlink()
        proxies.append(Proxy(path, real))

    timer = threading.Timer(1, start)
    timer.start()
    began = time.monotonic()
    open_client(find_address({"DOCKER_HOST": f"unix://{path}"})).close()
    assert time.monotonic() - began > 0.5
    timer.join()
    proxies[0].cut()


def test_a_user_who_may_not(tmp_path: Path) -> None:
    (tmp_path / "docker.sock").write_text("not a socket")
    address = find_address({"DOCKER_HOST": f"unix://{tmp_path / 'docker.sock'}"})
    with pytest.raises(EngineError, match="No container engine answers"):
        open_client(address)


def test_an_engine_that_dies_in_a_build(engines: "Engines", proxy: Proxy, context: Path) -> None:
    text = "FROM alpine:3.23\nRUN echo begun; sleep 75001\n"
    request = BuildRequest(name="x", dockerfile=text, context=str(context))

    def cut(line: str) -> None:
        if line.endswith(" begun"):
            proxy.cut()

    with pytest.raises(EngineError) as caught, engines.open() as engine:
        engine.build(request, cut)
    assert caught.value.exit_code == 4
    assert "went away during a build" in caught.value.brief


def test_an_engine_that_dies_during_a_run(engines: "Engines", proxy: Proxy) -> None:
    timer = threading.Timer(2, proxy.cut)
    timer.start()
    with pytest.raises(EngineError, match="failed while"), engines.open() as engine:
        engine.run(SPEC, 60)
    timer.join()


def test_an_engine_that_dies_before_a_look(engines: "Engines", proxy: Proxy) -> None:
    with engines.open() as engine, engine.start(SPEC) as container:
        proxy.cut()
        for ask in (container.state, container.output, lambda: container.http(80, "/", 1)):
            with pytest.raises(EngineError, match="failed while"):
                ask()


def test_half_an_export_is_an_error(engines: "Engines", proxy: Proxy) -> None:
    with engines.open() as engine, engine.export("alpine:3.23") as chunks:
        proxy.cut_after(1_000_000)
        assert next(chunks)
        with pytest.raises(EngineError, match="exporting"):
            list(chunks)


def test_half_an_image_is_a_partial_card(
    engines: "Engines", proxy: Proxy, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(engines.folder / "cache"))
    proxy.break_after(1_000_000)
    assert measuring.measure("alpine:3.23", View(form="json")) == EngineError.exit_code
    card = msgspec.json.decode(capsys.readouterr().out, type=Surface)
    assert card.known is Known.PARTIAL
    assert "broke off" in card.warnings[0]
    counts = {m.key: m for m in card.measures}
    assert counts["os_packages"].value is None
    assert counts["commands"].known is Known.PARTIAL
    proxy.break_after(1 << 40)
    assert measuring.measure("alpine:3.23", View(form="json")) == 0  # nothing was kept of the half
    assert msgspec.json.decode(capsys.readouterr().out, type=Surface).known is Known.MEASURED


def test_the_docker_commands_context_is_used(
    engines: "Engines", context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = find_address(os.environ).host
    settings = engines.folder / "docker"
    plugins = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker")) / "cli-plugins"
    settings.mkdir()
    if plugins.is_dir():
        (settings / "cli-plugins").symlink_to(plugins)
    monkeypatch.setenv("DOCKER_CONFIG", str(settings))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    for words in (["create", "lab", "--docker", f"host={real}"], ["use", "lab"]):
        subprocess.run(["docker", "context", *words], check=True, capture_output=True)
    address = find_address(os.environ)
    assert (address.host, address.source) == (real, "the context lab")
    with open_run(engines.home) as run, connect(run) as engine:
        request = BuildRequest(name="x", dockerfile="FROM alpine:3.23\n", context=str(context))
        assert isinstance(engine.build(request, lambda _: None), Built)


def test_a_broken_context_is_told(engines: "Engines", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONTEXT", "no-such-context")
    with pytest.raises(EngineError, match="context cannot be read"), engines.open():
        pytest.fail("there is no such context")
