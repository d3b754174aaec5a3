"""The container engine: the docker SDK for everything but builds."""

import itertools
import os
import platform
import re
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
from docker import APIClient
from docker.errors import ImageNotFound

from stepdown.adapters import archives
from stepdown.adapters.answers import ImageAnswer
from stepdown.adapters.bodies import never_started
from stepdown.adapters.build import Builder
from stepdown.adapters.connection import (
    Reach,
    command_environment,
    engine_faults,
    find_address,
    open_client,
    reachable_from_here,
)
from stepdown.adapters.containers import Containers
from stepdown.adapters.export import exported
from stepdown.adapters.history import HistoryAnswer, layers_of
from stepdown.adapters.leftovers import IMAGE, REPOSITORY, Labels, remove_things
from stepdown.adapters.processes import kill_marked
from stepdown.adapters.refusals import no_image
from stepdown.adapters.registry import EngineRegistry
from stepdown.adapters.running import RunningContainer
from stepdown.adapters.runs import Run
from stepdown.adapters.signals import stops_wait
from stepdown.errors import EngineError, StepdownError
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Layer
from stepdown.model.trial import BuildFailed, Built, EngineInfo
from stepdown.ports import BuildRequest, ContainerSpec, Engine, Exit, File, OnLine, Pick


@contextmanager
def connect(
    run: Run, target: str = "", reach: Reach | None = None, entry: tuple[str, str] = ("", "")
) -> Generator["DockerEngine"]:
    """Connect to the engine that the docker command would use, and sweep what dead runs left there.

    `target` labels what is made for people who look at the engine. `reach` says how to get at the
    containers' ports where that is known better. `entry` are the batch and the key of the entry
    that the run is for, which its objects are labelled with as well. At the end everything that
    the run made on the engine is removed. Raises EngineError.
    """
    address = find_address(os.environ)
    api = open_client(address)
    try:
        with engine_faults("answering who it is"):
            reach = reach or reachable_from_here(address, api.info(), platform.release())
        run.engine(address.host)
        builder = Builder(run, command_environment(address))
        labels = Labels(run=run.id, host=run.host, target=target, batch=entry[0], key=entry[1])
        engine = DockerEngine(api, run, builder, labels=labels, reach=reach)
        try:
            engine.sweep()
            yield engine
        finally:
            with stops_wait():
                engine.close()
    finally:
        api.close()


