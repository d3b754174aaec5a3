"""`stepdown publish` as a process: a real git server beside a fake forge."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakeforges.core import TOKEN
from git_remotes import BRANCH
from git_server import GitServer, serving
from publish_stage import Stage, staged

import leftovers
import samples
from stepdown.adapters.runs import open_run
from stepdown.cli.counter import Wanted
from stepdown.cli.requestflags import RequestOptions
from stepdown.cli.requests import check
from stepdown.errors import NothingToDoError
from stepdown.model.trial import Verdict
from stories import Stepdown


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


def test_opened_once_then_nothing_then_better(stage: Stage) -> None:
    before = stage.place.world.snapshot()
    first = stage.publish(None, "--label", "base-image", "--signoff")
    assert first.returncode == 0, first.stderr
    assert "Merge request: opened: http" in first.stderr
    (made,) = stage.fake.pulls
    assert (made.title, made.source, made.target) == (samples.TITLE, BRANCH, "main")
    assert made.labels == ["base-image"]
    tip = stage.place.there()
    second = stage.publish(samples.later(stage.outcome()))
    assert "as it was" in second.stderr
    assert stage.place.there() == tip
    third = stage.publish(samples.other(stage.outcome()))
    assert "brought up to date" in third.stderr
    assert stage.place.there() != tip
    assert "Since the last push" in made.body
    assert stage.place.world.snapshot() == before


def test_a_dry_run_shows_all_and_writes_nothing(stage: Stage) -> None:
    shown = stage.publish(None, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert f"branch {BRANCH}" in shown.stdout
    assert "would be opened" in shown.stdout
    assert "Stepdown-Id: " in shown.stdout
    assert samples.TITLE in shown.stdout
    assert (stage.fake.pulls, stage.place.there()) == ([], "")


def test_a_dry_run_shows_the_description_as_it_would_become(stage: Stage) -> None:
    stage.publish()
    stage.fake.pulls[0].body += "\nSeen by Ada.\n"
    shown = stage.publish(samples.other(stage.outcome()), "--dry-run")
    assert "Merge request: would be updated. The change is another one" in shown.stdout
    assert "### Since the last push" in shown.stdout
    assert "Seen by Ada." in shown.stdout
    stage.fake.pulls[0].close("ann")
    closed = stage.publish(samples.other(stage.outcome()), "--dry-run")
    assert closed.stdout.startswith("Merge request: stays closed. #1 was closed by ann")
    assert "<!-- stepdown" not in closed.stdout


def test_what_a_person_did_is_respected(stage: Stage) -> None:
    stage.publish()
    stage.place.by_hand(("Dockerfile", b"FROM scratch\n"), amend=True)
    tip = stage.place.there()
    better = samples.other(stage.outcome())
    for _ in range(2):
        said = stage.publish(better).stderr
        assert "Merge request: left alone: http" in said
        assert "was changed after stepdown had made it. Take that commit away" in said
    assert stage.place.there() == tip
    assert len(stage.fake.pulls[0].comments) == 1


def test_before_a_build_a_person_on_the_branch_is_told_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish()
    stage.place.by_hand(("Dockerfile", b"FROM scratch\n"))
    monkeypatch.setenv("STEPDOWN_GITEA_TOKEN", TOKEN)
    options = RequestOptions(forge="gitea", forge_url=stage.fake.root)
    told = []
    with open_run(stage.place.world.home) as run:
        for rehearse in (True, False, False):
            wanted = Wanted(
                root=stage.place.world.root, run=run, options=options, rehearse=rehearse
            )
            with pytest.raises(NothingToDoError, match="was not made by stepdown"):
                check(wanted, stage.outcome().plan.target)
            told.append(len(stage.fake.pulls[0].comments))
    assert told == [0, 1, 1]


def test_a_closed_request_stays_closed_until_asked(stage: Stage) -> None:
    stage.publish()
    stage.fake.pulls[0].close("ann")
    said = stage.publish()
    assert "stays closed" in said.stderr
    assert "closed by ann; --reopen" in said.stderr
    stage.publish(None, "--reopen")
    assert [one.state for one in stage.fake.pulls] == ["closed", "open"]


def test_a_candidate_that_fails_closes_its_request(stage: Stage) -> None:
    stage.publish()
    said = stage.publish(samples.judged(stage.outcome(), Verdict.REGRESSION))
    assert said.returncode == 10
    assert "Merge request: closed" in said.stderr
    assert stage.fake.pulls[0].state == "closed"


def test_a_wrong_token_is_named_by_its_source_and_not_shown(stage: Stage) -> None:
    said = stage.publish(token="not-the-token")
    assert said.returncode == 1
    assert "not-the-token" not in said.stdout + said.stderr
    assert "The token came from STEPDOWN_GITEA_TOKEN." in said.stderr
    assert "It needs the scopes read:repository" in said.stderr
    assert stage.place.there() == ""


def test_without_a_token_the_variables_are_named(stage: Stage) -> None:
    said = stage.stepdown(
        "publish", stage.place.world.root, "--record", stage.saved(stage.outcome()), *stage.flags
    )
    assert said.returncode == 1
    assert "One in STEPDOWN_GITEA_TOKEN or GITEA_TOKEN" in said.stderr
    assert "Needed is a token with `write:repository`" in said.stderr
    assert "None was found: `stepdown help requests`" in said.stderr


def test_the_token_is_nowhere(stage: Stage, tmp_path: Path) -> None:
    said = stage.publish()
    assert TOKEN not in said.stdout + said.stderr
    hits = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert hits == []


def test_without_a_token_git_alone_does_it_and_says_so(stage: Stage) -> None:
    stage.place.world.git("remote", "set-url", "origin", str(stage.place.bare))
    said = stage.stepdown(
        "publish", stage.place.world.root, "--record", stage.saved(stage.outcome())
    )
    assert said.returncode == 0, said.stderr
    assert "--forge says which one" in said.stderr
    assert "is pushed; the merge request is opened by hand" in said.stderr
    assert stage.place.there() != ""
    assert stage.fake.pulls == []


def test_a_commit_that_the_remote_does_not_have_is_not_offered(stage: Stage) -> None:
    stage.place.world.commit("app.py", b"print(1)\n")
    said = stage.publish()
    assert "is not part of main on the remote" in said.stderr
    assert stage.place.there() == ""


def test_patches_need_no_server(stage: Stage, tmp_path: Path) -> None:
    stage.place.world.git("remote", "remove", "origin")
    said = stage.publish(None, "--patches", str(tmp_path / "out"))
    assert said.returncode == 0, said.stderr
    (file,) = (tmp_path / "out").iterdir()
    assert said.stderr == f"The patch is written: {file}\n"
    assert f"Subject: [PATCH] {samples.TITLE[:40]}" in file.read_text()


def test_json_is_data(stage: Stage) -> None:
    said = stage.publish(None, "--json")
    assert said.stdout.startswith('{"repository":')
    assert '"type":"create"' in said.stdout


def test_killed_at_any_moment_a_rerun_ends_the_same(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    seed = request.config.getoption("--seed") or random.randrange(10**6)
    moments = random.Random(seed)
    began = time.monotonic()
    with _started(stage) as process:
        assert process.wait(timeout=60) == 0
    whole, wanted = time.monotonic() - began, stage.end()
    for turn in range(request.config.getoption("--kills")):
        _forget(stage)
        _killed(stage, moments.uniform(whole * 0.3, whole))
        said = stage.publish()
        assert said.returncode == 0, said.stderr
        assert stage.end() == wanted, f"turn {turn}, --seed {seed}"


def _forget(stage: Stage) -> None:
    stage.fake.pulls.clear()
    if tip := stage.place.there():
        name = f"refs/heads/{BRANCH}"
        stage.place.world.git("update-ref", "-d", name, tip, at=stage.place.bare)


def _started(stage: Stage) -> "subprocess.Popen[bytes]":
    words = ("publish", stage.place.world.root, "--record", stage.saved(stage.outcome()))
    return subprocess.Popen(
        [sys.executable, "-m", "stepdown", *map(str, (*words, *stage.flags))],
        env={**leftovers.environment(stage.home), "STEPDOWN_GITEA_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _killed(stage: Stage, after: float) -> None:
    process = _started(stage)
    time.sleep(after)
    process.kill()
    process.wait(timeout=30)
    time.sleep(1)  # the git that it had started ends by itself
