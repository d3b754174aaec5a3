"""Running a container to its end: every way to start, to be refused and to end."""

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.errors import StepdownError
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, ContainerSpec, Exit, File

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
IMAGE = "alpine:3.23"


def run(engine: DockerEngine, *command: str, timeout: float = 60, **more: object) -> Exit:
    spec = ContainerSpec(image=IMAGE, role="test", command=command, **more)  # type: ignore[arg-type]
    return engine.run(spec, timeout)


def shell(engine: DockerEngine, script: str, timeout: float = 60, **more: object) -> Exit:
    return run(engine, "sh", "-c", script, timeout=timeout, **more)


def test_output_and_exit_code(engine: DockerEngine) -> None:
    ended = shell(engine, "echo out; echo err >&2; exit 3")
    assert ended.exit_code == 3
    assert sorted(ended.output.splitlines()) == ["err", "out"]
    assert ended.refused == ""
    assert [ended.timed_out, ended.out_of_memory, ended.truncated] == [False] * 3
    assert 0 < ended.seconds < 30


@pytest.mark.parametrize(
    ("command", "user", "code", "words"),
    [
        ("no-such", "", 127, 'exec: "no-such": executable file not found in $PATH'),
        ("/no/such", "", 127, "no such file or directory"),
        ("/etc/passwd", "", 126, "permission denied"),
        ("/etc", "", 126, ""),
        ("true", "nobody-knows", 125, "unable to find user nobody-knows"),
    ],
)
def test_what_the_engine_refuses(
    engine: DockerEngine, command: str, user: str, code: int, words: str
) -> None:
    ended = run(engine, command, user=user)
    assert (ended.exit_code, ended.output) == (code, "")
    assert words in ended.refused


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#!/no/such/interpreter\n", "exec /t/x: no such file or directory"),
        (b"\x7fELF\x02\x01\x01 of another machine", "exec /t/x: exec format error"),
    ],
)
def test_what_the_kernel_refuses_is_in_the_log(
    engine: DockerEngine, content: bytes, words: str
) -> None:
    ended = run(engine, "/t/x", files=(File(path="/t/x", content=content, mode=0o755),))
    assert ended.refused == ""
    assert ended.exit_code in {1, 255}
    assert words in ended.output


def test_what_a_shell_refuses(engine: DockerEngine) -> None:
    ended = shell(engine, "/t/x")
    assert (ended.exit_code, ended.refused) == (127, "")
    assert "not found" in ended.output


def test_a_signal(engine: DockerEngine) -> None:
    ended = shell(engine, "sh -c 'kill -SEGV $$'; exit $?")
    assert (ended.exit_code, ended.out_of_memory) == (139, False)


def test_too_late(engine: DockerEngine) -> None:
    ended = shell(engine, "echo begun; trap '' TERM; while :; do sleep 1; done", timeout=2)
    assert (ended.timed_out, ended.exit_code, ended.output) == (True, None, "begun\n")
    assert 2 <= ended.seconds < 20


def test_a_program_that_closes_its_output_is_waited_for(engine: DockerEngine) -> None:
    ended = shell(engine, "exec >/dev/null 2>&1; sleep 2; exit 5")
    assert (ended.exit_code, ended.timed_out) == (5, False)
    assert ended.seconds >= 2


def test_a_gigabyte_of_output_needs_little_memory(engine: DockerEngine) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    script = "dd if=/dev/zero bs=64k count=16000 2>/dev/null; echo the end"
    ended = shell(engine, script, timeout=500)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (ended.exit_code, ended.truncated) == (0, True)
    assert len(ended.output) == 1024 * 1024
    assert ended.output.endswith("the end\n")
    assert grown < 64 * 1024  # kilobytes


def test_output_that_is_not_text(engine: DockerEngine) -> None:
    assert shell(engine, "printf 'caf\\351'").output == "caf�"


def test_files_are_put_in_place(engine: DockerEngine) -> None:
    files = (
        File(path="/a/b/c", content=b"new\n", mode=0o600),
        File(path="/tmp/run", content=b"#!/bin/sh\necho ran\n", mode=0o755),
        File(path="/var/run/x", content=b"through a link"),
    )
    ended = shell(
        engine,
        "stat -c '%a %u:%g %n' /a /a/b /a/b/c /tmp /run/x; /tmp/run; cat /a/b/c",
        files=files,
    )
    assert ended.output.splitlines() == [
        *("755 0:0 /a", "755 0:0 /a/b", "600 0:0 /a/b/c", "1777 0:0 /tmp", "644 0:0 /run/x"),
        *("ran", "new"),
    ]


