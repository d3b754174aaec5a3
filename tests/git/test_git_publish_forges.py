"""`stepdown publish` as a process on every forge: a real git server beside each fake in turn."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakeforges.core import ME, TOKEN, Fake
from fakeforges.core import serving as talking
from fakeforges.stage import KINDS
from git_remotes import BRANCH, settle
from git_server import serving
from git_world import make_world
from publish_stage import Stage

import samples
from stepdown.model.trial import Verdict
from stories import Stepdown

PUSHERS = """
import os, pathlib
with pathlib.Path("pushers").open("a") as file:
    print(os.environ["REMOTE_USER"], file=file)
"""


@pytest.fixture(params=KINDS)
def stage(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stepdown: Stepdown,
    home: Path,
) -> Iterator[Stage]:
    fake: Fake = getattr(import_module(f"fakeforges.{request.param}"), KINDS[request.param])()
    with serving(tmp_path / "git") as server, talking(fake):
        name = urlsplit(fake.remote).path.strip("/").removesuffix(".git")
        place = settle(make_world(tmp_path, monkeypatch), server, name)
        server.hook(place.bare, "post-receive", PUSHERS)
        place.world.git("remote", "add", "origin", place.url)
        yield Stage(place, fake, home, stepdown)
    assert fake.problems == []


def test_from_the_first_request_to_its_end(stage: Stage, tmp_path: Path) -> None:
    first = stage.publish(None, "--reviewer", "ann", "--draft")
    assert first.returncode == 0, first.stderr
    assert "Merge request: opened: http" in first.stderr
    (made,) = stage.fake.pulls
    assert (made.source, made.target) == (BRANCH, "main")
    assert samples.TITLE in made.title
    tip = stage.place.there()

    second = stage.publish(samples.later(stage.outcome()))
    assert "as it was" in second.stderr
    assert stage.place.there() == tip

    third = stage.publish(samples.other(stage.outcome()))
    assert "brought up to date" in third.stderr
    assert stage.place.there() != tip
    assert "Since the last push" in made.body

    fourth = stage.publish(samples.judged(samples.other(stage.outcome()), Verdict.REGRESSION))
    assert fourth.returncode == 10
    assert "Merge request: closed" in fourth.stderr
    assert (len(stage.fake.pulls), made.state) == (1, "closed")
    assert made.comments[0].startswith("Closed by stepdown: ")
    pushed = (stage.place.bare / "pushers").read_text().split()
    assert stage.fake.kind != "pagure" or pushed == [ME, ME]  # Pagure takes no other name

    said = "".join(one.stdout + one.stderr for one in (first, second, third, fourth))
    assert TOKEN not in said
    files = (path for path in tmp_path.rglob("*") if path.is_file() and path.name != "users")
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
