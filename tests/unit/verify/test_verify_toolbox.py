"""Where the toolbox comes from."""

from dataclasses import dataclass

import pytest

from fakes import FakeEngine
from stepdown.errors import EngineError, StepdownError
from stepdown.model.image import ImageConfig
from stepdown.model.trial import BuildFailed, Built
from stepdown.ports import BuildRequest, OnLine
from stepdown.verify import toolbox


@dataclass
class Holder(FakeEngine):
    """An engine that has the tool's image for an architecture (empty: not at all)."""

    architecture: str = ""
    builds: int = 0
    gone: bool = False

    def inspect(self, image: str) -> ImageConfig:
        if self.gone:
            raise EngineError("It went away.")
        if not self.architecture:
            raise StepdownError("The engine has no such image.")
        return ImageConfig(id=image, architecture=self.architecture)

    def build(self, request: BuildRequest, on_line: OnLine) -> Built | BuildFailed:
        self.builds += 1
        return super().build(request, on_line)


FILES = {"/bin/busybox": b"elf"}


@pytest.mark.parametrize(("architecture", "builds"), [("amd64", 0), ("arm64", 1), ("", 1)])
def test_only_an_image_that_is_not_there_is_had_by_a_build(architecture: str, builds: int) -> None:
    engine = Holder(files=FILES, architecture=architecture)
    assert toolbox.fetch(engine, "/e", lambda _: None).busybox == b"elf"
    assert engine.builds == builds


def test_an_image_without_the_tool_is_built_once_more() -> None:
    engine = Holder(architecture="amd64")
    assert toolbox.fetch(engine, "/e", lambda _: None).missing == "no /bin/busybox in busybox:musl"
    assert engine.builds == 1


def test_an_engine_that_went_away_is_not_taken_for_one_without_the_image() -> None:
    with pytest.raises(EngineError):
        toolbox.fetch(Holder(gone=True), "/e", lambda _: None)
