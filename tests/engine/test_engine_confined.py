"""Untrusted programs in real containers and builds: each limit holds, honest ones still work."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.errors import StepdownError, UntrustedError
from stepdown.flow.selftest import unlimited_builds
from stepdown.model.profile import UNTRUSTED, BuildLimits, Confinement
from stepdown.model.trial import BuildFailed, Built
from stepdown.ports import BuildRequest, Container, ContainerSpec, Exit, File
from stepdown.verify import toolbox
from stepdown.verify.confined import Confined

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
IMAGE = "alpine:3.23"
LIMITS = Confinement(memory=128 << 20, processes=64, file_size=1 << 20, scratch=4 << 20)
SERVER = r"""
import asyncio, sys
async def talk(reader, writer):
    line = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
    await asyncio.sleep(0.2)  # a client that half closes has gone by now
    body = {"/big": b"x" * 2_000_000, "/bytes": bytes(range(256))}.get(line, line.encode())
    if line == "/silent":
        await asyncio.sleep(60)
    status = b"404 Not Found" if line == "/gone" else b"200 OK"
    if line == "/chunks":
        head, body = b"Transfer-Encoding: chunked", b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
    else:
        head = b"Content-Length: %d" % len(body)
    writer.write(b"HTTP/1.1 " + status + b"\r\nX-One: 1\r\n" + head + b"\r\n\r\n" + body)
    await writer.drain()
    writer.close()
async def main():
    async with await asyncio.start_server(talk, "0.0.0.0", 80) as server:
        await server.serve_forever()
