"""The driver over a pool without an engine."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from batches import TERMS, Answers, InstantPool, drive, reopen, report, scouted, usual

from stepdown.errors import LedgerError, WorkersLostError
from stepdown.flow.batch.breaker import Breaker
from stepdown.flow.batch.driver import Stop
from stepdown.flow.batch.ledger import Ledger
from stepdown.flow.batch.opening import looked_at, written
from stepdown.flow.batch.packing import packed
from stepdown.model.fleet import Answer, BatchEvent, Entry, Result, Started, State, Task, Used, Work


def having(commit: str, *names: str, result: Result = Result.IMPROVED) -> Answers:
    """Every repository is at this commit with these Dockerfiles, which all end so."""

    def answers(task: Task) -> Answer:
        return scouted(task, commit, *names) if task.work is Work.SCOUT else report(task, result)

    return answers


def entries(count: int) -> list[Entry]:
    return [Entry(repository=f"https://h/o/r{n}.git") for n in range(count)]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with written(tmp_path / "l.db") as opened:
        yield opened


def test_every_entry_ends_and_unchanged_work_is_not_done_again(ledger: Ledger) -> None:
    ledger.select(entries(7))
    pool = InstantPool(usual)
    drive(ledger, pool)
    assert ledger.counts() == {"improved": 7}
    reopen(ledger)
    again = InstantPool(usual)
    drive(ledger, again)
    assert (len(again.of(Work.SCOUT)), again.of(Work.EVALUATE)) == (7, [])


def test_force_does_all_again_also_where_it_is_interrupted(ledger: Ledger) -> None:
    ledger.select(entries(6))
    drive(ledger, InstantPool(usual))
    reopen(ledger, force=True)
    stop = Stop()

    def on_event(event: BatchEvent) -> None:
        if isinstance(event, Started) and event.work is Work.EVALUATE and not stop.wished:
            stop.ask()

    first, rest = InstantPool(usual), InstantPool(usual)
    drive(ledger, first, stop=stop, on_event=on_event)
    assert 0 < len(first.of(Work.EVALUATE)) < 6
    drive(ledger, rest)
    assert len(first.of(Work.EVALUATE)) + len(rest.of(Work.EVALUATE)) == 6


def test_a_pass_is_over_some_sources_and_the_others_stay_as_they_are(ledger: Ledger) -> None:
    ledger.select(entries(3))
    drive(ledger, InstantPool(usual))
    one, *others = [job.key for job in ledger.sources()]
    ledger.reopen([one], force=True)
    assert (ledger.unfinished({one}), ledger.unfinished(others)) == (2, 0)
    again = InstantPool(usual)
    drive(ledger, again)
    assert again.of(Work.SCOUT) == [one]
    assert len(again.of(Work.EVALUATE)) == 1


def test_entries_on_an_image_that_is_nowhere_any_more_are_done_again(ledger: Ledger) -> None:
    """Two machines may have two images of one name: either is as good as the other."""

    def answers(task: Task) -> Answer:
        if task.work is Work.SCOUT:
            return scouted(task)
        image = Used(image="node:24", identity="old" if "r0" in task.entry.repository else "new")
        return msgspec.structs.replace(report(task), images=(image,))

    ledger.select(entries(2))
    drive(ledger, InstantPool(answers))
    sources = {job.key for job in ledger.sources()}
    assert ledger.images() == {"node:24"}
    assert ledger.moved({"node:24": {"old", "new"}}, sources) == 0
    assert ledger.moved({}, sources) == 0
    assert ledger.moved({"node:24": {"new"}}, ()) == 0
    assert ledger.moved({"node:24": {"new"}}, sources) == 1
    again = InstantPool(answers)
    drive(ledger, again)
    assert len(again.of(Work.EVALUATE)) == 1


class AbsentPool(InstantPool):
    """Nobody is there for a while, and then for good where `back` is false."""

    def __init__(self, *, back: bool) -> None:
        super().__init__(usual)
        self._asked = 0
        self._back = back

    @property
    def capacity(self) -> int:
        self._asked += 1
        if self._asked > 2 and not self._back:
            raise WorkersLostError("Gone.")
        return 0 if self._asked <= 2 else super().capacity


def test_workers_that_are_gone_are_waited_for(ledger: Ledger) -> None:
    ledger.select(entries(2))
    with pytest.raises(WorkersLostError):
        drive(ledger, AbsentPool(back=False))
    assert ledger.pending(Work.SCOUT) == 2
    drive(ledger, AbsentPool(back=True))
    assert ledger.counts() == {"improved": 2}


def test_a_repository_that_gets_its_first_dockerfile_is_evaluated(ledger: Ledger) -> None:
    def none(task: Task) -> Answer:
        known = msgspec.structs.replace(report(task, Result.NO_DOCKERFILE), commit="c1")
        return scouted(task) if task.known == "c1" else known

    ledger.select(entries(1))
    for _ in range(2):
        drive(ledger, InstantPool(none))
        assert ledger.counts() == {"no_dockerfile": 1}
        reopen(ledger)
    drive(ledger, InstantPool(having("c2")))
    assert ledger.counts() == {"improved": 1}
    reopen(ledger)
    drive(ledger, InstantPool(having("c3", "Dockerfile", "new/Dockerfile")))
    assert ledger.counts() == {"improved": 2}


def test_a_new_commit_or_another_stamp_is_new_work(ledger: Ledger) -> None:
    ledger.select(entries(2))
    drive(ledger, InstantPool(usual))
    reopen(ledger)
    moved = InstantPool(having("c2"))
    drive(ledger, moved)
    assert len(moved.of(Work.EVALUATE)) == 2
    reopen(ledger)
    stamped = InstantPool(having("c2"))
    drive(ledger, stamped, terms=replace(TERMS, stamp="other"))
    assert len(stamped.of(Work.EVALUATE)) == 2


def test_several_dockerfiles_are_several_entries_and_one_that_went_is_forgotten(
    ledger: Ledger,
) -> None:
    ledger.select(entries(1))
    drive(ledger, InstantPool(having("c1", "a/Dockerfile", "b/Dockerfile")))
    assert [row.entry.dockerfile for row in ledger.rows()] == ["a/Dockerfile", "b/Dockerfile"]
    reopen(ledger)
    drive(ledger, InstantPool(having("c2", "b/Dockerfile")))
    assert [row.entry.dockerfile for row in ledger.rows()] == ["b/Dockerfile"]


def test_only_infrastructure_is_tried_again_and_three_times_at_most(ledger: Ledger) -> None:
    ledger.select(entries(1))
    pool = InstantPool(
        lambda t: scouted(t) if t.work is Work.SCOUT else report(t, Result.INFRASTRUCTURE)
    )
    drive(ledger, pool)
    assert [t.attempt for t in pool.tasks if t.work is Work.EVALUATE] == [1, 2, 3]
    assert ledger.counts() == {"infrastructure": 1}
    reopen(ledger)
    drive(ledger, InstantPool(usual))
    assert ledger.counts() == {"improved": 1}
    broken = InstantPool(having("c2", result=Result.BROKEN))
    reopen(ledger)
    drive(ledger, broken)
    assert len(broken.of(Work.EVALUATE)) == 1


def test_infrastructure_gets_time_to_come_back_and_others_go_first(ledger: Ledger) -> None:
    began: list[tuple[float, str]] = []

    def answers(task: Task) -> Answer:
        if task.work is Work.SCOUT:
            return scouted(task)
        began.append((time.monotonic(), task.key))
        return report(task, Result.INFRASTRUCTURE if len(began) == 1 else Result.IMPROVED)

    ledger.select(entries(4))
    drive(ledger, InstantPool(answers), pause=0.6)
    assert ledger.counts() == {"improved": 4}
    assert began[0][1] == began[-1][1]
    assert began[-1][0] - began[0][0] >= 0.6


def test_a_task_that_raises_fails_alone_and_keeps_its_trace(ledger: Ledger) -> None:
    def answers(task: Task) -> Answer:
        if task.work is Work.EVALUATE and "r1" in task.entry.repository:
            raise ZeroDivisionError
        return usual(task)

    ledger.select(entries(3))
    drive(ledger, InstantPool(answers))
    assert ledger.counts() == {"improved": 2, "failed": 1}
    (failed,) = (row.key for row in ledger.rows() if row.report and row.report.result == "failed")
    assert b"ZeroDivisionError" in (ledger.log(failed) or b"")


def test_a_canary_in_trouble_stops_the_rest(ledger: Ledger) -> None:
    ledger.select(entries(20))
    pool = InstantPool(
        lambda t: scouted(t) if t.work is Work.SCOUT else report(t, Result.BASELINE_NOT_BUILT), 8
    )
    breaker = drive(ledger, pool, breaker=Breaker(limit=0.5, canary=4))
    assert breaker.open
    assert len(pool.of(Work.EVALUATE)) == 4
    assert ledger.counts() == {"baseline_not_built": 4, "pending": 16}


def test_a_stop_hands_out_nothing_more_and_leaves_the_rest_pending(ledger: Ledger) -> None:
    stop = Stop()

    def on_event(event: BatchEvent) -> None:
        if isinstance(event, Started) and event.work is Work.EVALUATE and not stop.wished:
            stop.ask()

    ledger.select(entries(30))
    pool = InstantPool(usual)
    drive(ledger, pool, stop=stop, on_event=on_event)
    assert ledger.counts() == {"improved": 4, "pending": 26}
    assert pool.reaped == []


def test_entries_have_their_record(ledger: Ledger) -> None:
    def answers(task: Task) -> Answer:
        if task.work is Work.SCOUT:
            return scouted(task)
        works = "r0" in task.entry.repository
        outcome = packed(b'{"a": 1}') if works else ""
        return msgspec.structs.replace(report(task, Result.IMPROVED), outcome=outcome)

    ledger.select(entries(2))
    drive(ledger, InstantPool(answers))
    found = [(entry.repository, ledger.record(name)) for _, entry, _, name in ledger.recorded()]
    assert found == [("https://h/o/r0.git", b'{"a": 1}')]


def test_a_second_driver_is_refused_by_name_and_may_look(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with written(path) as first:
        first.select(entries(1))
        with pytest.raises(LedgerError, match=f"process {os.getpid()} on "), written(path):
            pass
        with looked_at(path) as other:
            assert other.pending(Work.SCOUT) == 1


def test_a_database_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (a)")
    with pytest.raises(LedgerError, match="no ledger"), written(path):
        pass


_DRIVER = """
import sys
from pathlib import Path
from batches import InstantPool, drive, usual
from stepdown.flow.batch.opening import written
with written(Path(sys.argv[1])) as ledger:
    ledger.recover()
    drive(ledger, InstantPool(lambda t: (print(t.key, t.work, flush=True), usual(t))[1]))
