"""Part of the made fleet by threads and on two workers of a cluster, over TLS on this machine.

All of it, by threads: `python tests/fleet/run.py`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fleet_batch import compared, evaluate, report
from fleet_cluster import cluster
from fleet_repositories import FLEET
from fleet_world import make

TIMES = re.compile(r"\b\d+(\.\d+)? (ms|s|seconds)\b")
PASSING = {"seconds", "worker", "log", "outcome", "evidence"}
"""What differs from run to run; evidence quotes logs, which carry times."""


def told(folder: Path) -> object:
    """Return the report on the fleet without times, and without who did the work."""
    command = [sys.executable, "-m", "stepdown", "batch", "report", "--format", "json"]
    said = subprocess.run(
        [*command, str(folder / "ledger.db")], check=True, capture_output=True, text=True
    )
    return _timeless(json.loads(said.stdout))


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in PASSING}
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    return TIMES.sub("TIME", value) if isinstance(value, str) else value


@pytest.mark.engine
@pytest.mark.timeout(1100)
def test_a_cluster_finds_what_threads_find(tmp_path: Path) -> None:
    some = tuple(one for one in FLEET if one.cheap)
    assert len(some) >= 10
    selection = make(tmp_path / "repositories", some)
    here, there = tmp_path / "threads", tmp_path / "cluster"
    ended(here, evaluate(here, str(selection), "--jobs", "2"))
    with cluster(tmp_path / "workers", "one", "two") as started:
        ended(there, evaluate(there, str(selection), *started.words))
    for folder in (here, there):
        assert tuple(compared(some, report(folder))) == ()
    assert told(there) == told(here)


def ended(folder: Path, batch: subprocess.Popen[bytes]) -> None:
    """Wait for a batch in which some repositories fail."""
    assert batch.wait(500) == 12, (folder / "output").read_text()