asyncio.run(main())
"""


def shell(engine: DockerEngine, script: str, timeout: float = 60, **more: object) -> Exit:
    limits = more.pop("limits", LIMITS)
    spec = ContainerSpec(
        image=IMAGE,
        role="test",
        command=("sh", "-c", script),
        confinement=limits,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )
    return engine.run(spec, timeout)


def test_no_privilege_no_network_no_mount(engine: DockerEngine) -> None:
    ended = shell(
        engine,
        "grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status | tr -s '\\t' ' ';"
        "ls /sys/class/net | grep -E 'eth|lo';"
        "ls /var/run/docker.sock /run/docker.sock 2>/dev/null; touch /x /etc/x /root/x",
    )
    # What the program complains of may come before what the others said.
    assert sorted(line for line in ended.output.splitlines() if "touch: " not in line) == [
        *("CapBnd: 0000000000000000", "CapEff: 0000000000000000"),
        *("NoNewPrivs: 1", "Seccomp: 2", "lo"),
    ]
    assert ended.output.count("Read-only file system") == 3
    assert ended.exit_code != 0


def test_what_honest_programs_do_works(engine: DockerEngine) -> None:
    script = (
        "cp /bin/busybox /tmp/busybox && /tmp/busybox true"  # programs may lie in /tmp
        " && ping_me=$(getent hosts $(hostname) | cut -d' ' -f1) && test $ping_me = 127.0.0.1"
        " && (nc -l -p 80 -e echo low & sleep 0.5; nc 127.0.0.1 80 </dev/null)"
    )
    ended = shell(engine, script, user="nobody")
    assert (ended.exit_code, ended.output) == (0, "low\n")


def test_memory(engine: DockerEngine) -> None:
    ended = shell(engine, "tail -c 500m /dev/zero")
    assert (ended.exit_code, ended.out_of_memory) == (137, True)


def test_a_fork_bomb(engine: DockerEngine) -> None:
    ended = shell(engine, "b() { b | b & }; b; sleep 3; echo over", timeout=30)
    assert ended.seconds < 40
    assert shell(engine, "echo well").output == "well\n"


def test_files_and_scratch_are_bounded(engine: DockerEngine) -> None:
    limits = msgspec.structs.replace(LIMITS, writable=("/big",))
    large = shell(engine, "dd if=/dev/zero of=/big/x bs=1M count=3", limits=limits)
    assert large.exit_code != 0
    full = shell(engine, "for i in 1 2 3 4 5; do dd if=/dev/zero of=/tmp/$i bs=1M count=1; done")
    assert full.output.count("1+0 records out") in {3, 4}


def test_output_is_bounded(engine: DockerEngine) -> None:
    limits = msgspec.structs.replace(LIMITS, output=3_000_000)
    ended = shell(engine, "yes; echo never", limits=limits, timeout=60)
    assert (ended.flooded, ended.timed_out, ended.truncated) == (True, False, True)
    assert ended.seconds < 30
    assert len(ended.output) == 1 << 20


def test_time(engine: DockerEngine) -> None:
    ended = shell(engine, "trap '' TERM; while :; do sleep 1; done", timeout=2)
    assert (ended.timed_out, ended.exit_code) == (True, None)


def test_files_of_ours_and_reports_of_theirs(engine: DockerEngine) -> None:
    ended = shell(
        engine,
        "/.tools/say >/opt/report; ls -l /.tools/say",
        files=(File(path="/.tools/say", content=b"#!/bin/sh\necho said\n", mode=0o755),),
        collect=("/opt/report",),
        limits=msgspec.structs.replace(LIMITS, writable=("/opt",)),
    )
    assert ended.files == (File(path="/opt/report", content=b"said\n"),)
    assert "root" in ended.output


def test_files_in_several_folders_need_a_root_that_can_be_written(engine: DockerEngine) -> None:
    files = tuple(File(path=path, content=b"here") for path in ("/a/x", "/usr/local/bin/x"))
    ended = shell(engine, "cat /a/x /usr/local/bin/x; ls /sys/class/net | grep eth", files=files)
    assert ended.output == "herehere"


def test_a_root_that_can_be_written(engine: DockerEngine) -> None:
    files = (File(path="/.tools/x", content=b"here"),)
    limits = msgspec.structs.replace(LIMITS, read_only=False)
    ended = shell(engine, "echo >/x && cat /.tools/x && id -u", files=files, limits=limits)
    assert (ended.exit_code, ended.output) == (0, "here0\n")


def test_folders_that_may_be_written_keep_their_content_and_owner(engine: DockerEngine) -> None:
    built = engine.build(
        BuildRequest(
            name="owned",
            dockerfile=f"FROM {IMAGE}\nRUN mkdir -p /srv/data && echo seed >/srv/data/s"
            " && chown -R nobody /srv/data\nVOLUME /declared\n",
            context=".",
        ),
        lambda _: None,
    )
    assert isinstance(built, Built)
    spec = ContainerSpec(
        image=built.image,
        role="test",
        user="nobody",
        command=("sh", "-c", "cat /srv/data/s && echo more >/srv/data/t && cat /srv/data/t"),
        confinement=msgspec.structs.replace(LIMITS, writable=("/srv/data",)),
    )
    assert engine.run(spec, 60).output == "seed\nmore\n"
    declared = msgspec.structs.replace(spec, user="0", command=("touch", "/declared/x"))
    assert engine.run(declared, 60).exit_code == 0


@contextmanager
def serving(engine: DockerEngine, context: Path, script: str) -> Iterator[Container]:
    tools = toolbox.fetch(engine, str(context), lambda _: None)
    confined = Confined(engine=engine, toolbox=tools, profile=UNTRUSTED, tests=Confinement())
    spec = ContainerSpec(
        image="python:3.13-alpine", role="web", command=("python", "-c", script), user="nobody"
    )
    with confined.start(spec) as container:
        yield container


def test_a_server_without_a_network_is_asked_from_inside(
    engine: DockerEngine, context: Path
) -> None:
    with serving(engine, context, SERVER) as container:
        while container.http(80, "/", 5) is None:
            assert container.state().running, container.output()
        found = container.http(80, "/a b?c='d'&e", 5)
        assert found is not None
        assert (found.status, found.body) == (200, b"/a%20b?c='d'&e")
        assert ("X-One", "1") in found.headers
        gone = container.http(80, "/gone", 5)
        assert gone is not None
        assert gone.status == 404
        for path, body in (("/chunks", b"hello world"), ("/bytes", bytes(range(256)))):
            answer = container.http(80, path, 5)
            assert answer is not None
            assert answer.body == body
        large = container.http(80, "/big", 5)
        assert large is not None
        assert 600_000 < len(large.body) <= 700_000
        assert container.http(80, "/silent", 1) is None
        assert container.http(81, "/", 1) is None
        assert not container.stop(5).killed or container.state().exit_code == 137


def build(
    engine: DockerEngine, dockerfile: str, context: Path, **more: object
) -> Built | BuildFailed:
    request = BuildRequest(
        name="untrusted",
        dockerfile=dockerfile,
        context=str(context),
        limits=more.pop("limits", BuildLimits()),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )
    return engine.build(request, lambda _: None)


@pytest.mark.parametrize("ignored", ["", "!.git\n!**/.git\n"])
def test_what_git_keeps_never_gets_into_a_build(
    engine: DockerEngine, context: Path, ignored: str
) -> None:
    (context / ".git").mkdir()
    (context / ".git/config").write_text("url = https://user:token@localhost/x")
    (context / "sub").mkdir()
    (context / "sub/.git").write_text("gitdir: /somewhere")
    (context / "file").write_text("here")
    (context / ".dockerignore").write_text(ignored)
    script = "RUN test -e /c/file && test ! -e /c/.git && test ! -e /c/sub/.git"
    built = build(engine, f"FROM {IMAGE}\nCOPY . /c\n{script}\n", context)
    assert isinstance(built, Built)


def test_a_build_without_a_network(engine: DockerEngine, context: Path) -> None:
    text = f"FROM {IMAGE}\nRUN --network=default ! ls /sys/class/net | grep eth\n"
    assert isinstance(build(engine, text, context, limits=BuildLimits(network="none")), Built)


def test_a_build_gets_no_host_network(engine: DockerEngine, context: Path) -> None:
    text = f"FROM {IMAGE}\nRUN --network=host true\n"
    failed = build(engine, text, context)
    assert isinstance(failed, BuildFailed)
    assert "network.host" in failed.reason


@pytest.mark.parametrize(
    ("dockerfile", "arguments", "words"),
    [
        ("# syntax=localhost/own:1\nFROM scratch\n", (), "localhost/own:1"),
        ("#!/bin/x\n#syntax = evil\nFROM scratch\n", (), "evil"),
        ("FROM scratch\n", (("BUILDKIT_SYNTAX", "evil"),), "BUILDKIT_SYNTAX"),
    ],
)
def test_nobody_brings_a_builder_of_his_own(
    engine: DockerEngine,
    context: Path,
    dockerfile: str,
    arguments: tuple[tuple[str, str], ...],
    words: str,
) -> None:
    with pytest.raises(UntrustedError, match=words):
        build(engine, dockerfile, context, arguments=arguments)


def test_a_huge_context_is_refused_in_words(engine: DockerEngine, context: Path) -> None:
    with (context / "big").open("wb") as file:
        file.truncate(3_000_000)
    with pytest.raises(UntrustedError, match="more than 2 MB") as refused:
        build(engine, "FROM scratch\n", context, limits=BuildLimits(context=2_000_000))
    assert refused.value.hint


@pytest.fixture
def cgroup() -> Iterator[str]:
    """The name of a cgroup that goes away with the test, in every hierarchy."""
    name = f"stepdown-test-{secrets.token_hex(4)}"
    yield name
    deadline = time.monotonic() + 20
    while _remains(name) and time.monotonic() < deadline:
        time.sleep(0.2)


def _remains(name: str) -> bool:
    found = [*Path("/sys/fs/cgroup").glob(name), *Path("/sys/fs/cgroup").glob(f"*/{name}")]
    for top in found:
        for folder in sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True):
            with suppress(OSError):
                folder.rmdir()
        with suppress(OSError):
            top.rmdir()
    return any(top.exists() for top in found)


def test_build_memory_that_is_not_limited(engine: DockerEngine, context: Path, cgroup: str) -> None:
    silent = unlimited_builds(engine, BuildLimits(), str(context))
    assert "no --build-cgroup" in silent
    # A cgroup that the engine makes by itself has no limit.
    loose = BuildLimits(cgroup=f"/{cgroup}", memory=1 << 20)
    assert "not limited here: one took 65 MB" in unlimited_builds(engine, loose, str(context))


def test_build_memory_that_is_limited(engine: DockerEngine, context: Path, cgroup: str) -> None:
    parent = Path("/sys/fs/cgroup/memory") / cgroup
    try:
        parent.mkdir(exist_ok=True)
        (parent / "memory.limit_in_bytes").write_text("64M")
    except OSError as error:
        pytest.skip(f"no cgroup v1 that can be written: {error}")
    tight = BuildLimits(cgroup=f"/{cgroup}", memory=64 << 20)
    assert unlimited_builds(engine, tight, str(context)) == ""


def test_a_container_without_a_toolbox_is_not_called_silent(engines: "Engines") -> None:
    missing = toolbox.Toolbox(missing="it cannot be had")
    with engines.open() as engine:
        confined = Confined(engine=engine, toolbox=missing, profile=UNTRUSTED, tests=LIMITS)
        spec = ContainerSpec(image=IMAGE, role="web", command=("sleep", "60"))
        with confined.start(spec) as container, pytest.raises(StepdownError, match="Port 80"):
            container.http(80, "/", 1)
