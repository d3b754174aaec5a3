"""`stepdown publish` where there is no right to push: the branch goes to the user's fork."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakeforges.core import ME, Repo
from fakeforges.core import serving as talking
from fakeforges.gitea import Gitea
from git_remotes import BRANCH, settle
from git_server import GitServer, serving
from git_world import make_world
from publish_stage import Stage

from stories import Stepdown

FORK = f"{ME}/app"


class Forked(Gitea):
    """A Gitea whose repositories are on a git server beside it."""

    server: GitServer

    def about(self, repo: Repo) -> Any:
        return super().about(repo) | {"clone_url": self.server.address(repo.name)}


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stepdown: Stepdown, home: Path
) -> Iterator[Stage]:
    fake = Forked()
    fake.main.writable = False
    with serving(tmp_path / "git") as server, talking(fake):
        fake.server = server
        place = settle(make_world(tmp_path, monkeypatch), server, fake.name)
        server.make(FORK)
        place.world.git("remote", "add", "origin", place.url)
        yield Stage(place, fake, home, stepdown)
    assert fake.problems == []


def in_fork(stage: Stage) -> str:
    bare = stage.place.bare.parent.parent / f"{FORK}.git"
    name = f"refs/heads/{BRANCH}"
    return stage.place.world.git("for-each-ref", "--format=%(objectname)", name, at=bare)


def test_a_fork_is_made_used_and_found_again(stage: Stage) -> None:
    dry = stage.publish(None, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "the branch goes to a fork, which would be made" in dry.stderr
    assert list(stage.fake.repos) == [stage.fake.name]

    first = stage.publish()
    assert first.returncode == 0, first.stderr
    assert f"This user may not push to {stage.fake.name}: the branch goes to the fork {FORK}" in (
        first.stderr
    )
    (made,) = stage.fake.pulls
    assert (made.home, made.source) == (FORK, BRANCH)
    assert stage.place.there() == ""
    tip = in_fork(stage)
    assert tip != ""

    for words in ((), ("--dry-run",)):
        again = stage.publish(None, *words)
        assert "Merge request: as it was" in again.stdout + again.stderr
    assert (len(stage.fake.pulls), in_fork(stage)) == (1, tip)

    made.close("ann")
    shown = stage.publish(None, "--dry-run")
    assert "stays closed" in shown.stdout
