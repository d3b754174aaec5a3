"""A process that has the program loaded, and forks for each run of it.

Each run is a process of its own, with its own words, environment, folder, streams and exit code; it
only does not load some hundred modules and the recipes again, which takes longer than most runs.
"""

import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import stepdown.cli
from stepdown.cli.app import main
from stepdown.flow import catalog

STREAMS = ("stdin", "stdout", "stderr")
LIMIT = 300
"""Seconds until a run is ended by SIGALRM."""


class Loaded:
    """The process that has the program loaded; its streams are kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._streams = [folder / name for name in STREAMS]
        command = [sys.executable, "-P", __file__]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def run(
        self, *words: str, environment: dict[str, str], stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the program with these words in the current folder; return what it said."""
        for stream, text in zip(self._streams, (stdin, "", ""), strict=True):
            stream.write_text(text)
        order = {
            "words": words,
            "environment": environment,
            "folder": str(Path.cwd()),
            "streams": [str(stream) for stream in self._streams],
        }
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        said, complained = (stream.read_text() for stream in self._streams[1:])
        return subprocess.CompletedProcess([*words], code, said, complained)

    def end(self) -> None:
        """End the process."""
        with self._process:
            self._process.kill()


def _serve() -> None:
    """Answer each order, a line of JSON, with the exit code of a run."""
    for order in sys.stdin:
        if (child := os.fork()) == 0:
            _run(**json.loads(order))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(words: list[str], environment: dict[str, str], folder: str, streams: list[str]) -> None:
    """Become the program; `main` ends the process."""
    signal.alarm(LIMIT)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_WRONLY if number else os.O_RDONLY), number)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    sys.argv = ["stepdown", *words]
    main()


def _load() -> None:
    """Load what most runs load."""
    for module in pkgutil.iter_modules(stepdown.cli.__path__):
        import_module(f"stepdown.cli.{module.name}")
    catalog.load()
    gc.freeze()  # so that the garbage collector of a fork does not touch all of it


if __name__ == "__main__":
    _load()
    _serve()
