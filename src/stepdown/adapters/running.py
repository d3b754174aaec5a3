"""A container that runs in the background: looked at, asked, stopped."""

import time
from pathlib import PurePosixPath
from typing import assert_never

import msgspec
from docker import APIClient
from docker.errors import APIError

from stepdown.adapters import archives, web
from stepdown.adapters.answers import NetworkSettings
from stepdown.adapters.connection import (
    Direct,
    Published,
    Reach,
    Unreachable,
    endpoint,
    engine_faults,
    explanation,
)
from stepdown.adapters.lifecycle import kill, look, wait
from stepdown.adapters.refusals import refusal_code, refused_exit
from stepdown.adapters.streams import Reader, Tail, read_frames, read_in_background
from stepdown.errors import StepdownError
from stepdown.ports import Container, ContainerState, Exit, File, HttpAnswer, Stopped

_KILL_SECONDS = 20.0
_CANNOT_EXECUTE = {126, 127}


class RunningContainer(Container):
    """A started container. `identity` is empty where it could not even be made."""

    def __init__(self, api: APIClient, identity: str, refused: str, reach: Reach) -> None:
        self._api = api
        self._identity = identity
        self._refused = refused
        self._reach = reach
        self._places: dict[int, tuple[str, int]] = {}

    @property
    def refused(self) -> str:
        """The daemon's message where the container could not start, else empty."""
        return self._refused

    def state(self) -> ContainerState:
        """Look at it now."""
        if self._refused:
            return ContainerState(running=False, exit_code=refusal_code(self._refused))
        return look(self._api, self._identity).state.noun()

    def output(self) -> str:
        """Return standard output and standard error so far, at most the last megabyte."""
        if self._refused:
            return ""
        tail = Tail()
        url = endpoint(self._api, f"/containers/{self._identity}/logs?stdout=1&stderr=1")
        with (
            engine_faults("reading a container's log"),
            self._api.get(url, stream=True, timeout=self._api.timeout) as answer,
        ):
            answer.raise_for_status()
            read_frames(answer.raw, tail)
        return tail.text()

    def http(self, port: int, path: str, timeout: float) -> HttpAnswer | None:
        """GET over the container's own address; None when nobody answers HTTP there.

        Raises StepdownError where the port cannot be reached from here: that must not look like a
        server that is silent.
        """
        if self._refused:
            return None
        place = self._places.get(port) or self._place(port)
        if place is None:
            return None
        self._places[port] = place
        answer = web.get(*place, path, name=f"localhost:{port}", timeout=timeout)
        # The address of one that has ended may be another container's by now.
        return answer if answer is not None and self._place(port) == place else None

    def _place(self, port: int) -> tuple[str, int] | None:
        """Return where to ask now; None where it does not run or has no network."""
        seen = look(self._api, self._identity)
        if not seen.state.running:
            return None
        host, outer = _address(self._reach, seen.network_settings, port)
        return (host, outer) if host else None

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when it is not there."""
        if not self._identity:
            return None
        with engine_faults("reading a file of a container"):
            return archives.read_file(self._api, self._identity, path)

    def changed(self) -> tuple[str, ...]:
        """Return what was made, written or removed since the start, also after the end.

        Folders are named only where nothing in them is.
        """
        if not self._identity:
            return ()
        with engine_faults("looking for what a container changed"):
            found = sorted(str(one["Path"]) for one in self._api.diff(self._identity) or ())
        around = {str(folder) for path in found for folder in PurePosixPath(path).parents}
        return tuple(path for path in found if path not in around)

    def execute(self, argv: tuple[str, ...], timeout: float, *, user: str = "") -> Exit:
        """Run a program beside the application, as the image's user unless another is named.

        The engine cannot end such a program: after `timeout` it runs on until the container is
        removed.
        """
        if self._refused:
            return refused_exit(self._refused)
        with engine_faults("running a program in a container"):
            try:
                identity = str(self._api.exec_create(self._identity, list(argv), user=user)["Id"])
                body: dict[str, object] = {"Detach": False, "Tty": False}
                reader = read_in_background(self._api, f"/exec/{identity}/start", body)
            except APIError as fault:
                return refused_exit(explanation(fault))
            return self._executed(identity, reader, timeout)

    def put(self, files: tuple[File, ...]) -> bool:
        """Put files into it while it runs; return False where the engine refuses."""
        if self._refused:
            return False
        with engine_faults("putting files into a container"):
            try:
                self._api.put_archive(self._identity, "/", archives.pack(files))
            except APIError:  # its root is read-only, or it has just ended
                return False
        return True

    def ended(self, timeout: float) -> bool:
        """Wait for its end, `timeout` seconds at most; return whether it has ended."""
        if self._refused:
            return True
        wait(self._api, self._identity, timeout)
        return not self.state().running

    def stop(self, grace: float) -> Stopped:
        """Send the stop signal and wait; kill after `grace` seconds."""
        if self._refused:
            return Stopped(seconds=0, exit_code=refusal_code(self._refused), killed=False)
        with engine_faults("stopping a container"):
            seen = look(self._api, self._identity)
            if not seen.state.running:
                return Stopped(seconds=0, exit_code=seen.state.exit_code, killed=False)
            began = time.monotonic()
            kill(self._api, self._identity, seen.config.stop_signal or "SIGTERM")
            exit_code = wait(self._api, self._identity, grace)
            if killed := exit_code is None:
                kill(self._api, self._identity, "SIGKILL")
                exit_code = wait(self._api, self._identity, _KILL_SECONDS)
            return Stopped(seconds=time.monotonic() - began, exit_code=exit_code, killed=killed)

    def _executed(self, identity: str, reader: Reader, timeout: float) -> Exit:
        began = time.monotonic()
        reader.join(timeout)
        exit_code = self._exec_code(identity, began + timeout)
        ended = Exit(
            exit_code=exit_code,
            output=reader.tail.text(),
            truncated=reader.tail.truncated,
            timed_out=exit_code is None,
            seconds=time.monotonic() - began,
        )
        if exit_code in _CANNOT_EXECUTE and ended.output.startswith("OCI runtime exec failed"):
            return msgspec.structs.replace(ended, output="", refused=ended.output.strip())
        return ended

    def _exec_code(self, identity: str, deadline: float) -> int | None:
        """Wait for the exit code, which comes a moment after the output's end; None if too late."""
        while (answer := self._api.exec_inspect(identity))["Running"]:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)
        code = answer["ExitCode"]
        return None if code is None else int(code)


def _address(reach: Reach, settings: NetworkSettings, port: int) -> tuple[str, int]:
    """Return host and port to ask; the host is empty where the container has no network."""
    networks = settings.networks or {}
    match reach:
        case Direct():
            return next((network.ip_address for network in networks.values()), ""), port
        case Published(host=host):
            if bindings := (settings.ports or {}).get(f"{port}/tcp"):
                return host, int(bindings[0].host_port)
            if networks.keys() <= {"none"}:
                return "", port
            raise _unreachable(port, f"It is not published; `EXPOSE {port}` would publish it.")
        case Unreachable(reason=reason):
            raise _unreachable(port, reason)
        case _:
            assert_never(reach)


def _unreachable(port: int, why: str) -> StepdownError:
    return StepdownError(
        f"Port {port} of the container cannot be reached from here.",
        details=why,
        hint="Run stepdown on the machine of the engine.",
    )
