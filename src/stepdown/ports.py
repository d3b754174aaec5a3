"""What stepdown needs from the world, as small protocols; `stepdown.adapters` implements them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol

from stepdown.model.advisory import Feed, Query
from stepdown.model.image import Healthcheck, ImageConfig, Value
from stepdown.model.plan import BuildSecret
from stepdown.model.profile import BuildLimits, Confinement
from stepdown.model.remote import Look, Pushed
from stepdown.model.request import Hosted, MergeRequest, NewRequest
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


class Workspace(Protocol):
    """A private copy of one commit, in a git worktree outside the user's checkout."""

    @property
    def path(self) -> str:
        """Its folder."""

    def commit(self, files: tuple[tuple[str, bytes], ...], branch: str, message: str) -> str:
        """Commit `files` (path, content) on the new `branch`; return the commit's id."""


class Checkout(Protocol):
    """The user's git repository. Nothing here touches the work tree or the index."""

    @property
    def root(self) -> str:
        """The absolute path of the work tree."""

    def head(self) -> str:
        """Return the commit that is checked out. Raises RepositoryError without a commit."""

    def check_ready(self, dockerfile: str, branch: str) -> None:
        """Raise RepositoryError where a branch could not be delivered at the end.

        That is when the Dockerfile has uncommitted changes, HEAD is detached, the branch exists
        already or git does not know who commits.
        """

    def workspace(self) -> AbstractContextManager[Workspace]:
        """Make a worktree at the current commit; it goes away with the context."""


class ScannerReport(Value, frozen=True, kw_only=True):
    """What a scanner printed about one image.

    `scanner` names the program, empty where only a file is there. `document` is its report,
    `about` what it says of its own data and `packages` its list of packages, each empty where
    there is none. `asked` is the day on which it ran, empty for a report from elsewhere. `failure`
    says why there is no report.
    """

    scanner: str
    document: bytes = b""
    about: bytes = b""
    packages: bytes = b""
    asked: str = ""
    failure: str = ""


class Scanner(Protocol):
    """A program that looks for known vulnerabilities."""

    def scan(self, image: str) -> ScannerReport:
        """Look at one image. What goes wrong becomes a report with a `failure`."""


class Advisories(Protocol):
    """A source of advisories."""

    def fetch(self, queries: tuple[Query, ...]) -> Feed:
        """Return the advisories about each query. What goes wrong becomes a `failure`."""


class Registered(Value, frozen=True, kw_only=True, tag="registered"):
    """An image that a registry has.

    `digest` is that of the tag, for all platforms together; `platforms` are written `linux/amd64`;
    `compressed` is the download in bytes for the platform that was asked for, None if unknown.
    """

    digest: str
    platforms: tuple[str, ...] = ()
    compressed: int | None = None


class NotRegistered(Value, frozen=True, kw_only=True, tag="not_registered"):
    """A registry answered that there is no such image, or that this user may not have it."""

    reason: str
    denied: bool = False


class NotAsked(Value, frozen=True, kw_only=True, tag="not_asked"):
    """The registry could not be asked."""

    reason: str


Lookup = Registered | NotRegistered | NotAsked


class Registry(Protocol):
    """What registries know of images, with the user's own credentials; nothing is pulled."""

    def look_up(self, image: str, platform: str) -> Lookup:
        """Ask for an image; `platform` (linux/amd64) is the one whose download counts."""


class PackageIndex(Value, frozen=True, kw_only=True):
    """A distribution's index of packages, unpacked: `Packages` of Debian or Alpine's `APKINDEX`.

    `description` is what Alpine's says of itself. `failure` says why there is no index.
    """

    name: str
    kind: str = ""
    content: bytes = b""
    description: str = ""
    failure: str = ""


class Forge(Protocol):
    """One repository on a forge, with the user's own credentials.

    Every method raises ForgeError: what was refused, which right is missing, when to come again.
    The forge's own signals to slow down are obeyed inside.
    """

    @property
    def body_limit(self) -> int:
        """How many characters a description may have (4,000 on one forge, a million on another)."""

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Return every merge request from `source` to `target`, in any state, newest first."""

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request, with labels, reviewers and assignees as far as they exist.

        What does not exist is told in the answer's `notes`. Where nobody knows whether the forge
        took an attempt (it broke, it was silent), the request is looked for before the next one.
        """

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description; everything else stays."""

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless one with the same text is there already."""

    def close(self, number: int) -> None:
        """Close a merge request without merging it."""

    def fork(self) -> Hosted:
        """Return the user's fork, made and waited for where there is none."""


class CommitOrder(Value, frozen=True, kw_only=True):
    """A commit that changes one file on top of `parent`.

    `when` is its time, ISO 8601, empty for now. `signoff` adds the committer's sign-off; `hooks`
    runs the repository's own commit hooks.
    """

    parent: str
    path: str
    content: bytes
    message: str
    when: str = ""
    signoff: bool = False
    hooks: bool = True


class Remote(Protocol):
    """A repository on a git server, reached by the user's own git.

    Raises RepositoryError where git refuses here, ForgeError where the server does.
    """

    def author(self) -> str:
        """Return the e-mail address under which git commits here."""

    def look(self, branch: str, target: str, path: str, verified: str) -> Look:
        """Look at the change's branch and at its target (empty: the default branch).

        `path` is the Dockerfile, `verified` the commit that the change is made on.
        """

    def commit(self, order: CommitOrder) -> str:
        """Make a commit that no branch has, signed where git's settings say so; return its id."""

    def push(
        self, branch: str, commit: str, expected: str, options: tuple[str, ...] = ()
    ) -> Pushed:
        """Push a commit as `branch`, which has to be at `expected` (empty: not there) till then."""

    def offer(self, target: str, commit: str, options: tuple[str, ...]) -> Pushed:
        """Push a commit for review (refs/for/TARGET); no branch and no right to push is needed."""

    def offered(self, commit: str) -> bool:
        """Tell whether a commit is up for review already."""

    def patch(self, commit: str, folder: str) -> str:
        """Write a commit as a mail that `git am` reads; return the file's path."""


class Directory(Protocol):
    """All repositories of an owner on a forge."""

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield what the user may see of an organisation, a group, a person; raises ForgeError."""


Tell = Callable[[bytes], None]
"""Takes a `model.fleet.Step` as JSON, while a task runs."""
Perform = Callable[[bytes, Tell], bytes]
"""Does one task: a `model.fleet.Task` as JSON in, a `model.fleet.Answer` as JSON out."""
Reap = Callable[[str], None]
"""Ends every task of a batch (by its id) in this process, and removes what it made."""


class Pool(Protocol):
    """Workers, here or elsewhere."""

    @property
    def capacity(self) -> int:
        """How many tasks run at the same time."""

    @property
    def words(self) -> str:
        """Who does the work, for people."""

    def submit(self, task: bytes) -> Future[bytes]:
        """Hand out a task; its future fails where the task raises or the worker is lost."""

    def reap(self, batch: str) -> None:
        """End every task of a batch at once, on every worker, and remove what it made."""
