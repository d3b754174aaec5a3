"""`stepdown batch publish` as a process: what a ledger holds, on a git server beside a forge."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from batches import TERMS, InstantPool, drive, reopen, report, scouted
from fakeforges.core import TOKEN
from git_server import GitServer, serving
from publish_stage import Stage, staged

import samples
from stepdown.flow.batch.opening import written
from stepdown.flow.batch.packing import packed
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Answer, Entry, Result, Task, Work
from stepdown.model.trial import Outcome, Verdict
from stories import Said, Stepdown


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serving(tmp_path_factory.mktemp("server") / "git") as running:
        yield running


@pytest.fixture
def stage(
    server: GitServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stepdown: Stepdown,
    home: Path,
) -> Iterator[Stage]:
    yield from staged(server, tmp_path, monkeypatch, stepdown, home)


def answering(outcome: Outcome, result: Result) -> Callable[[Task], Answer]:
    def answers(task: Task) -> Answer:
        if task.work is Work.SCOUT:
            return scouted(task, outcome.plan.target.commit)
        ended = msgspec.structs.replace(report(task, result), commit=outcome.plan.target.commit)
        return msgspec.structs.replace(ended, outcome=packed(to_json(outcome)))

    return answers


def evaluated(stage: Stage, outcome: Outcome, result: Result = Result.IMPROVED) -> Path:
    """Return a ledger in which the repository ended so."""
    path = stage.home / "fleet.db"
    with written(path) as ledger:
        ledger.select([Entry(repository=stage.place.url)])
        reopen(ledger)
        terms = replace(TERMS, stamp=result)  # another stamp is new work
        drive(ledger, InstantPool(answering(outcome, result)), terms=terms)
    return path


def publish(stage: Stage, ledger: Path, *words: str) -> Said:
    return stage.stepdown(
        "batch", "publish", ledger, *stage.flags, *words, env={"STEPDOWN_GITEA_TOKEN": TOKEN}
    )


def test_a_draft_once_and_then_nothing(stage: Stage) -> None:
    ledger = evaluated(stage, stage.outcome())
    rehearsed = publish(stage, ledger, "--dry-run")
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert (stage.fake.pulls, stage.place.there()) == ([], "")
    first = publish(stage, ledger, "--label", "base-image")
    assert first.returncode == 0, first.stderr
    assert "create: There is no request yet. http" in first.stderr
    (made,) = stage.fake.pulls
    assert (made.labels, made.title) == (["base-image"], f"WIP: {samples.TITLE}")
    tip = stage.place.there()
    second = publish(stage, ledger)
    assert "1 looked at, 0 failed" in second.stderr
    assert (len(stage.fake.pulls), stage.place.there()) == (1, tip)


def test_what_does_not_work_any_more_closes_its_own_request(stage: Stage) -> None:
    publish(stage, evaluated(stage, stage.outcome()))
    broken = samples.judged(stage.outcome(), Verdict.REGRESSION)
    said = publish(stage, evaluated(stage, samples.later(broken), Result.BROKEN))
    assert said.returncode == 0, said.stderr
    assert stage.fake.pulls[0].state == "closed"


def test_what_never_worked_is_not_asked_about(stage: Stage) -> None:
    broken = samples.judged(stage.outcome(), Verdict.REGRESSION)
    said = publish(stage, evaluated(stage, broken, Result.BROKEN))
    assert "0 looked at" in said.stderr


def test_one_that_fails_is_told_and_ends_with_its_code(stage: Stage) -> None:
    ledger = evaluated(stage, stage.outcome())
    said = stage.stepdown(
        "batch", "publish", ledger, *stage.flags, env={"STEPDOWN_GITEA_TOKEN": "not-the-token"}
    )
    assert said.returncode == 12
    assert "1 looked at, 1 failed" in said.stderr
    assert "not-the-token" not in said.stderr
