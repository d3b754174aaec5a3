"""Nothing stays behind: after an end of any kind, now or at the next start."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, ContainerSpec

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
BEGIN = """
import sys, time
from stepdown.adapters.engine import connect
from stepdown.adapters.runs import open_run
from stepdown.ports import BuildRequest, ContainerSpec
request = BuildRequest(name="child", context=sys.argv[1], dockerfile=sys.argv[2])
with open_run() as run, connect(run) as engine:
"""
HOLD = """
    built = engine.build(request, lambda line: None)
    with engine.start(ContainerSpec(image=built.image, role="test", command=("sleep", "600"))):
        print("ready", flush=True)
        time.sleep(600)
"""
HANG = """
    def say(line):
        if "begun-in-the-step" in line and "RUN" not in line:
            print("ready", flush=True)
    engine.build(request, say)
"""


@contextmanager
def child(
    engines: "Engines", context: Path, script: str, text: str
) -> Iterator[subprocess.Popen[str]]:
    """Another stepdown process of the same host, at the point where it says that it is ready."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", BEGIN + script, str(context), text],
        env=engines.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
            yield process
        finally:
            process.kill()


def runs_a_step(number: int) -> bool:
    """Whether the step's `sleep` runs."""
    wanted = f"sleep\0{number}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes() == wanted:
                return True
        except OSError:
            continue
    return False


def builders(engines: "Engines") -> list[str]:
    """Docker commands that build out of a folder of this test."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "build" in words and any(str(engines.folder) in word for word in words):
            found.append(entry.name)
    return found


def soon(true: Callable[[], object]) -> bool:
    for _ in range(100):
        if true():
            return True
        time.sleep(0.1)
    return False


def none_of(engines: "Engines", number: int) -> bool:
    return soon(lambda: not builders(engines) and not runs_a_step(number))


def hanging(number: int) -> str:
    return f"FROM alpine:3.23\nRUN echo begun-in-the-step; sleep {number}\n"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGINT, "KeyboardInterrupt"),
        (signal.SIGTERM, "Stopped by SIGTERM"),
        (signal.SIGHUP, "Stopped by SIGHUP"),
    ],
)
def test_a_signal_while_a_container_runs(
    engines: "Engines", context: Path, number: signal.Signals, words: str
) -> None:
    with child(engines, context, HOLD, "FROM alpine:3.23\n") as process:
        assert len(engines.things()) == 2
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert words in errors.splitlines()[-1]
    assert engines.things() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_build_hangs(
    engines: "Engines", context: Path, number: signal.Signals
) -> None:
    seconds = 77000 + int(number)
    with child(engines, context, HANG, hanging(seconds)) as process:
        assert builders(engines)
        assert soon(lambda: runs_a_step(seconds))
        process.send_signal(number)
        process.communicate(timeout=60)
    assert none_of(engines, seconds)
    assert engines.things() == []


def test_a_killed_process_is_swept_by_the_next(engines: "Engines", context: Path) -> None:
    with child(engines, context, HOLD, "FROM alpine:3.23\nVOLUME /data\n") as process:
        with engines.open() as other:  # alive: it must not be touched
            assert other.swept == ()
        assert len(engines.things()) == 2
        process.kill()
        process.wait()
    assert len(engines.things()) == 2
    with engines.open() as engine:
        assert [sentence.split()[:3] for sentence in engine.swept] == [
            ["Removed", "the", "container"],
            ["Removed", "the", "image"],
        ]
        assert engines.things() == []


def test_a_killed_process_leaves_no_build(engines: "Engines", context: Path) -> None:
    with child(engines, context, HANG, hanging(76001)) as process:
        process.kill()
        process.wait()
    assert builders(engines)
    with engines.open():
        assert none_of(engines, 76001)
    assert engines.things() == []


def test_containers_of_other_hosts_are_left_alone(
    engines: "Engines", engine: DockerEngine, context: Path
) -> None:
    labels = {"stepdown.run": "20260101-000000-abcdef", "stepdown.host": "somebody else"}
    body = {"Image": "alpine:3.23", "Labels": labels}
    made = engines.api.create_container_from_config(body)["Id"]  # type: ignore[no-untyped-call]
    try:
        engine.sweep()
        assert engine.swept == ()
        assert engines.api.inspect_container(made)["Id"] == made
    finally:
        engines.api.remove_container(made)


def test_what_users_made_of_our_image_is_theirs(engines: "Engines", context: Path) -> None:
    with engines.open() as engine:
        request = BuildRequest(
            name="x", dockerfile="FROM alpine:3.23\nENV A=1\n", context=str(context)
        )
        built = engine.build(request, lambda _: None)
        assert isinstance(built, Built)
        engines.api.tag(built.image, "stepdown-test-kept", "1")
        body = {"Image": built.image, "Cmd": ["true"]}
        made = engines.api.create_container_from_config(body)["Id"]  # type: ignore[no-untyped-call]
    assert engines.api.inspect_container(made)["Id"] == made
    tags = engines.api.inspect_image("stepdown-test-kept:1")["RepoTags"]  # type: ignore[no-untyped-call]
    assert tags == ["stepdown-test-kept:1"]
    engines.api.remove_container(made)
    engines.api.remove_image("stepdown-test-kept:1")


def test_close_removes_all_and_may_be_called_again(
    engines: "Engines", engine: DockerEngine, context: Path
) -> None:
    request = BuildRequest(name="x", dockerfile="FROM alpine:3.23\nENV A=2\n", context=str(context))
    assert isinstance(engine.build(request, lambda _: None), Built)
    assert len(engines.things()) == 1
    engine.close()
    engine.close()
    assert engines.things() == []


def test_labels_tell_whose_it_is(engines: "Engines", engine: DockerEngine) -> None:
    spec = ContainerSpec(image="alpine:3.23", role="a role", command=("sleep", "60"))
    with engine.start(spec):
        (thing,) = engines.things()
        seen = engines.api.inspect_container(thing.split()[1])
    labels = seen["Config"]["Labels"]
    assert (labels["stepdown.target"], labels["stepdown.role"]) == ("a test", "a role")
    host = seen["HostConfig"]
    assert (host["PidsLimit"], host["Init"], host["Privileged"]) == (1024, False, False)
    assert host["Memory"] == 0


def test_the_networks_are_as_they_were(engines: "Engines") -> None:
    before = {network["Id"] for network in engines.api.networks()}
    with engines.open() as engine:
        engine.run(ContainerSpec(image="alpine:3.23", role="test", command=("true",)), 30)
    assert {network["Id"] for network in engines.api.networks()} == before
