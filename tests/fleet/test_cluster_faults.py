"""A cluster whose driver, workers and scheduler are killed in the midst of builds.

Afterwards every entry has its right result, at most what was in flight ran twice, and nothing is
left on the engines or in the folders of the workers.
"""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fleet_batch import compared, evaluate, report
from fleet_cluster import Cluster, cluster
from fleet_left import kept, settled
from fleet_repositories import debian, named, one
from fleet_watch import LONGEST, building, ran, said
from fleet_world import make

from stepdown.model.fleet import Result

pytestmark = pytest.mark.engine
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
        os.kill(building(*places(started)), signal.SIGKILL)
        assert batch.wait(LONGEST) == 12, said(folder)
        ended_well(started, folder, twice=1)

        folder = tmp_path / "driver"
        batch = evaluate(folder, str(selection), "--json", *started.words)
        building(*places(started))
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
        building(*places(started))
        started.scheduler.kill()
        with started.again() as second:
            assert batch.wait(LONGEST) == 12, said(folder)
            ended_well(started, folder, twice=2)

            folder = tmp_path / "gone"
            batch = evaluate(folder, str(selection), "--json", *started.words, env=SOON)
            building(*places(started))
            second.kill()
            assert batch.wait(LONGEST) == 1, said(folder)
            assert "The scheduler was lost and did not come back." in said(folder)
            assert "Traceback" not in said(folder)
        with started.again():
            again = evaluate(folder, "--json", *started.words)
            assert again.wait(LONGEST) == 12, said(folder)
            ended_well(started, folder, twice=2)
    assert [left for name in WORKERS for left in settled(tmp_path / "cluster" / name)] == []


def places(started: Cluster) -> list[Path]:
    return [started.folder / name for name in WORKERS]


def ended_well(started: Cluster, folder: Path, *, twice: int) -> None:
    """Check the results, how often entries ran, and what is left while the workers wait."""
    assert tuple(compared(SOME, report(folder))) == (), said(folder)
    runs = ran(folder)
    assert sum(count - 1 for count in runs.values()) <= twice, runs
    assert [left for name in WORKERS for left in settled(started.folder / name, kept)] == []
    assert settled(folder) == []
    with closing(sqlite3.connect(folder / "ledger.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
