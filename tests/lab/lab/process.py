"""Processes that outlive the command that started them, and are ended by number, if still ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP_SECONDS = 30
START_TIME_FIELD = 19
"""Of what follows the name in /proc/PID/stat: when the process began, in ticks since boot."""


def start(
    record: Path, command: list[str], log: Path, env: Mapping[str, str] | None = None
) -> None:
    """Start a process in a session of its own and write down which one it is."""
    with log.open("ab") as output:
        begun = subprocess.Popen(
            command,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
        )
    unfinished = record.with_suffix(".new")
    unfinished.write_text(
        json.dumps({"pid": begun.pid, "began": _began(begun.pid), "boot": _boot()})
    )
    unfinished.rename(record)


def number(record: Path) -> int | None:
    """The process of a record, if it is still the one that was started (numbers are used again)."""
    try:
        saved = json.loads(record.read_text())
    except (OSError, ValueError):
        return None
    pid, began = saved.get("pid"), saved.get("began")
    same = isinstance(pid, int) and saved.get("boot") == _boot() and began and _began(pid) == began
    return pid if same else None


def alive(record: Path) -> bool:
    """Whether the process of a record runs."""
    return number(record) is not None


def stop(record: Path) -> bool:
    """End the process of a record; False when it did not run."""
    if (pid := number(record)) is None:
        record.unlink(missing_ok=True)
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while alive(record) and time.monotonic() < deadline:
        time.sleep(0.1)
    if alive(record):
        os.kill(pid, signal.SIGKILL)
    record.unlink(missing_ok=True)
    return True


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _began(pid: int) -> str | None:
    """When a process began; None when it is gone or only waits to be reaped."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] == "Z" else words[START_TIME_FIELD]
