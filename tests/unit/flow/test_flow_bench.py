"""What was read of an image is known to the next look, and the next run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes import FakeEngine
from rootfs_samples import archive, chunks
from stepdown import discover
from stepdown.adapters.shelf import FolderShelf
from stepdown.build.requests import Source
from stepdown.flow import catalog, migrate
from stepdown.flow.bench import Bench, base, look
from stepdown.model.events import Event, StepFinished, StepStarted
from stepdown.model.facts import Facts
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.trial import Built
from stepdown.ports import Shelf
from stepdown.verify.side import Rig
from stepdown.verify.toolbox import Toolbox

DATA = archive({"bin/tool": b"x"})


class OneImage(FakeEngine):
    """An engine whose images all have the same files, each with an id of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.exports = 0

    def inspect(self, image: str) -> ImageConfig:
        return ImageConfig(id=image, layers=("sha256:a",))

    @contextmanager
    def export(self, image: str) -> Iterator[Iterator[bytes]]:
        self.exports += 1
        yield iter(chunks(DATA))


def bench(engine: FakeEngine, events: list[Event], shelf: Shelf | None) -> Bench:
    recipes, policy = catalog.load(), Policy()
    target = discover.target(
        'FROM node:24\nCMD ["node", "app.js"]\n',
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    return Bench(
        rig=Rig(engine=engine, toolbox=Toolbox(missing="none"), policy=policy),
        emit=events.append,
        catalog=recipes,
        plan=migrate.plan(target, Facts(language="node"), recipes, policy),
        source=Source(target=target, policy=policy, context="/c"),
        empty="/e",
        shelf=shelf,
    )


def summaries(events: list[Event]) -> list[str]:
    done = (e for e in events if isinstance(e, StepFinished) and e.step.startswith("measure"))
    return [event.summary for event in done]


def test_the_same_files_are_read_once_in_all_runs(tmp_path: Path) -> None:
    engine = OneImage()
    events: list[Event] = []
    for run in ("first", "second"):
        desk = bench(engine, events, FolderShelf(tmp_path))
        seen = look(desk, "baseline", Built(image=run, image_id=run, seconds=0), None)
        there = base(desk, "old", "node:24")
        assert there is not None
        assert there.fs == seen.fs
        assert seen.surface.image_id == run  # only the files are those of another image
    assert engine.exports == 1
    said = "3 files, 0 OS packages"
    assert summaries(events) == [said, *[f"{said}, read before"] * 3]


def test_a_base_that_the_engine_has_is_not_built() -> None:
    class Holding(OneImage):
        def held(self, image: str) -> str:
            return "sha256:held" if image == "node:24" else ""

    events: list[Event] = []
    desk = bench(Holding(), events, None)
    there, absent = base(desk, "old", "node:24"), base(desk, "new", "node:24-slim")
    assert there is not None
    assert there.config.id == "sha256:held"
    assert absent is not None
    assert absent.config.id == FakeEngine().build_result.image  # type: ignore[union-attr]
    assert [e.title for e in events if isinstance(e, StepStarted) and "Fetching" in e.title] == [
        "Fetching node:24-slim"
    ]


def test_without_a_shelf_every_image_is_read() -> None:
    engine = OneImage()
    events: list[Event] = []
    desk = bench(engine, events, None)
    for name in ("a", "b"):
        look(desk, name, Built(image=name, image_id=name, seconds=0), None)
    assert engine.exports == 2
    assert summaries(events) == ["3 files, 0 OS packages"] * 2
