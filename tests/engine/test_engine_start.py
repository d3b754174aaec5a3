"""Containers in the background: state, health, HTTP, files, programs beside it, and the stop."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.connection import Published, Unreachable
from stepdown.adapters.engine import DockerEngine
from stepdown.errors import StepdownError
from stepdown.model.image import Healthcheck
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, Container, ContainerSpec, File

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
IMAGE = "alpine:3.23"
SERVER = (
    "while :; do printf 'HTTP/1.1 200 OK\\r\\nX-Seen: yes\\r\\nContent-Length: 2\\r\\n\\r\\nok' "
    "| nc -l -p 8080 >> /requests; done"
)


def spec(*command: str, **more: object) -> ContainerSpec:
    return ContainerSpec(image=IMAGE, role="test", command=command, **more)  # type: ignore[arg-type]


def shell(script: str, **more: object) -> ContainerSpec:
    return spec("sh", "-c", script, **more)


def until(true: Callable[[], object], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def sleeper(engine: DockerEngine) -> Iterator[Container]:
    with engine.start(shell("echo up; while :; do sleep 0.2; done")) as container:
        yield container


def test_a_running_container(sleeper: Container) -> None:
    assert sleeper.refused == ""
    assert until(sleeper.output)
    assert sleeper.output() == "up\n"
    state = sleeper.state()
    assert (state.running, state.exit_code, state.health) == (True, None, "")
    assert (sleeper.read("/etc/alpine-release") or b"").startswith(b"3.23.")
    assert sleeper.read("/etc/absent") is None


def test_one_that_ends_by_itself(engine: DockerEngine) -> None:
    with engine.start(shell("echo bye; exit 4")) as container:
        assert until(lambda: not container.state().running)
        assert container.state().exit_code == 4
        assert container.output() == "bye\n"
        assert container.http(80, "/", 1) is None
        stopped = container.stop(5)
        assert (stopped.seconds, stopped.exit_code, stopped.killed) == (0, 4, False)
        assert "is not running" in container.execute(("true",), 5).refused


def test_what_a_container_changes_is_told_also_after_its_end(engine: DockerEngine) -> None:
    script = "mkdir -p /made/empty; echo x > /made/file; echo x >> /etc/motd; rm /etc/issue"
    with engine.start(shell(script)) as container:
        assert until(lambda: not container.state().running)
        assert container.changed() == ("/etc/issue", "/etc/motd", "/made/empty", "/made/file")
    with engine.start(spec("no-such")) as container:
        assert container.changed() == ()


def test_one_that_is_refused(engine: DockerEngine) -> None:
    with engine.start(spec("no-such")) as container:
        assert 'exec: "no-such"' in container.refused
        assert (container.state().running, container.state().exit_code) == (False, 127)
        assert container.output() == ""
        assert (container.read("/etc/alpine-release") or b"").startswith(b"3.23.")
        assert container.stop(1).exit_code == 127


def test_programs_beside_it(sleeper: Container) -> None:
    ended = sleeper.execute(("sh", "-c", "id -u; exit 6"), 30)
    assert (ended.exit_code, ended.output, ended.timed_out) == (6, "0\n", False)
    absent = sleeper.execute(("no-such",), 30)
    assert (absent.exit_code, absent.output) == (126, "")
    assert "executable file not found" in absent.refused
    late = sleeper.execute(("sh", "-c", "echo begun; sleep 30"), 2)
    assert (late.exit_code, late.output, late.timed_out) == (None, "begun\n", True)
    much = sleeper.execute(("sh", "-c", "yes | head -c 3000000"), 60)
    assert (much.exit_code, len(much.output), much.truncated) == (0, 1024 * 1024, True)


def test_files_come_into_it_while_it_runs(sleeper: Container) -> None:
    assert sleeper.put(
        (File(path="/.tools/hello", content=b"#!/bin/sh\necho hello\n", mode=0o755),)
    )
    assert sleeper.execute(("/.tools/hello",), 20).output == "hello\n"


def test_an_engine_that_refuses_files_is_no_fault(engine: DockerEngine) -> None:
    file = File(path="/.tools/hello", content=b"")
    with engine.start(shell("sleep 60", read_only=True)) as container:
        assert not container.put((file,))
    with engine.start(spec("/absent")) as container:
        assert not container.put((file,))


def test_its_end_is_waited_for(engine: DockerEngine, sleeper: Container) -> None:
    assert not sleeper.ended(0.5)
    began = time.monotonic()
    with engine.start(shell("sleep 1")) as container:
        assert container.ended(60)
    assert time.monotonic() - began < 30
    with engine.start(spec("/absent")) as refused:
        assert refused.ended(60)


def test_an_http_server_answers(engine: DockerEngine) -> None:
    with engine.start(shell(SERVER)) as container:
        assert until(lambda: container.http(8080, "/health?x=1 2", 5))
        answer = container.http(8080, "/health?x=1 2", 5)
        while answer is None:  # the little server needs a moment between requests
            answer = container.http(8080, "/health?x=1 2", 5)
        assert (answer.status, answer.body) == (200, b"ok")
        assert ("X-Seen", "yes") in answer.headers
        assert until(lambda: b"\r\n\r\n" in (container.read("/requests") or b""))
        request = (container.read("/requests") or b"").decode().splitlines()
        assert request[0] == "GET /health?x=1%202 HTTP/1.1"
        assert "Host: localhost:8080" in request


def test_nobody_answers(engine: DockerEngine) -> None:
    with engine.start(shell("nc -l -p 8080; sleep 60")) as container:
        began = time.monotonic()
        assert container.http(9999, "/", 5) is None  # refused
        assert until(lambda: container.http(8080, "/", 1) is None)  # accepts, says nothing
        assert time.monotonic() - began < 10
    with engine.start(shell("sleep 60", network=False)) as container:
        assert container.http(8080, "/", 1) is None


def test_published_ports_where_addresses_cannot_be_reached(engines: "Engines") -> None:
    reach = Published(host="127.0.0.1", bind="127.0.0.1")
    with engines.open(reach) as engine, engine.start(shell(SERVER, ports=(8080, 81))) as container:
        assert until(lambda: container.http(8080, "/", 5))
        # docker-proxy accepts although nobody listens behind it
        assert container.http(81, "/", 2) is None
        with pytest.raises(StepdownError, match=r"Port 82 .* cannot be reached"):
            container.http(82, "/", 2)
    with (
        engines.open(reach) as engine,
        engine.start(shell("sleep 60", network=False, ports=(8080,))) as container,
    ):
        assert container.http(8080, "/", 1) is None


def test_unreachable_is_not_silent(engines: "Engines") -> None:
    reach = Unreachable(reason="the engine is far away")
    with engines.open(reach) as engine, engine.start(shell(SERVER)) as container:
        with pytest.raises(StepdownError) as caught:
            container.http(8080, "/", 1)
        assert caught.value.details == "the engine is far away"


@pytest.mark.parametrize(
    ("test", "health", "code", "words"),
    [
        (("CMD", "true"), "healthy", 0, ""),
        (("CMD", "/no/such"), "unhealthy", -1, "OCI runtime exec failed"),
        (("CMD-SHELL", "curl -f localhost"), "unhealthy", 1, "curl: not found"),
    ],
)
def test_health(
    engine: DockerEngine, test: tuple[str, ...], health: str, code: int, words: str
) -> None:
    check = Healthcheck(test=test, interval=0.5, timeout=5, retries=1)
    with engine.start(shell("sleep 60", healthcheck=check)) as container:
        assert until(lambda: container.state().health == health)
        exit_code, output = container.state().health_log[-1]
        assert (exit_code in {code, 127 if code == 1 else code}, words in output) == (True, True)


@pytest.mark.parametrize(
    ("script", "expected", "between"),
    [
        ("trap 'sleep 1; exit 7' TERM; echo up; while :; do sleep 0.1; done", (7, False), (1, 3)),
        ("trap '' TERM; echo up; while :; do sleep 0.1; done", (137, True), (3, 15)),
        ("echo up; exec sleep 60", (137, True), (3, 15)),  # SIGTERM does nothing to PID 1
    ],
    ids=["obeys", "is deaf", "sleeps as PID 1"],
)
def test_stop(
    engine: DockerEngine, script: str, expected: tuple[int, bool], between: tuple[float, float]
) -> None:
    with engine.start(shell(script)) as container:
        assert until(container.output)
        stopped = container.stop(3)
        assert (stopped.exit_code, stopped.killed) == expected
        assert between[0] <= stopped.seconds < between[1]
        assert container.state().exit_code == stopped.exit_code


def test_the_images_own_stop_signal(engine: DockerEngine, context: Path) -> None:
    text = f"FROM {IMAGE}\nSTOPSIGNAL SIGUSR1\n"
    built = engine.build(BuildRequest(name="stop", dockerfile=text, context=str(context)), print)
    assert isinstance(built, Built)
    script = "trap 'exit 9' USR1; echo up; while :; do sleep 0.1; done"
    wanted = ContainerSpec(image=built.image, role="test", command=("sh", "-c", script))
    with engine.start(wanted) as container:
        assert until(container.output)
        assert container.stop(10).exit_code == 9


def test_out_of_memory_is_seen(engines: "Engines", engine: DockerEngine) -> None:
    script = "while [ ! -e /go ]; do sleep 0.1; done; exec tail -c 200m /dev/zero"
    with engine.start(shell(script)) as container:
        (thing,) = engines.things()
        engines.api.update_container(thing.split()[1], mem_limit="20m", memswap_limit="20m")
        assert container.execute(("touch", "/go"), 10).exit_code == 0
        assert until(lambda: not container.state().running)
        assert (container.state().out_of_memory, container.state().exit_code) == (True, 137)


def test_a_noisy_container_does_not_fill_the_disk(engine: DockerEngine) -> None:
    with engine.start(
        shell(f"yes {'x' * 1000} | head -c 60000000; echo; echo the end; sleep 60")
    ) as container:
        assert until(lambda: container.output().endswith("the end\n"), 120)
        assert 100_000 < len(container.output()) <= 1024 * 1024


def test_an_exception_removes_the_container(engines: "Engines", engine: DockerEngine) -> None:
    def interrupted() -> None:
        with engine.start(shell("sleep 60")):
            assert len(engines.things()) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert engines.things() == []