"""


def test_a_driver_that_is_killed_loses_only_what_was_in_flight(tmp_path: Path) -> None:
    path, count = tmp_path / "l.db", 150
    with written(path) as ledger:
        ledger.select(entries(count))
    seed = random.randrange(1 << 30)
    draw, begun, kills = random.Random(seed), [], 0
    while True:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", _DRIVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
            assert process.stdout is not None
            for _ in range(draw.randrange(20, 200)):
                if not (line := process.stdout.readline()):
                    break
                begun.append(line)
            else:
                process.send_signal(signal.SIGKILL)
                kills += 1
            begun += process.stdout.readlines()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, seed
    with written(path) as ledger:
        assert ledger.counts() == {"improved": count}, seed
        assert all(row.state is State.DONE for row in ledger.rows())
    assert kills, seed
    assert len(begun) - 2 * count <= 4 * kills, seed


def test_five_hundred_tasks_stay_in_the_window(ledger: Ledger) -> None:
    ledger.select(entries(500))
    flying = 0

    def on_event(event: BatchEvent) -> None:
        nonlocal flying
        flying += 1 if isinstance(event, Started) else -1
        assert flying <= 4

    drive(ledger, InstantPool(usual), on_event=on_event)
    assert ledger.counts() == {"improved": 500}
