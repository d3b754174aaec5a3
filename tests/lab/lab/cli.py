"""The four commands: up, down, status, env."""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab import engine, report, up
from lab.place import Lab
from lab.step import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGAN = time.monotonic()


def say(text: str) -> None:
    """Print a line with the time since the start."""
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {text}", flush=True)


def main(arguments: list[str]) -> int:
    """Run one of the commands."""
    options = _parser().parse_args(arguments)
    os.umask(0o022)  # what is written here ends up in images
    lab = Lab.default()
    try:
        if options.command == "env":
            return _env(lab)
        if options.command == "status":
            return report.show(lab)
        lab.prepare()
        with _alone(lab):
            if options.command == "up":
                up.up(lab, options.what, say)
            else:
                up.down(lab, say, purge=options.purge)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests/lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bring = commands.add_parser("up", help="make sure that there is an engine, with base images")
    bring.add_argument(
        "what",
        nargs="*",
        help="all (the default), demo (what examples/run needs), engine, browser, or steps by name",
    )
    end = commands.add_parser("down", help="end the lab's own engine and apk repository")
    end.add_argument("--purge", action="store_true", help="delete the lab's folder and images, too")
    commands.add_parser("status", help="what there is")
    commands.add_parser("env", help='what a shell needs: eval "$(tests/lab/env)"')
    return parser


def _env(lab: Lab) -> int:
    client = engine.find(lab)
    if client is None:
        print("no container engine answers: run tests/lab/up", file=sys.stderr)
        return 1
    for name, value in client.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


@contextmanager
def _alone(lab: Lab) -> Iterator[None]:
    """One `up` or `down` at a time; the lock goes away with the process, however that ends."""
    with (lab.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another up or down is at work on this lab; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