class DockerEngine(Engine):
    """A Docker engine, or another one that speaks its API.

    `swept` tells in sentences what earlier, killed runs had left on it and was removed.
    """

    def __init__(
        self, api: APIClient, run: Run, builder: Builder, *, labels: Labels, reach: Reach
    ) -> None:
        self.swept: tuple[str, ...] = ()
        self._api = api
        self._run = run
        self._builder = builder
        self._labels = labels
        self._numbers = itertools.count(1)
        self._info: EngineInfo | None = None
        self._containerd: bool | None = None
        self._containers = Containers(api, reach, label=self._labels.of, inspect=self.inspect)

    def describe(self) -> EngineInfo:
        """Say who answers; `builder` is empty where the docker command has no buildx."""
        if self._info is None:
            self._info = self._described()
        return self._info

    def _described(self) -> EngineInfo:
        with engine_faults("answering who it is"):
            version, info = self._api.version(), self._api.info()
        parts = version.get("Components") or [{}]
        name = str(parts[0].get("Name", "")) or "Engine"
        return EngineInfo(
            name="Docker Engine" if name == "Engine" else name,
            version=str(version.get("Version", "")),
            architecture=str(version.get("Arch", "")),
            builder=self._builder.version(),
            storage=str(info.get("Driver", "")),
        )

    def build(self, request: BuildRequest, on_line: OnLine) -> Built | BuildFailed:
        """Build an image under a private tag; each line of the log goes to `on_line`.

        Raises EngineError when the engine dies meanwhile or cannot build, StepdownError when its
        disk is full.
        """
        name = re.sub(r"[^a-z0-9]+", "-", request.name.lower()).strip("-") or "image"
        # A new tag for each build: a tag that moves leaves its old image without a name.
        tag = f"{REPOSITORY}{name}:{self._run.id}-{next(self._numbers)}"
        done = self._builder.build(request, tag, self._labels.of(IMAGE), on_line)
        if isinstance(done, BuildFailed):
            with engine_faults("building"):
                self._api.ping()
            return done
        return Built(image=tag, image_id=self._loaded(tag), seconds=done.seconds, log=done.log)

    def inspect(self, image: str) -> ImageConfig:
        """Return the image's configuration, without our own labels.

        Raises StepdownError when there is no such image.
        """
        with engine_faults("looking at an image"):
            try:
                answer = self._api.inspect_image(image)  # type: ignore[no-untyped-call]
            except ImageNotFound as missing:
                raise no_image(image) from missing
        return msgspec.convert(answer, ImageAnswer).noun()

    def held(self, image: str) -> str:
        """Return the id of the image that a build takes for this name without asking a registry.

        The engine's own builder takes what the engine has, if it is for this platform. Not so where
        images are containerd's: there a registry is asked first. Empty where only a build can tell.
        """
        if not self._builder.inside or self._shared_store() or "@" in image:
            return ""
        with engine_faults("looking at an image"):
            try:
                answer = self._api.inspect_image(image)  # type: ignore[no-untyped-call]
            except ImageNotFound:
                return ""
        found = msgspec.convert(answer, ImageAnswer)
        native = (found.os, found.architecture) == ("linux", self.describe().architecture)
        waits = bool(found.config and found.config.on_build)  # for a build, to do something
        return found.id if native and not waits else ""

    @contextmanager
    def export(self, image: str) -> Generator[Iterator[bytes]]:
        """Yield the file system of a created, never started container as a tar stream.

        Raises EngineError where the stream breaks off: half an image would look small.
        """
        with (
            self._unstarted(image, "export") as container,
            exported(self._api, container) as chunks,
        ):
            yield self._while_open(chunks)

    def read(self, image: str, path: str) -> bytes | None:
        """Return one file of an image without starting it, None when it is not there."""
        with (
            self._unstarted(image, "read") as container,
            engine_faults("reading a file of an image"),
        ):
            return archives.read_file(self._api, container, path)

    @contextmanager
    def picking(self, image: str) -> Generator[Pick]:
        """Yield a function that returns the regular files at a path, or directly in that folder."""
        with self._unstarted(image, "read") as container:

            def pick(path: str) -> tuple[File, ...]:
                with engine_faults("reading files of an image"):
                    return archives.read_files(self._api, container, path)

            yield pick

    def layers(self, image: str) -> tuple[Layer, ...]:
        """Return the layers of an image, lowest first, without empty ones."""
        with engine_faults("looking at an image"):
            try:
                answer = self._api.history(image)  # type: ignore[no-untyped-call]
            except ImageNotFound as missing:
                raise no_image(image) from missing
        return layers_of(msgspec.convert(answer, list[HistoryAnswer]))

    def disk(self) -> Path | None:
        """Return the folder in which the engine keeps everything, None where that is not here."""
        with engine_faults("answering who it is"):
            root = Path(str(self._api.info().get("DockerRootDir", "")))
        return root if root.is_absolute() and root.is_dir() else None

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        """Start a container, wait for its end (kill it after `timeout`) and remove it."""
        return self._containers.run(spec, timeout)

    def start(self, spec: ContainerSpec) -> AbstractContextManager[RunningContainer]:
        """Start a container in the background; it is removed when the context ends."""
        return self._containers.start(spec)

    def registry(self) -> EngineRegistry:
        """Return the registries as this engine reaches them."""
        return EngineRegistry(self._api, command_environment(find_address(os.environ)))

    def sweep(self) -> None:
        """Remove what dead runs of this machine and user left on the engine."""
        self.swept = remove_things(self._api, self._run.host, self._dead)
        for sentence in self.swept:
            self._run.log(sentence)

    def close(self) -> None:
        """End the run's builds, and remove its containers, images and volumes.

        A killed run's last build may have handed its image over after `sweep` looked: it goes, too.
        What an engine that went away still holds is swept by a later run.
        """
        self._containers.close()
        kill_marked(self._run.id)
        try:
            removed = remove_things(self._api, self._run.host, self._done_with)
        except EngineError as gone:
            removed = (f"{gone.brief} {gone.details}",)
        for sentence in removed:
            self._run.log(sentence)

    def _dead(self, run: str) -> bool:
        return not self._run.alive(run)

    def _done_with(self, run: str) -> bool:
        return run == self._run.id or self._dead(run)

    def _while_open(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._containers.closed:
                raise EngineError(
                    "The run is over, so the rest of an image is not read.",
                    hint="Run the same command again.",
                )
            yield chunk

    @contextmanager
    def _unstarted(self, image: str, role: str) -> Generator[str]:
        body = never_started(image, self._labels.of(role))
        with self._containers.made(body) as made:
            if made.refused:
                raise StepdownError(
                    f"No container can be made from {image}.",
                    details=made.refused,
                    hint="`docker create` of the same image says more.",
                )
            yield made.identity

    def _shared_store(self) -> bool:
        """Whether containerd keeps the images."""
        if self._containerd is None:
            with engine_faults("answering who it is"):
                status = self._api.info().get("DriverStatus") or []
            self._containerd = any(str(pair[0]) == "driver-type" for pair in status)
        return self._containerd or bool(os.environ.get("DOCKER_DEFAULT_PLATFORM"))

    def _loaded(self, tag: str) -> str:
        try:
            return self.inspect(tag).id
        except EngineError:
            raise
        except StepdownError as missing:
            raise EngineError(
                "The builder did not hand the image to the engine.",
                details=missing.details,
                hint="Use the engine's own builder: `docker buildx use default`.",
            ) from missing
