"""Containers: made with their files, run to their end or in the background, always removed."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import msgspec
from docker import APIClient
from docker.errors import APIError

from stepdown.adapters import archives
from stepdown.adapters.bodies import create_body
from stepdown.adapters.confining import folder_of
from stepdown.adapters.connection import Reach, engine_faults
from stepdown.adapters.lifecycle import create, kill, launch, look, remove, wait
from stepdown.adapters.refusals import refusal, refused_exit
from stepdown.adapters.running import RunningContainer
from stepdown.adapters.signals import stops_wait
from stepdown.adapters.streams import read_in_background
from stepdown.errors import EngineError
from stepdown.model.image import ImageConfig, Value
from stepdown.ports import ContainerSpec, Exit, File

_KILL_SECONDS = 20.0
_SETTLE_SECONDS = 5.0


class Made(Value, frozen=True, kw_only=True):
    """A container that was made: its id, or why the engine refused to make it."""

    identity: str = ""
    refused: str = ""


class Containers:
    """Makes the containers of one run.

    `label` gives the labels for a role, `inspect` the configuration of an image.
    """

    def __init__(
        self,
        api: APIClient,
        reach: Reach,
        *,
        label: Callable[[str], dict[str, str]],
        inspect: Callable[[str], ImageConfig],
    ) -> None:
        self._api = api
        self._reach = reach
        self._label = label
        self._inspect = inspect
        self._making = threading.Lock()
        self.closed = False

    def close(self) -> None:
        """Make no more containers: whatever still wants one, in another thread, comes too late."""
        with self._making:
            self.closed = True

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        """Start a container, wait for its end (kill it after `timeout`) and remove it."""
        with self._prepared(spec, attached=True) as made:
            if made.refused:
                return refused_exit(made.refused)
            with engine_faults("running a container"):
                most = spec.confinement.output if spec.confinement else 0
                end = self._run(made.identity, timeout, most)
                return msgspec.structs.replace(end, files=self._collect(made.identity, spec))

    @contextmanager
    def start(self, spec: ContainerSpec) -> Generator[RunningContainer]:
        """Start a container in the background; it is removed when the context ends."""
        with self._prepared(spec, attached=False) as made:
            refused = made.refused or launch(self._api, made.identity)
            yield RunningContainer(self._api, made.identity, refused, self._reach)

    @contextmanager
    def made(self, body: dict[str, object]) -> Generator[Made]:
        """Make a container and remove it at the end."""
        made = Made()
        try:
            # A stop in the midst of the request would leave a container that nobody knows of.
            with engine_faults("making a container"), stops_wait():
                made = self._create(body)
            yield made
        finally:
            with stops_wait():
                remove(self._api, made.identity)

    @contextmanager
    def _prepared(self, spec: ContainerSpec, *, attached: bool) -> Generator[Made]:
        image, labels = self._inspect(spec.image), self._label(spec.role)
        body = create_body(spec, image, labels, self._reach, attached=attached)
        with self.made(body) as made:
            if made.identity and spec.files:
                place = folder_of(spec) or "/"
                with engine_faults("putting files into a container"):
                    self._api.put_archive(made.identity, place, archives.pack(spec.files, place))
            yield made

    def _create(self, body: dict[str, object]) -> Made:
        try:
            with self._making:
                if self.closed:
                    raise EngineError(
                        "The run is over, so no more containers are made.",
                        hint="Run the same command again.",
                    )
                return Made(identity=create(self._api, body))
        except APIError as fault:
            return Made(refused=refusal(fault))

    def _collect(self, identity: str, spec: ContainerSpec) -> tuple[File, ...]:
        found = ((path, archives.read_file(self._api, identity, path)) for path in spec.collect)
        return tuple(File(path=path, content=one) for path, one in found if one is not None)

    def _run(self, identity: str, timeout: float, most: int) -> Exit:
        """Attached before the start, so that no output can be missed."""
        attach = f"/containers/{identity}/attach?stream=1&stdout=1&stderr=1"
        reader = read_in_background(self._api, attach, None, most)
        began = time.monotonic()
        if refused := launch(self._api, identity):
            return refused_exit(refused)
        reader.join(timeout)
        flooded = reader.tail.flooded
        left = 0 if flooded else timeout - (time.monotonic() - began)
        exit_code = wait(self._api, identity, left)
        if exit_code is None:
            kill(self._api, identity, "SIGKILL")
            wait(self._api, identity, _KILL_SECONDS)
        seconds = time.monotonic() - began
        reader.join(_SETTLE_SECONDS)
        return Exit(
            exit_code=exit_code,
            output=reader.tail.text(),
            truncated=reader.tail.truncated,
            timed_out=exit_code is None and not flooded,
            flooded=flooded,
            out_of_memory=look(self._api, identity).state.oom_killed,
            seconds=seconds,
        )
