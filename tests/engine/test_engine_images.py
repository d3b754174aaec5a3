"""Looking into images without starting them."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.errors import StepdownError
from stepdown.model.image import Healthcheck
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
RICH = """FROM alpine:3.23
ENV A=1 B="x=y z"
EXPOSE 8080 53/udp
VOLUME /data
WORKDIR /srv
USER 65532:65532
LABEL name=value
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=30s --timeout=1.5s --start-period=2m --retries=5 CMD ["/check", "now"]
ENTRYPOINT ["/start"]
CMD ["one", "two words"]
"""
LINKS = """FROM alpine:3.23
RUN mkdir -p /real/deep && echo content > /real/deep/file && ln /real/deep/file /hard \\
 && ln -s real/deep /folder && ln -s /folder/file /absolute && ln -s absolute /chain \\
 && ln -s /gone /broken && ln -s circle2 /circle1 && ln -s circle1 /circle2 \\
 && : > /empty && head -c 5000000 /dev/zero > /large && mkfifo /pipe && printf x > '/a bé'
"""


def build(engine: DockerEngine, context: Path, text: str) -> str:
    built = engine.build(BuildRequest(name="look", dockerfile=text, context=str(context)), print)
    assert isinstance(built, Built)
    return built.image


def test_the_whole_configuration(engine: DockerEngine, context: Path) -> None:
    image = engine.inspect(build(engine, context, RICH))
    assert image.id.startswith("sha256:")
    assert (image.entrypoint, image.cmd) == (("/start",), ("one", "two words"))
    assert image.env[1:] == (("A", "1"), ("B", "x=y z"))
    assert image.ports == ("53/udp", "8080/tcp")
    assert image.volumes == ("/data",)
    assert (image.user, image.workdir) == ("65532:65532", "/srv")
    assert image.labels == (("name", "value"),)
    assert image.stop_signal == "SIGQUIT"
    assert image.architecture
    assert image.healthcheck == Healthcheck(
        test=("CMD", "/check", "now"), interval=30, timeout=1.5, start_period=120, retries=5
    )
    base = engine.inspect("alpine:3.23")
    assert image.layers[: len(base.layers)] == base.layers
    assert image.size >= base.size > 1_000_000


def test_an_empty_configuration(engine: DockerEngine, context: Path) -> None:
    (context / "file").write_text("x")
    image = engine.inspect(build(engine, context, "FROM scratch\nCOPY file /\n"))
    assert (image.entrypoint, image.cmd, image.user, image.healthcheck) == ((), (), "", None)
    assert image.stop_signal == ""


def test_no_such_image(engine: DockerEngine) -> None:
    for look in (engine.inspect, lambda name: engine.read(name, "/x")):
        with pytest.raises(StepdownError, match="no such image") as caught:
            look("no-such-image:1")
        assert "docker pull" in caught.value.hint
    with pytest.raises(StepdownError, match="no such image"), engine.export("no-such-image:1"):
        pytest.fail("nothing to export")


def test_what_a_build_takes_without_a_registry(engine: DockerEngine, context: Path) -> None:
    assert engine.held("alpine:3.23") == ""  # before a build nobody knows where builds happen
    image = build(engine, context, "FROM alpine:3.23\n")
    held = engine.held("alpine:3.23")
    assert held == engine.inspect("alpine:3.23").id
    assert engine.inspect(image).layers == engine.inspect(held).layers
    assert engine.held("alpine:absent") == ""
    assert engine.held(f"alpine@{held}") == ""


def test_an_image_that_does_something_when_built_is_not_taken(
    engine: DockerEngine, context: Path
) -> None:
    waiting = build(engine, context, "FROM alpine:3.23\nONBUILD RUN true\n")
    assert engine.held(waiting) == ""
    plain = build(engine, context, "FROM alpine:3.23\nENV A=1\n")
    assert engine.held(plain) == engine.inspect(plain).id


def test_files_are_read(engine: DockerEngine, context: Path) -> None:
    image = build(engine, context, LINKS)
    for path in ("/real/deep/file", "/hard", "/folder/file", "/absolute", "/chain"):
        assert engine.read(image, path) == b"content\n", path
    for path in ("/gone", "/broken", "/circle1", "/real", "/folder", "/empty/x", "/pipe", "/"):
        assert engine.read(image, path) is None, path
    assert engine.read(image, "/empty") == b""
    assert engine.read(image, "/large") == bytes(5_000_000)
    assert engine.read(image, "/a bé") == b"x"


def test_an_image_without_a_command_is_exported(engine: DockerEngine, context: Path) -> None:
    (context / "file").write_text("content")
    image = build(engine, context, "FROM scratch\nCOPY file /folder/file\n")
    with engine.export(image) as chunks:
        names = names_in(chunks)
    assert "folder/file" in names
    assert not [name for name in names if "busybox" in name]


def test_a_whole_image_is_exported(engines: "Engines", engine: DockerEngine) -> None:
    with engine.export("alpine:3.23") as chunks:
        assert len(engines.things()) == 1
        names = names_in(chunks)
    assert engines.things() == []
    assert {"bin/busybox", "etc/alpine-release", "bin/sh"} <= set(names)


def test_an_export_may_be_left_early(engines: "Engines", engine: DockerEngine) -> None:
    with engine.export("debian:12-slim") as chunks:
        assert next(chunks)
    assert engines.things() == []

    def fail() -> None:
        with engine.export("debian:12-slim") as chunks:
            raise ZeroDivisionError(next(chunks))

    with pytest.raises(ZeroDivisionError):
        fail()
    assert engines.things() == []


def test_it_says_who_it_is(engine: DockerEngine) -> None:
    info = engine.describe()
    assert info.name
    assert info.version[0].isdigit()
    assert info.builder.startswith("buildx ")
    assert info.architecture
    assert info.storage


def names_in(chunks: Iterator[bytes]) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        return archive.getnames()
