"""A cluster whose driver, workers and scheduler are killed in the midst of builds.

Afterwards every entry has its right result, at most what was in flight ran twice, and nothing is
left on the engines or in the folders of the workers.
"""

import json
import os
import signal
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fleet_batch import compared, evaluate, report
from fleet_cluster import Cluster, cluster
from fleet_left import kept, settled
from fleet_repositories import debian, named, one
from fleet_world import make

from stepdown.model.fleet import Result

pytestmark = pytest.mark.engine
LONGEST = 240
WORKERS = ("one", "two")
SLOW = tuple(
    one(f"slow-{n}", Result.BASELINE_NOT_BUILT, debian(f"RUN sleep 6; exit {n}\n")) for n in (3, 4)
)
SOME = (*SLOW, *named("nothing-readme", "attention-syntax"))
SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
"""Dask's own setting: for how long the driver looks for a scheduler that is gone."""


def test_a_worker_and_the_driver_are_killed(tmp_path: Path) -> None:
    selection = make(tmp_path / "repositories", SOME)
    with cluster(tmp_path / "cluster", *WORKERS) as started:
        folder = tmp_path / "worker"
        batch = evaluate(folder, str(selection), "--json", *started.words)
        os.kill(building(started), signal.SIGKILL)
        assert batch.wait(LONGEST) == 12, said(folder)
        ended_well(started, folder, twice=1)

        folder = tmp_path / "driver"
        batch = evaluate(folder, str(selection), "--json", *started.words)
        building(started)
        batch.kill()
        batch.wait()
        again = evaluate(folder, "--json", *started.words)
        assert again.wait(LONGEST) == 12, said(folder)
        ended_well(started, folder, twice=2)
    assert [left for name in WORKERS for left in settled(tmp_path / "cluster" / name)] == []


def test_the_scheduler_is_killed(tmp_path: Path) -> None:
    """Once it comes back and the driver goes on; once it does not, and the driver says so."""
    selection = make(tmp_path / "repositories", SOME)
    with cluster(tmp_path / "cluster", *WORKERS) as started:
        folder = tmp_path / "back"
        batch = evaluate(folder, str(selection), "--json", *started.words)
        building(started)
        started.scheduler.kill()
        with started.again() as second:
            assert batch.wait(LONGEST) == 12, said(folder)
            ended_well(started, folder, twice=2)

            folder = tmp_path / "gone"
            batch = evaluate(folder, str(selection), "--json", *started.words, env=SOON)
            building(started)
            second.kill()
            assert batch.wait(LONGEST) == 1, said(folder)
            assert "The scheduler was lost and did not come back." in said(folder)
            assert "Traceback" not in said(folder)
        with started.again():
            again = evaluate(folder, "--json", *started.words)
            assert again.wait(LONGEST) == 12, said(folder)
            ended_well(started, folder, twice=2)
    assert [left for name in WORKERS for left in settled(tmp_path / "cluster" / name)] == []


def building(started: Cluster) -> int:
    """Wait until a worker is in the midst of a build; return the process that works."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        for name in WORKERS:
            if (worker := _building(started.folder / name)) is not None:
                time.sleep(1)
                if _building(started.folder / name) == worker:
                    return worker
        time.sleep(0.1)
    pytest.fail("no worker builds anything")


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


def ended_well(started: Cluster, folder: Path, *, twice: int) -> None:
    """Check the results, how often entries ran, and what is left while the workers wait."""
    assert tuple(compared(SOME, report(folder))) == (), said(folder)
    runs = ran(folder)
    assert sum(count - 1 for count in runs.values()) <= twice, runs
    assert [left for name in WORKERS for left in settled(started.folder / name, kept)] == []
    assert settled(folder) == []
    with closing(sqlite3.connect(folder / "ledger.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


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
