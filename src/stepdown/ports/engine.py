"""A container engine, and a place for what was read of its images."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from stepdown.model.image import Healthcheck, ImageConfig, Value
from stepdown.model.plan import BuildSecret
from stepdown.model.profile import BuildLimits, Confinement
from stepdown.model.surface import Layer
from stepdown.model.trial import BuildFailed, Built, EngineInfo

OnLine = Callable[[str], None]
Pick = Callable[[str], tuple["File", ...]]


class BuildRequest(Value, frozen=True, kw_only=True):
    """One build. `dockerfile` is the text; `context` a folder on this machine.

    `ignore` is the text of the ignore file that belongs to the Dockerfile, None when the
    context's own applies. `name` becomes part of the image's tag. `timeout` in seconds. `limits`
    are those of an untrusted build.
    """

    name: str
    dockerfile: str
    context: str
    arguments: tuple[tuple[str, str], ...] = ()
    secrets: tuple[BuildSecret, ...] = ()
    target: str = ""
    ignore: str | None = None
    timeout: float = 1800
    limits: BuildLimits | None = None


class File(Value, frozen=True, kw_only=True):
    """A file that is put into a container before it starts."""

    path: str
    content: bytes
    mode: int = 0o644


class ContainerSpec(Value, frozen=True, kw_only=True):
    """How to start a container. None keeps what the image says, an empty tuple clears it.

    `ports` are those that `http` will ask, beside the image's own; they matter only where the
    containers' addresses cannot be reached and ports have to be published. `collect` are absolute
    paths of files that `run` reads after the end. `read_only` makes the image's own file system
    so, and excludes `files`. `sysctls` are kernel settings of the container's own network.
    `confinement` are the limits for an untrusted program; it allows files in one folder only, whose
    content can be written while the container lasts.
    """

    image: str
    role: str
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    user: str = ""
    files: tuple[File, ...] = ()
    healthcheck: Healthcheck | None = None
    network: bool = True
    ports: tuple[int, ...] = ()
    collect: tuple[str, ...] = ()
    read_only: bool = False
    sysctls: tuple[tuple[str, str], ...] = ()
    confinement: Confinement | None = None


class Exit(Value, frozen=True, kw_only=True):
    """How a process ended.

    `refused` is the daemon's message where the container could not even start. Output is cut to
    its last megabyte; `truncated` says so. `flooded` is true where it was killed because it printed
    more than its limit. `files` are those that were to be collected and exist.
    """

    exit_code: int | None
    output: str
    refused: str = ""
    timed_out: bool = False
    out_of_memory: bool = False
    truncated: bool = False
    flooded: bool = False
    seconds: float = 0
    files: tuple[File, ...] = ()


class ContainerState(Value, frozen=True, kw_only=True):
    """A container at one moment. `health` is empty where the image has no health check."""

    running: bool
    exit_code: int | None
    out_of_memory: bool = False
    health: str = ""
    health_log: tuple[tuple[int, str], ...] = ()


class HttpAnswer(Value, frozen=True, kw_only=True):
    """What a server answered. `body` is cut at one megabyte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Stopped(Value, frozen=True, kw_only=True):
    """How a container went down after its stop signal. `killed` is true after the grace time."""

    seconds: float
    exit_code: int | None
    killed: bool


class Container(Protocol):
    """A started container; it is removed when its context ends."""

    @property
    def refused(self) -> str:
        """The daemon's message where the container could not start, else empty."""

    def state(self) -> ContainerState:
        """Look at it now."""

    def output(self) -> str:
        """Return standard output and standard error so far, at most the last megabyte."""

    def http(self, port: int, path: str, timeout: float) -> HttpAnswer | None:
        """GET over the container's own address; None when nobody answers HTTP there."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when it is not there."""

    def changed(self) -> tuple[str, ...]:
        """Return what was made, written or removed since the start, also after the end.

        Folders are named only where nothing in them is.
        """

    def execute(self, argv: tuple[str, ...], timeout: float, *, user: str = "") -> Exit:
        """Run a program beside the application, as the image's user unless another is named."""

    def put(self, files: tuple[File, ...]) -> bool:
        """Put files into it while it runs; return False where the engine refuses."""

    def ended(self, timeout: float) -> bool:
        """Wait for its end, `timeout` seconds at most; return whether it has ended."""

    def stop(self, grace: float) -> Stopped:
        """Send the stop signal and wait; kill after `grace` seconds."""


class Engine(Protocol):
    """A container engine. Everything that it makes is labelled and removed on `close`."""

    def describe(self) -> EngineInfo:
        """Say who answers. Raises EngineError when nobody does."""

    def build(self, request: BuildRequest, on_line: OnLine) -> Built | BuildFailed:
        """Build an image; each line of the log goes to `on_line`.

        Raises EngineError when the engine dies meanwhile.
        """

    def inspect(self, image: str) -> ImageConfig:
        """Return the image's configuration. Raises StepdownError when there is no such image."""

    def held(self, image: str) -> str:
        """Return the id of the image that a build takes for this name without asking a registry.

        Empty where only a build can tell.
        """

    def export(self, image: str) -> AbstractContextManager[Iterator[bytes]]:
        """Yield the file system of a created, never started container as a tar stream."""

    def read(self, image: str, path: str) -> bytes | None:
        """Return one file of an image without starting it, None when it is not there."""

    def picking(self, image: str) -> AbstractContextManager[Pick]:
        """Yield a function that returns the regular files at a path, or directly in that folder.

        Each has the path by which it was asked for; symbolic links are followed.
        """

    def layers(self, image: str) -> tuple[Layer, ...]:
        """Return the layers of an image, lowest first, without empty ones."""

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        """Start a container, wait for its end (kill it after `timeout`) and remove it."""

    def start(self, spec: ContainerSpec) -> AbstractContextManager[Container]:
        """Start a container in the background; it is removed when the context ends."""


class Shelf(Protocol):
    """A place for what was found out before; whatever it loses is found out again."""

    def load(self, key: str) -> bytes | None:
        """Return what was saved under `key`, None where there is nothing."""

    def save(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`."""
