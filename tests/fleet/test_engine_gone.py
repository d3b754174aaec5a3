"""An engine that goes away in the midst of a batch, and comes back or not.

Afterwards every entry has its right result, at most what was in flight ran twice, and nothing is
left.
"""

import os
import time
from pathlib import Path

import docker
import pytest
from engine_proxy import Proxy, open_proxy
from fleet_batch import compared, evaluate, report
from fleet_cluster import cluster
from fleet_left import kept, label, settled
from fleet_repositories import debian, named, one
from fleet_watch import LONGEST, building, ran, said
from fleet_world import make

from stepdown.model.fleet import Result

pytestmark = pytest.mark.engine
SLOW = one("slow", Result.BASELINE_NOT_BUILT, debian("RUN sleep 4; exit 3\n"))
SOME = (SLOW, *named("nothing-readme", "attention-syntax"))
AWAY = 3


def test_the_engine_is_restarted(tmp_path: Path) -> None:
    selection = make(tmp_path / "repositories", SOME)
    folder, engine = tmp_path / "batch", os.environ["DOCKER_HOST"]
    with open_proxy(tmp_path, engine) as proxy:
        env = {"DOCKER_HOST": proxy.address}
        batch = evaluate(folder, str(selection), "--json", "--jobs", "2", env=env)
        building(folder)
        stop(proxy, folder)
    time.sleep(AWAY)
    (tmp_path / "p.sock").unlink()
    with open_proxy(tmp_path, engine):
        assert batch.wait(LONGEST) == 12, said(folder)
    assert tuple(compared(SOME, report(folder))) == (), said(folder)
    assert sum(count - 1 for count in ran(folder).values()) <= 2, said(folder)
    assert settled(folder) == []


def stop(proxy: Proxy, folder: Path) -> None:
    """Do what the end of an engine does: its connections and the containers are gone."""
    proxy.cut()
    client = docker.from_env()
    ours: dict[str, str | list[str] | bool] = {**label(folder)}
    for container in client.containers.list(filters=ours):
        container.remove(force=True)
    client.close()


def test_a_worker_without_an_engine_draws_no_tasks(tmp_path: Path) -> None:
    """It leaves when it notices, the other one does the work, and it comes back with its engine."""
    selection = make(tmp_path / "repositories", SOME)
    folder, workers = tmp_path / "batch", tmp_path / "cluster"
    with open_proxy(tmp_path, os.environ["DOCKER_HOST"]) as proxy:
        engines = {"two": proxy.address}
        with cluster(workers, "one", "two", engines=engines) as started:
            proxy.cut()
            batch = evaluate(folder, str(selection), "--json", *started.words)
            assert batch.wait(LONGEST) == 12, said(folder)
            assert tuple(compared(SOME, report(folder))) == (), said(folder)
            assert "does not answer: the worker gets no work" in said(folder)
            assert said(folder).count('"again":true') <= 1, said(folder)
            started.workers["two"].says("the worker waits for it")
            (tmp_path / "p.sock").unlink()
            with open_proxy(tmp_path, os.environ["DOCKER_HOST"]):
                started.workers["two"].says(r"(?s)waits for it.*Registered to")
                assert settled(workers / "two", kept) == []
    assert [left for name in ("one", "two") for left in settled(workers / name)] == []
