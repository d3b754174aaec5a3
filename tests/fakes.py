"""An engine that follows a script: what each image does when it is built, run or started."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stepdown.model.image import ImageConfig
from stepdown.model.surface import Layer
from stepdown.model.trial import BuildFailed, Built, EngineInfo
from stepdown.ports import (
    BuildRequest,
    Container,
    ContainerSpec,
    ContainerState,
    Engine,
    Exit,
    File,
    HttpAnswer,
    OnLine,
    Pick,
    Stopped,
)
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.tar import EntryType

RUNNING = ContainerState(running=True, exit_code=None)
ENDED = ContainerState(running=False, exit_code=0)
GOOD = Exit(exit_code=0, output="")
BUILT = Built(image="i", image_id="sha256:1", seconds=0.1)
STOPPED = Stopped(seconds=0.1, exit_code=143, killed=False)


@dataclass
class FakeContainer(Container):
    """A container whose states are played one after another; the last one stays."""

    states: list[ContainerState] = field(default_factory=lambda: [RUNNING])
    answers: Callable[[str], HttpAnswer | None] = lambda _: None
    files: dict[str, bytes] = field(default_factory=dict)
    text: str = ""
    changes: tuple[str, ...] = ()
    said: str = ""
    refusal: str = ""
    stopped: Stopped = STOPPED

    @property
    def refused(self) -> str:
        return self.refusal

    def state(self) -> ContainerState:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def output(self) -> str:
        return self.text

    def http(self, port: int, path: str, timeout: float) -> HttpAnswer | None:
        return self.answers(path)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def changed(self) -> tuple[str, ...]:
        return self.changes

    def execute(self, argv: tuple[str, ...], timeout: float, *, user: str = "") -> Exit:
        return Exit(exit_code=0, output=self.said or " ".join(argv))

    def put(self, files: tuple[File, ...]) -> bool:
        self.files |= {file.path: file.content for file in files}
        return not self.refusal

    def ended(self, timeout: float) -> bool:
        return not self.state().running

    def stop(self, grace: float) -> Stopped:
        return self.stopped


@dataclass
class FakeEngine(Engine):
    """An engine of one scripted container and one scripted end; it remembers what it was asked."""

    container: FakeContainer = field(default_factory=FakeContainer)
    end: Exit = GOOD
    build_result: Built | BuildFailed = BUILT
    files: dict[str, bytes] = field(default_factory=dict)
    specs: list[ContainerSpec] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)

    def describe(self) -> EngineInfo:
        return EngineInfo(name="fake", version="1", architecture="amd64", builder="1")

    def build(self, request: BuildRequest, on_line: OnLine) -> Built | BuildFailed:
        on_line(request.dockerfile)
        return self.build_result

    def inspect(self, image: str) -> ImageConfig:
        return ImageConfig(id=image)

    def held(self, image: str) -> str:
        return ""

    @contextmanager
    def export(self, image: str) -> Iterator[Iterator[bytes]]:
        yield iter(())

    def read(self, image: str, path: str) -> bytes | None:
        return self.files.get(path)

    @contextmanager
    def picking(self, image: str) -> Iterator[Pick]:
        def pick(path: str) -> tuple[File, ...]:
            self.picked.append(path)
            found = (p for p in self.files if p == path or p.rpartition("/")[0] == path)
            return tuple(File(path=p, content=self.files[p]) for p in found)

        yield pick

    def layers(self, image: str) -> tuple[Layer, ...]:
        return ()

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        self.specs.append(spec)
        return self.end

    @contextmanager
    def start(self, spec: ContainerSpec) -> Iterator[Container]:
        self.specs.append(spec)
        yield self.container


def image(*paths: str, links: dict[str, str] | None = None) -> RootFS:
    """A file system with executable files at `paths`, their folders, and symbolic links."""
    entries = {"/": Entry(type=EntryType.DIRECTORY)}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder:
            entries.setdefault(folder, Entry(type=EntryType.DIRECTORY))
            folder = folder.rpartition("/")[0]
        entries[path] = Entry(type=EntryType.FILE, mode=0o755)
    for path, to in (links or {}).items():
        entries[path] = Entry(type=EntryType.SYMLINK, link=to)
    return RootFS(
        entries=entries, elf={}, shebangs={}, applets={}, owners={}, os_release={}, musl_paths={}
    )