def test_environment_user_and_pid_one(engine: DockerEngine) -> None:
    ended = shell(
        engine, "echo $X $PATH; id -u; echo $$", environment=(("X", "a=b c"),), user="nobody"
    )
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    assert ended.output == f"a=b c {path}\n65534\n1\n"


@pytest.mark.parametrize(("network", "names"), [(True, "eth0 lo"), (False, "lo")])
def test_network(engine: DockerEngine, network: bool, names: str) -> None:  # noqa: FBT001
    ended = shell(engine, "echo $(ls /sys/class/net | grep -E 'eth|lo')", network=network)
    assert ended.output == f"{names}\n"


def test_no_privileges_are_added(engine: DockerEngine) -> None:
    ended = shell(engine, "grep -E '^(CapEff|Seccomp):' /proc/self/status")
    lines = ended.output.split("\n")
    assert "CapEff:\t00000000a80425fb" in lines  # Docker's default set
    assert "Seccomp:\t2" in lines


@pytest.fixture
def echo(engine: DockerEngine, context: Path) -> str:
    text = f'FROM {IMAGE}\nENTRYPOINT ["echo", "entrypoint"]\nCMD ["/bin/pwd"]\nWORKDIR /etc\n'
    built = engine.build(BuildRequest(name="echo", dockerfile=text, context=str(context)), print)
    assert isinstance(built, Built)
    return built.image


@pytest.mark.parametrize(
    ("entrypoint", "command", "output"),
    [
        (None, None, "entrypoint /bin/pwd\n"),
        (None, (), "entrypoint\n"),
        (None, ("x",), "entrypoint x\n"),
        ((), None, "/etc\n"),
        ((), ("echo", "only"), "only\n"),
        (("echo", "new"), None, "new /bin/pwd\n"),
        (("echo", "new"), (), "new\n"),
    ],
)
def test_none_keeps_and_empty_clears(
    engine: DockerEngine,
    echo: str,
    entrypoint: tuple[str, ...] | None,
    command: tuple[str, ...] | None,
    output: str,
) -> None:
    spec = ContainerSpec(image=echo, role="test", entrypoint=entrypoint, command=command)
    assert engine.run(spec, 30).output == output


def test_nothing_to_run(engine: DockerEngine, echo: str) -> None:
    spec = ContainerSpec(image=echo, role="test", entrypoint=(), command=())
    ended = engine.run(spec, 30)
    assert (ended.exit_code, ended.refused) == (125, "no command specified")
    with engine.start(spec) as container:
        assert container.refused == "no command specified"
        assert container.state().exit_code == 125
        assert container.execute(("true",), 5).refused == container.refused
        assert (container.output(), container.http(80, "/", 1), container.read("/x")) == (
            "",
            None,
            None,
        )


def test_an_image_that_is_not_there(engine: DockerEngine) -> None:
    with pytest.raises(StepdownError, match="no such image") as caught:
        engine.run(ContainerSpec(image="no-such-image", role="test"), 5)
    assert "docker pull" in caught.value.hint


def test_anonymous_volumes_go_away(engines: "Engines", engine: DockerEngine, context: Path) -> None:
    text = f"FROM {IMAGE}\nVOLUME /data\n"
    built = engine.build(BuildRequest(name="data", dockerfile=text, context=str(context)), print)
    assert isinstance(built, Built)
    spec = ContainerSpec(
        image=built.image,
        role="test",
        command=("sh", "-c", "cat /data/in; sleep 60"),
        files=(File(path="/data/in", content=b"inside the volume\n"),),
    )
    with engine.start(spec) as container:
        for _ in range(50):
            if container.output():
                break
            time.sleep(0.1)
        assert container.output() == "inside the volume\n"
        (thing,) = [thing for thing in engines.things() if thing.startswith("container")]
        (mount,) = engines.api.inspect_container(thing.split()[1])["Mounts"]
    volumes = engines.api.volumes()["Volumes"] or []
    assert mount["Name"] not in {volume["Name"] for volume in volumes}


def test_files_are_collected_after_the_end(engine: DockerEngine) -> None:
    wanted = ("/tmp/report.xml", "/tmp/none", "/tmp")
    ended = shell(engine, "echo '<x/>' > /tmp/report.xml; exit 1", collect=wanted)
    assert ended.exit_code == 1
    assert ended.files == (File(path="/tmp/report.xml", content=b"<x/>\n"),)


def test_a_fork_bomb_ends_in_time(engine: DockerEngine) -> None:
    began = time.monotonic()
    ended = shell(engine, "bomb() { bomb | bomb & }; bomb; sleep 60", timeout=3)
    assert ended.timed_out
    assert time.monotonic() - began < 60
    assert shell(engine, "echo alive").output == "alive\n"
