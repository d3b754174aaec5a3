"""Programs that run for long: their lines as they come, their end within a time, no child left."""

import codecs
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from stepdown.adapters.signals import stops_wait
from stepdown.model.image import Value
from stepdown.ports import OnLine

MARK = "STEPDOWN_RUN"
"""The variable by which a later run finds the programs of one that was killed."""

_POLITE_SECONDS = 5.0
_LOOK_SECONDS = 0.5
_LONGEST_LINE = 16 * 1024
_CHUNK = 64 * 1024


class Ended(Value, frozen=True, kw_only=True):
    """How a program ended. `exit_code` is negative for a signal's number, as in `subprocess`."""

    exit_code: int
    seconds: float
    timed_out: bool = False


def run_lines(  # noqa: PLR0913  (a program, its surroundings and its bounds)
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    timeout: float,
    on_line: OnLine,
    whole: bool = False,
    look: Callable[[], None] = lambda: None,
) -> Ended:
    """Run a program in its own process group; both its outputs go to `on_line`, line by line.

    `env` is added to our own environment, or is the `whole` of what the program gets.
    After `timeout` seconds, and when an exception passes through here, the whole group is ended:
    asked first, killed after five seconds. `look` is called about twice a second, and may raise.
    Raises FileNotFoundError without the program.
    """
    began = time.monotonic()
    environment = env if whole else {**os.environ, **env}
    with _started(command, environment) as process:
        in_time = _pump(process, began + timeout, on_line, look)
    seconds = time.monotonic() - began
    return Ended(exit_code=process.returncode, seconds=seconds, timed_out=not in_time)


def kill_marked(run: str) -> None:
    """Kill this user's programs that a dead run left running (where there is a /proc)."""
    wanted = f"{MARK}={run}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)


@contextmanager
def _started(command: Sequence[str], env: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
    process = None
    try:
        with stops_wait():  # a stop between fork and assignment would lose the program
            process = subprocess.Popen(  # noqa: S603  (the command is ours, and no shell reads it)
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        yield process
    finally:
        if process is not None:
            with process:
                _end_group(process)


def _pump(
    process: subprocess.Popen[bytes], deadline: float, on_line: OnLine, look: Callable[[], None]
) -> bool:
    """Hand on lines until the program closes its output and ends; False at the deadline."""
    lines = _Lines(on_line)
    looked = time.monotonic()
    for chunk in _chunks(process, deadline):
        lines.feed(chunk)
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            look()
    lines.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - time.monotonic()))
    return process.poll() is not None


def _chunks(process: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    if process.stdout is None:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(min(left, _LOOK_SECONDS)):
                if not (chunk := os.read(process.stdout.fileno(), _CHUNK)):
                    return
                yield chunk
            elif process.poll() is not None:
                return  # a child of it holds the output open
            else:
                yield b""


class _Lines:
    """Cuts a byte stream into lines of text; a line without end is cut at sixteen kilobytes."""

    def __init__(self, on_line: OnLine) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._on_line = on_line

    def feed(self, chunk: bytes) -> None:
        *whole, self._rest = (self._rest + self._decoder.decode(chunk)).split("\n")
        for line in whole:
            self._on_line(line.rstrip("\r"))
        if len(self._rest) > _LONGEST_LINE:
            self._on_line(self._rest)
            self._rest = ""

    def close(self) -> None:
        if self._rest:
            self._on_line(self._rest)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the group, also children that outlive their parent."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLITE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
