"""What a batch is at while it runs, and what it said."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST = 240


def building(*folders: Path) -> int:
    """Wait until who works in one of these folders is in the midst of a build; return its id."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        for folder in folders:
            if (worker := _building(folder)) is not None:
                time.sleep(1)
                if _building(folder) == worker:
                    return worker
        time.sleep(0.1)
    pytest.fail("nobody builds anything")


def _building(folder: Path) -> int | None:
    found = programs(folder)
    for command, above in found.values():
        if b"buildx\0build\0" in command and b"python" in found.get(above, (b"", 0))[0]:
            return above
    return None


def programs(folder: Path) -> dict[int, tuple[bytes, int]]:
    """The programs that keep what is their own below `folder`: command line and parent."""
    wanted, found = f"XDG_CACHE_HOME={folder / 'cache'}".encode(), {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(entry.name)] = (entry / "cmdline").read_bytes(), above
        except OSError:
            continue
    return found


def ran(folder: Path) -> dict[str, int]:
    """Count by key how often entries were evaluated: each time their first step is told."""
    first: dict[str, set[str]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    for event in events(folder):
        if event.get("type") == "step":
            key, text = event["key"], event["text"]
            if not first[key]:
                first[key].add(text)
            times[key] += text in first[key]
    return dict(times)


def events(folder: Path) -> Iterator[dict[str, str]]:
    for line in said(folder).splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def said(folder: Path) -> str:
    return (folder / "output").read_text()
