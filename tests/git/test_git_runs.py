"""Runs: one folder, one lock, and everything put away however the process ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from git_world import World, make_world

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import KEPT_LOGS, Home, open_run
from stepdown.errors import StepdownError

CHILD = """
import sys, time
from pathlib import Path
from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import open_run
with open_run() as run:
    run.log("about to die")
    with GitCheckout.open(Path(sys.argv[1]), run).workspace() as workspace:
        print(run.id, workspace.path, flush=True)
        time.sleep(60)
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return make_world(tmp_path, monkeypatch)


@contextmanager
def child(world: World) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A process inside of a run with a worktree; with its run's id and its worktree."""
    places = {
        "XDG_CACHE_HOME": world.cache.parent,
        "XDG_STATE_HOME": world.cache.parents[1] / "state",
    }
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD, str(world.root)],
        env={**os.environ, **{name: str(path) for name, path in places.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        identity, _, folder = process.stdout.readline().strip().partition(" ")
        assert identity, process.stderr and process.stderr.read()
        try:
            yield process, identity, Path(folder)
        finally:
            process.kill()


def runs(world: World) -> list[str]:
    return sorted(path.name for path in (world.cache / "runs").iterdir())


def test_a_killed_run_is_swept_by_the_next(world: World) -> None:
    before = world.snapshot()
    with child(world) as (process, identity, folder):
        assert (folder / "Dockerfile").exists()
        with open_run(world.home) as other:  # alive: it must not be touched
            assert other.swept == ()
            assert other.alive(identity)
        assert (folder / "Dockerfile").exists()
        process.kill()
        process.wait()
    assert runs(world) == [identity]
    assert world.snapshot() != before  # git still lists the worktree
    with open_run(world.home) as run:
        assert not run.alive(identity)
        assert run.alive(run.id)
        assert run.swept == (f"Put away what the run {identity} left, which was killed.",)
    assert runs(world) == []
    assert world.snapshot() == before
    kept = world.cache.parents[1] / f"state/stepdown/logs/{identity}.log"
    assert kept.read_text().endswith("about to die\n")


def test_a_missing_worktree_of_the_user_is_not_forgotten(world: World, tmp_path: Path) -> None:
    world.git("worktree", "add", "-q", "-b", "mine", str(tmp_path / "usb-disk"))
    (tmp_path / "usb-disk").rename(tmp_path / "unplugged")
    before = world.snapshot()
    with child(world) as (process, _, _):
        process.kill()
        process.wait()
    with open_run(world.home):
        pass
    assert world.snapshot() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_cleans_up(world: World, number: signal.Signals) -> None:
    before = world.snapshot()
    with child(world) as (process, _, folder):
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert not folder.exists()
    words = "KeyboardInterrupt" if number == signal.SIGINT else f"Stopped by {number.name}."
    assert words in errors.splitlines()[-1]
    assert runs(world) == []
    assert world.snapshot() == before


def test_a_half_made_worktree_is_removed(world: World) -> None:
    """A killed `git worktree add` leaves a locked entry, and sometimes no folder."""
    before = world.snapshot()
    with child(world) as (process, _, folder):
        world.git("worktree", "lock", "--reason", "initializing", str(folder))
        process.kill()
        process.wait()
    for file in sorted(folder.rglob("*"), reverse=True):
        file.unlink()
    folder.rmdir()
    with open_run(world.home):
        pass
    assert world.snapshot() == before


def test_the_repository_may_be_gone(world: World) -> None:
    with child(world) as (process, _, _):
        process.kill()
        process.wait()
    world.root.rename(world.root.with_name("moved"))
    with open_run(world.home) as run:
        assert len(run.swept) == 1
    assert runs(world) == []


def test_runs_of_another_machine_are_left_alone(world: World) -> None:
    with child(world) as (process, identity, _):
        process.kill()
        process.wait()
    record = world.cache / "runs" / identity / "run.json"
    record.write_text('{"machine": "another", "process": 1, "a newer field": true}')
    with open_run(world.home) as run:
        assert run.swept == ()
    assert runs(world) == [identity]


def test_a_run_that_died_before_its_record(world: World) -> None:
    with open_run(world.home):
        (world.cache / "runs/20260101-000000-abcdef").mkdir()
    (world.cache / "runs/a stray file").write_text("not a run")
    with open_run(world.home) as run:
        assert len(run.swept) == 1
    assert runs(world) == ["a stray file"]


def test_the_host_is_stable_and_private_to_the_cache(world: World, tmp_path: Path) -> None:
    with open_run(world.home) as first, open_run(world.home) as second:
        assert first.host == second.host
        assert first.id != second.id
    with open_run(Home(tmp_path / "elsewhere", tmp_path / "state")) as other:
        assert other.host != first.host


def test_only_a_few_logs_are_kept(world: World) -> None:
    kept = []
    for number in range(KEPT_LOGS + 3):
        with open_run(world.home) as run:
            run.log(f"run {number}")
            try:
                raise ValueError(number)  # noqa: TRY301
            except ValueError:
                kept.append(run.keep_log())
    logs = sorted(kept[0].parent.iterdir())
    assert len(logs) == KEPT_LOGS
    assert f"ValueError: {KEPT_LOGS + 2}" in kept[-1].read_text()


def test_a_thread_can_have_a_run_too(world: World) -> None:
    seen: list[str] = []

    def work() -> None:
        with open_run(world.home) as run, run.worktree(world.root, "HEAD") as path:
            seen.extend(file.name for file in path.iterdir())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert sorted(seen) == [".git", "Dockerfile"]
    assert runs(world) == []


def test_an_unusable_cache_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StepdownError) as caught, open_run(Home(tmp_path / "file", tmp_path)):
        pass
    assert "XDG_CACHE_HOME" in caught.value.hint


def test_a_full_disk_is_told_and_leaves_nothing(world: World) -> None:
    def fill() -> None:
        with open_run(world.home) as run:
            run.log_path.symlink_to("/dev/full")
            run.log("no room for this line")

    with pytest.raises(StepdownError) as caught:
        fill()
    assert "no space left on the disk" in caught.value.brief
    assert "XDG_CACHE_HOME" in caught.value.hint
    assert caught.value.exit_code == 1
    assert runs(world) == []


def test_a_worktree_is_put_away_on_a_full_disk(world: World) -> None:
    with open_run(world.home) as run:
        with GitCheckout.open(world.root, run).workspace() as workspace:
            (run.folder / "run.json.new").symlink_to("/dev/full")
            assert Path(workspace.path).exists()
        assert not Path(workspace.path).exists()
    assert runs(world) == []
    assert world.git("worktree", "list").count("\n") == 0
