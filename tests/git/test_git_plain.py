"""Merge requests by git alone: push options, AGit, the printed address, patches."""

import json
from collections.abc import Iterator
from pathlib import Path

import agit
import pytest
from git_remotes import BRANCH, Place, settle
from git_server import GitServer, serving
from git_world import make_world

import samples
from stepdown.errors import ForgeError, StepdownError
from stepdown.flow.publish.plain import Courier, Way
from stepdown.flow.publish.publish import Published, Terms
from stepdown.model.trial import Outcome

OPTIONS = """
import os, pathlib
count = int(os.environ.get("GIT_PUSH_OPTION_COUNT", 0))
lines = [os.environ[f"GIT_PUSH_OPTION_{n}"] for n in range(count)]
with pathlib.Path("options").open("a") as file:
    print(*lines, sep="\\n", file=file)
print("View merge request: https://gitlab.example/app/-/merge_requests/1")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serving(tmp_path_factory.mktemp("server") / "git") as running:
        yield running


@pytest.fixture
def place(server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return settle(make_world(tmp_path, monkeypatch), server, f"{tmp_path.name}/app")


def publish(place: Place, way: Way, outcome: Outcome, **more: str | bool | Terms) -> Published:
    fields = {"terms": Terms(), "repository": "app", "way": way, **more}
    with place.remote() as remote:
        return Courier(**fields).publish(remote, outcome)  # type: ignore[arg-type]


@pytest.fixture
def outcome(place: Place) -> Outcome:
    return samples.working(place.world.root, place.head())


def agit_on(place: Place, server: GitServer) -> None:
    place.world.git("config", "receive.procReceiveRefs", "refs/for", at=place.bare)
    server.hook(place.bare, "proc-receive", agit.HOOK)


def book(place: Place) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((place.bare / "agit.json").read_text())
    return found


def test_gitlab_is_asked_by_push_options_once(
    place: Place, server: GitServer, outcome: Outcome
) -> None:
    server.hook(place.bare, "post-receive", OPTIONS)
    terms = Terms(draft=True, labels=("base-image",), assignees=("ada",))
    done = publish(place, Way.OPTIONS, outcome, terms=terms)
    assert done.url == "https://gitlab.example/app/-/merge_requests/1"
    lines = (place.bare / "options").read_text().splitlines()
    assert lines[:2] == ["merge_request.create", "merge_request.target=main"]
    assert lines[2] == f"merge_request.title={samples.TITLE}"
    assert "works" in lines[3]
    assert lines[4:] == [
        "merge_request.draft",
        "merge_request.label=base-image",
        "merge_request.assign=ada",
    ]
    again = publish(place, Way.OPTIONS, outcome, terms=terms)
    assert (again.kind, place.there()) == ("nothing", done.commit)
    assert (place.bare / "options").read_text().splitlines() == lines


def test_a_review_is_opened_and_amended_without_a_branch(
    place: Place, server: GitServer, outcome: Outcome
) -> None:
    agit_on(place, server)
    first = publish(place, Way.REVIEW, outcome)
    assert first.url == "https://forge.example/pulls/1"
    assert place.there() == ""
    assert book(place)[BRANCH]["title"] == samples.TITLE
    again = publish(place, Way.REVIEW, outcome)
    assert (again.kind, again.commit) == ("nothing", first.commit)
    second = publish(place, Way.REVIEW, samples.other(outcome))
    assert second.commit != first.commit
    assert [(one["number"], one["pushes"]) for one in book(place).values()] == [(1, 2)]
    shown = place.world.git("rev-parse", "refs/pull/1/head", at=place.bare)
    assert shown == second.commit


def test_an_amended_review_needs_the_option(
    place: Place, server: GitServer, outcome: Outcome
) -> None:
    agit_on(place, server)
    publish(place, Way.REVIEW, outcome)
    with place.remote() as remote:
        commit = remote.commit(place.order(b"FROM scratch\n"))
        with pytest.raises(ForgeError):
            remote.offer("main", commit, (f"topic={BRANCH}",))


def test_a_review_needs_a_server_that_takes_options(place: Place, outcome: Outcome) -> None:
    place.world.git("config", "receive.advertisePushOptions", "false", at=place.bare)
    with pytest.raises(ForgeError, match="takes no push options"):
        publish(place, Way.REVIEW, outcome)


def test_a_pushed_branch_comes_with_the_servers_address(
    place: Place, server: GitServer, outcome: Outcome
) -> None:
    server.hook(place.bare, "post-receive", 'print("Create one: https://forge.example/new")')
    done = publish(place, Way.BRANCH, outcome)
    assert done.url == "https://forge.example/new"
    assert done.notes == ("Create one: https://forge.example/new",)
    place.by_hand()
    left = publish(place, Way.BRANCH, samples.other(outcome))
    assert left.kind == "leave_alone"


def test_a_dry_run_writes_nothing(place: Place, outcome: Outcome) -> None:
    assert publish(place, Way.BRANCH, outcome, rehearse=True).kind == "create"
    assert place.there() == ""


def test_a_patch_series_needs_a_folder(place: Place, outcome: Outcome, tmp_path: Path) -> None:
    with pytest.raises(StepdownError, match="No folder"):
        publish(place, Way.PATCHES, outcome)
    done = publish(place, Way.PATCHES, outcome, folder=str(tmp_path / "out"))
    assert samples.TITLE in Path(done.url).read_text()
    assert place.there() == ""
