"""The whole way to a merge request: real engine and git server, and a fake forge beside them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from fakeforges.core import TOKEN
from git_server import GitServer, serving
from publish_stage import Stage, staged

import leftovers
from stories import Said, Stepdown

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
DOCKERFILE = b"""\
FROM debian:12
WORKDIR /app
COPY . .
CMD ["sh", "-c", "trap exit TERM; sleep 1000 & wait"]
"""
WORKS = b"test -x /bin/tar && echo ok\n"
ONLY_ON_THE_LARGE = b"set -- /usr/share/man/*/*; test $# -gt 100 && echo ok\n"
DOWN, ENTER = "\x1b[B", "\r"
SIZE = (40, 80)


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
    for one in staged(server, tmp_path, monkeypatch, stepdown, home):
        one.place.world.commit("Dockerfile", DOCKERFILE)
        merged(one, "check.sh", WORKS)
        yield one


def merged(stage: Stage, path: str, content: bytes) -> None:
    """Commit a file to main, here and on the server."""
    stage.place.world.commit(path, content)
    stage.place.world.git("push", "-q", str(stage.place.bare), "HEAD:refs/heads/main")


def words(stage: Stage) -> tuple[str, ...]:
    return (*stage.flags, "--base", "debian:12-slim", "--test", "sh check.sh")


def migrate(stage: Stage) -> Said:
    return stage.stepdown(
        *("migrate", stage.place.world.root, "--yes", "--merge-request", *words(stage)),
        env={"STEPDOWN_GITEA_TOKEN": TOKEN},
    )


def test_opened_then_closed_when_it_fails(stage: Stage) -> None:
    before = stage.place.world.snapshot()
    first = migrate(stage)
    assert first.returncode == 0, first.stderr
    assert "Merge request: opened: http" in first.stderr
    (made,) = stage.fake.pulls
    assert "debian:12 → debian:12-slim works" in made.body
    tip = stage.place.there()
    changed = stage.place.world.git("show", f"{tip}:Dockerfile", at=stage.place.bare)
    assert "FROM debian:12-slim" in changed
    assert stage.place.world.git("diff", "--name-only", "main", tip, at=stage.place.bare) == (
        "Dockerfile"
    )
    assert stage.place.world.snapshot() == before

    merged(stage, "check.sh", ONLY_ON_THE_LARGE)
    again = migrate(stage)
    assert again.returncode == 10, again.stderr
    assert "Merge request: closed: http" in again.stderr
    assert (len(stage.fake.pulls), made.state, stage.place.there()) == (1, "closed", tip)
    (comment,) = made.comments
    assert comment.startswith("Closed by stepdown: No smaller base was shown to work for debian:12")
    assert "`sh check.sh` ended with exit 1" in comment


def test_the_wizard_opens_it_after_the_report(stage: Stage, home: Path) -> None:
    screen = pexpect.spawn(
        sys.executable,
        ["-m", "stepdown", "migrate", str(stage.place.world.root), *words(stage)],
        env={
            **leftovers.environment(home),
            "STEPDOWN_GITEA_TOKEN": TOKEN,
            "TERM": "xterm-256color",
        },
        encoding="utf-8",
        timeout=120,
        dimensions=SIZE,
    )
    for question, answer in (
        ("Who can reach it?", ENTER),
        ("Build and check debian:12-slim with", ENTER),
        ("What next?", DOWN + ENTER),
    ):
        screen.expect_exact(question)
        screen.send(answer)
    screen.expect_exact("Merge request: opened: http")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 0
    (made,) = stage.fake.pulls
    assert "debian:12 → debian:12-slim works" in made.body
    assert stage.place.there() != ""
