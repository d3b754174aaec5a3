"""Builds on a real engine: what BuildKit can do, and every way in which a build ends."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.errors import EngineError, StepdownError
from stepdown.model.trial import BuildFailed, Built
from stepdown.ports import BuildRequest, ContainerSpec

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
BASE = "FROM alpine:3.23\n"


def quiet(_: str) -> None:
    """Nobody watches."""


def build(engine: DockerEngine, context: Path, text: str, **more: object) -> Built | BuildFailed:
    request = BuildRequest(name="a test", dockerfile=text, context=str(context), **more)  # type: ignore[arg-type]
    return engine.build(request, quiet)


def built(engine: DockerEngine, context: Path, text: str, **more: object) -> Built:
    result = build(engine, context, text, **more)
    assert isinstance(result, Built), result
    return result


def failed(engine: DockerEngine, context: Path, text: str, **more: object) -> BuildFailed:
    result = build(engine, context, text, **more)
    assert isinstance(result, BuildFailed), result
    return result


def sleeps(seconds: int) -> bool:
    """Whether a `sleep` with this unusual number runs anywhere on this machine."""
    wanted = f"sleep\0{seconds}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes() == wanted:
                return True
        except OSError:
            continue
    return False


def ends(seconds: int) -> bool:
    for _ in range(100):
        if not sleeps(seconds):
            return True
        time.sleep(0.1)
    return False


def test_heredocs_mounts_targets_and_arguments(engine: DockerEngine, context: Path) -> None:
    (context / "greeting").write_text("hello")
    text = (
        "ARG BASE=no-such-image\nFROM ${BASE} AS wanted\nCOPY greeting /greeting\n"
        "RUN --mount=type=cache,target=/cache <<EOF\ncat /greeting > /copy\nEOF\n"
        "FROM no-such-image\n"
    )
    lines: list[str] = []
    request = BuildRequest(
        name="A Test!",
        dockerfile=text,
        context=str(context),
        arguments=(("BASE", "alpine:3.23"),),
        target="wanted",
    )
    result = engine.build(request, lines.append)
    assert isinstance(result, Built)
    assert engine.read(result.image, "/copy") == b"hello"
    assert result.image.startswith("stepdown.local/a-test:")
    assert result.image_id == engine.inspect(result.image).id
    assert tuple(lines)[-200:] == result.log
    assert any("COPY greeting" in line for line in lines)
    assert sorted(path.name for path in context.iterdir()) == ["greeting"]


def test_our_labels_are_not_the_images_own(
    engines: "Engines", engine: DockerEngine, context: Path
) -> None:
    image = built(engine, context, f"{BASE}LABEL mine=1\n")
    assert engine.inspect(image.image).labels == (("mine", "1"),)
    labels = engines.api.inspect_image(image.image)["Config"]["Labels"]  # type: ignore[no-untyped-call]
    assert labels["stepdown.target"] == "a test"
    assert labels["stepdown.role"] == "image"


@pytest.mark.parametrize(
    ("ignore", "names"),
    [(None, ["b"]), ("", ["a", "b"]), ("b\n", ["a"])],
    ids=["the context's own", "none", "one of the Dockerfile"],
)
def test_ignore_files(
    engine: DockerEngine, context: Path, ignore: str | None, names: list[str]
) -> None:
    for name in ("a", "b"):
        (context / name).write_text(name)
    (context / ".dockerignore").write_text("a\n")
    image = built(engine, context, "FROM scratch\nCOPY . /\n", ignore=ignore).image
    assert [name for name in ("a", "b") if engine.read(image, f"/{name}")] == names


def test_each_build_has_its_own_tag(engine: DockerEngine, context: Path) -> None:
    first, second = (built(engine, context, f"{BASE}ENV N={n}\n") for n in (1, 2))
    assert first.image != second.image
    assert dict(engine.inspect(first.image).env)["N"] == "1"


def test_a_failing_step_is_named(engine: DockerEngine, context: Path) -> None:
    result = failed(engine, context, f"{BASE}# a comment\nRUN echo seen; no-such-program\n")
    assert result.reason == "Line 3 (`RUN echo seen; no-such-program`) ended with exit code 127."
    assert (result.exit_code, result.timed_out) == (127, False)
    assert any(line.endswith("no-such-program: not found") for line in result.log)


def test_a_stage_without_a_shell(engine: DockerEngine, context: Path) -> None:
    result = failed(engine, context, "FROM scratch\nRUN true\n")
    assert result.reason.startswith("Line 2 (`RUN true`) ended with exit code")
    assert any("stat /bin/sh: no such file or directory" in line for line in result.log)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FROM no-such.invalid/image:1\n", "Line 1 (`FROM no-such.invalid/image:1`): "),
        (
            "FROM alpine:3.23\nCOPY absent /\n",
            "Line 2 (`COPY absent /`): failed to compute cache key",
        ),
        ("FROM alpine:3.23\nNONSENSE\n", "unknown instruction: NONSENSE"),
        ("", "the Dockerfile cannot be empty"),
    ],
)
def test_other_failures_are_told(
    engine: DockerEngine, context: Path, text: str, words: str
) -> None:
    result = failed(engine, context, text)
    assert words in result.reason
    assert "\n" not in result.reason


def test_only_the_end_of_a_long_log_is_kept(engine: DockerEngine, context: Path) -> None:
    result = failed(engine, context, f"{BASE}RUN seq 100000; false\n")
    assert len(result.log) == 200
    assert result.exit_code == 1


def test_a_hanging_build_is_ended(engine: DockerEngine, context: Path) -> None:
    result = failed(engine, context, f"{BASE}RUN sleep 86397\n", timeout=4)
    assert result.timed_out
    assert result.reason == "The build took longer than 4 seconds and was ended."
    assert ends(86397)


def test_a_full_disk_is_not_the_dockerfiles_fault(engine: DockerEngine, context: Path) -> None:
    with pytest.raises(StepdownError, match="no space left") as caught:
        build(engine, context, f"{BASE}RUN echo x > /dev/full\n")
    assert "docker builder prune" in caught.value.hint


def test_no_docker_command(
    engine: DockerEngine, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(context))
    with pytest.raises(EngineError, match=r"buildx, version 0\.10") as caught:
        build(engine, context, BASE)
    assert caught.value.exit_code == 4
    assert engine.describe().builder == ""


def test_a_docker_command_without_buildx(
    engine: DockerEngine, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = context / "docker"
    docker.write_text("#!/bin/sh\necho \"docker: 'buildx' is not a docker command.\" >&2\nexit 1\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{context}:/usr/bin:/bin")
    with pytest.raises(EngineError, match=r"buildx, version 0\.10"):
        build(engine, context, BASE)


def test_a_built_image_runs(engine: DockerEngine, context: Path) -> None:
    image = built(engine, context, f'{BASE}CMD ["echo", "it runs"]\n').image
    assert engine.run(ContainerSpec(image=image, role="test"), 30).output == "it runs\n"


def test_text_beyond_utf8_and_odd_line_ends_survive(engine: DockerEngine, context: Path) -> None:
    text = "FROM alpine:3.23\r\n# caf\udce9\r\nRUN printf 'é' > /x\r\n"
    assert engine.read(built(engine, context, text).image, "/x") == "é".encode()
