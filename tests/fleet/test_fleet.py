"""The made fleet: the same wherever it is made, and what a pass over it does again and what not."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from fleet_batch import compared, evaluate, report
from fleet_repositories import FLEET, debian, named, one
from fleet_world import head, make

from stepdown.model.fleet import Result

UNMADE = {Result.INFRASTRUCTURE, Result.FAILED}
"""What no repository can bring about by itself."""


def test_it_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    some = tuple(one for one in FLEET if one.name.partition("-")[0] in {"hostile", "odd", "node"})
    some = tuple(one for one in some if one.name != "hostile-context")
    for name in ("here", "there"):
        make(tmp_path / name, some)
    commits = [[head(tmp_path / name, one) for one in some] for name in ("here", "there")]
    assert commits[0] == commits[1]
    assert len(set(commits[0])) > 10
    assert commits[0].count("") == 1  # the empty one


def test_it_covers_every_result() -> None:
    assert len(FLEET) >= 60
    expected = {result for one in FLEET for result in one.expected.values()}
    assert expected >= set(Result) - UNMADE - {"unknown_base"}
    assert len({one.name for one in FLEET}) == len(FLEET)


def test_only_makes_a_pass_of_its_own(tmp_path: Path) -> None:
    some = named("nothing-readme", "nothing-foreign")
    selection = make(tmp_path / "repositories", some)
    for words, looked in (
        ((str(selection),), {"nothing-readme", "nothing-foreign"}),
        (("--only", "nothing-readme"), {"nothing-readme"}),
        (("--only", "nothing-readme", "--force"), {"nothing-readme"}),
        ((), {"nothing-readme", "nothing-foreign"}),
    ):
        folder = tmp_path / "batch"
        before = len((folder / "output").read_text()) if folder.exists() else 0
        assert evaluate(folder, "--json", *words).wait(100) == 0
        said = (folder / "output").read_text()[before:]
        assert {one.name for one in some if f'/{one.name}","work"' in said} == looked


@pytest.fixture
def tag() -> Iterator[str]:
    """A tag of Debian that nobody else uses."""
    name = f"debian:bookworm-2{secrets.randbelow(10**7):07}-slim"
    client = docker.from_env()
    client.images.get("debian:bookworm-slim").tag(name)
    yield name
    client.images.remove(name)
    client.close()


@pytest.mark.engine
def test_an_image_that_is_another_now_is_new_work(tmp_path: Path, tag: str) -> None:
    """Neither the repository nor its Dockerfile has changed, only what the tag stands for."""
    moving = one("moving", Result.BASELINE_NOT_BUILT, debian("RUN exit 7\n", tag))
    selection = make(tmp_path / "repositories", (moving,))
    assert evaluate(tmp_path, str(selection), "--json").wait(100) == 12
    assert times_done(tmp_path) == 1
    assert evaluate(tmp_path, "--json").wait(100) == 12
    assert times_done(tmp_path) == 1
    client = docker.from_env()
    client.images.get("debian:trixie-slim").tag(tag)
    client.close()
    assert evaluate(tmp_path, "--json").wait(100) == 12
    assert times_done(tmp_path) == 2
    assert tuple(compared((moving,), report(tmp_path))) == ()


def times_done(folder: Path) -> int:
    """Count how often an entry came to its end by being evaluated."""
    return (folder / "output").read_text().count('"work":"evaluate","result"')
