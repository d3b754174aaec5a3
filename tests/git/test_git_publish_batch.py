"""`stepdown batch publish` as a process: what a ledger holds, on a git server beside a forge."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from batches import TERMS, InstantPool, drive, reopen, report, scouted
from fakeforges.core import TOKEN
from git_server import TOKEN as PASSWORD
from git_server import USER, GitServer, serving
from publish_stage import Stage, staged

import samples
from stepdown.adapters.runs import open_run
from stepdown.cli.fleetcounter import Ways
from stepdown.cli.requestflags import RequestOptions
from stepdown.flow.batch.opening import written
from stepdown.flow.batch.packing import packed
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Answer, Entry, Report, Result, Task, Work
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
    assert ": would be opened: There is no request yet." in rehearsed.stderr
    assert "1 looked at, 0 failed; 1 would be opened." in rehearsed.stderr
    assert (stage.fake.pulls, stage.place.there()) == ([], "")
    first = publish(stage, ledger, "--label", "base-image", "--label", "none such")
    assert first.returncode == 0, first.stderr
    assert ": opened: There is no request yet. http" in first.stderr
    assert "\n  The label none such does not exist, and is left out.\n" in first.stderr
    (made,) = stage.fake.pulls
    assert (made.labels, made.title) == (["base-image"], f"WIP: {samples.TITLE}")
    tip = stage.place.there()
    second = publish(stage, ledger)
    assert "1 looked at, 0 failed; 1 as it was." in second.stderr
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
    assert "0 looked at: no entry that fits improved" in said.stderr


def test_a_forge_that_nobody_named_is_asked_for(stage: Stage) -> None:
    said = stage.stepdown(
        *("batch", "publish", evaluated(stage, stage.outcome())),
        env={"STEPDOWN_GITEA_TOKEN": TOKEN},
    )
    assert said.returncode == 12
    assert "with --forge its token is looked for" in said.stderr


def test_one_that_fails_is_told_and_ends_with_its_code(stage: Stage) -> None:
    ledger = evaluated(stage, stage.outcome())
    said = stage.stepdown(
        "batch", "publish", ledger, *stage.flags, env={"STEPDOWN_GITEA_TOKEN": "not-the-token"}
    )
    assert said.returncode == 12
    assert "1 looked at, 1 failed." in said.stderr
    assert "\n  hint: " in said.stderr
    assert "came from STEPDOWN_GITEA_TOKEN" in said.stderr
    assert "not-the-token" not in said.stderr


def by_git(stage: Stage, ledger: Path, *words: str) -> Said:
    """Publish with what git knows alone: no token for the forge's interface."""
    netrc = stage.home / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
    netrc.chmod(0o600)
    flags = ("--via", "git", *words)
    return stage.stepdown("batch", "publish", ledger, *flags, env={"NETRC": str(netrc)})


def test_git_alone_pushes_and_says_that_it_does_no_more(stage: Stage) -> None:
    ledger = evaluated(stage, stage.outcome())
    said = by_git(stage, ledger)
    assert said.returncode == 0, said.stderr
    assert "--forge says which one; without it the branch is pushed, no more." in said.stderr
    assert "is pushed; the merge request is opened by hand" in said.stderr
    assert "1 looked at, 0 failed; 1 pushed." in said.stderr
    assert stage.place.there() != ""


def test_git_alone_cannot_keep_a_bound_on_open_requests(stage: Stage) -> None:
    said = by_git(stage, evaluated(stage, stage.outcome()), "--canary", "1")
    assert said.returncode == 12
    assert "--max-open and --canary need the forge's interface" in said.stderr
    assert stage.place.there() == ""


def test_a_clone_goes_before_the_next_is_made(stage: Stage) -> None:
    entry = Entry(repository=str(stage.place.bare))
    ended = Report(key="1", result=Result.IMPROVED, reason="", commit=stage.place.head())
    with open_run(stage.place.world.home) as run:
        ways = Ways(
            run=run, options=RequestOptions(), campaign="", rehearse=False, say=lambda _: None
        )
        with ways.opened(entry, ended):
            assert len(list(run.folder.rglob("publish-*"))) == 1
        assert list(run.folder.rglob("publish-*")) == []
