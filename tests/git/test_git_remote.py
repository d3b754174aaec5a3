"""Pushing to a real server over HTTP, and nothing of the user's moves."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_remotes import BRANCH, NEW, Place, settle
from git_server import TOKEN, GitServer, serving
from git_world import DOCKERFILE, make_world

from stepdown.adapters.credentials import Access, Credential, access
from stepdown.adapters.remote import GitRemote, address, one_line, server_lines
from stepdown.adapters.runs import open_run
from stepdown.deliver.identity import identity
from stepdown.errors import ForgeError, RepositoryError

OPTIONS = """
import os, pathlib
count = int(os.environ.get("GIT_PUSH_OPTION_COUNT", 0))
lines = [os.environ[f"GIT_PUSH_OPTION_{n}"] for n in range(count)]
pathlib.Path("options").write_text("\\n".join(lines))
print("To create a merge request, visit:")
print("  https://forge.example/app/-/new?branch=x")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serving(tmp_path_factory.mktemp("server") / "git") as running:
        yield running


@pytest.fixture
def place(server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return settle(make_world(tmp_path, monkeypatch), server, f"{tmp_path.name}/app")


def test_a_branch_is_pushed_and_nothing_of_the_users_moves(place: Place) -> None:
    before = place.world.snapshot()
    commit = place.push()
    assert place.there() == commit
    assert place.world.snapshot() == before
    assert not (place.world.root / ".git/FETCH_HEAD").exists()
    shown = place.world.git("show", f"{commit}:Dockerfile", at=place.bare)
    assert shown == NEW.decode().rstrip()
    assert os.listdir(place.world.cache / "runs") == []  # noqa: PTH208


def test_a_look_tells_what_the_remote_has(place: Place) -> None:
    with place.remote() as remote:
        empty = remote.look(BRANCH, "", "Dockerfile", place.head())
    assert (empty.target, empty.usual, empty.known, empty.tip) == ("main", True, True, None)
    assert (empty.base, empty.file) == (place.head(), DOCKERFILE)
    commit = place.push()
    with place.remote() as remote:
        tip = remote.look(BRANCH, "main", "Dockerfile", place.head()).tip
    assert tip is not None
    assert (tip.commit, tip.author, tip.parents) == (commit, "ada@example.com", (place.head(),))
    assert (tip.changed, tip.content, tip.below) == (("Dockerfile",), NEW, DOCKERFILE)
    assert tip.identity == identity("Dockerfile", NEW)


def test_a_commit_that_was_never_pushed_is_not_known(place: Place) -> None:
    local = place.world.commit("app.py", b"print(1)\n")
    with place.remote() as remote:
        assert not remote.look(BRANCH, "", "Dockerfile", local).known


def test_a_branch_for_the_request_has_to_exist(place: Place) -> None:
    with place.remote() as remote, pytest.raises(RepositoryError, match="no branch release"):
        remote.look(BRANCH, "release", "Dockerfile", place.head())


def test_another_branch_than_the_default_one_is_told_apart(place: Place) -> None:
    place.world.git("push", "-q", str(place.bare), "HEAD:refs/heads/release")
    with place.remote() as remote:
        assert not remote.look(BRANCH, "release", "Dockerfile", place.head()).usual


def test_a_branch_that_moved_is_not_pushed_over(place: Place) -> None:
    first = place.push()
    theirs = place.by_hand(("Dockerfile", b"FROM scratch\n"))
    with pytest.raises(ForgeError, match="moved meanwhile") as caught:
        place.push(b"FROM alpine:3.22\n", expected=first)
    assert caught.value.wait == 0
    assert place.there() == theirs


def test_a_branch_that_is_where_it_was_gets_the_new_commit(place: Place) -> None:
    first = place.push()
    second = place.push(b"FROM alpine:3.22\n", expected=first)
    assert place.there() == second


def test_a_branch_that_appeared_is_not_pushed_over(place: Place) -> None:
    first = place.push()
    with pytest.raises(ForgeError, match="moved meanwhile"):
        place.push(b"FROM alpine:3.22\n", expected="")
    assert place.there() == first


def test_a_push_that_the_server_declines_is_told_in_its_words(
    place: Place, server: GitServer
) -> None:
    server.hook(place.bare, "pre-receive", "import sys\nsys.exit('Branches are frozen today.')\n")
    with pytest.raises(ForgeError, match="declined the push") as caught:
        place.push()
    assert "Branches are frozen today." in caught.value.details
    assert place.there() == ""


def test_a_wrong_token_names_the_right_that_is_needed_and_not_the_token(place: Place) -> None:
    with place.remote("wrong-token") as remote, pytest.raises(ForgeError) as caught:
        remote.look(BRANCH, "", "Dockerfile", place.head())
    assert "does not accept the credentials" in caught.value.brief
    assert "Needed is" in caught.value.hint
    assert caught.value.hint.endswith("What was given came from a test.")
    assert "wrong-token" not in f"{caught.value.details}{caught.value.hint}"


def test_a_repository_that_is_not_there(place: Place) -> None:
    with open_run(place.world.home) as run:
        gone = GitRemote(place.world.root, run, f"{place.url}x", place.access())
        with pytest.raises(ForgeError, match="no repository"):
            gone.look(BRANCH, "", "Dockerfile", place.head())


def test_a_server_that_is_away_wants_to_be_asked_later(place: Place) -> None:
    with open_run(place.world.home) as run:
        away = GitRemote(place.world.root, run, "http://127.0.0.1:9/app.git", Access())
        with pytest.raises(ForgeError, match="cannot be reached") as caught:
            away.look(BRANCH, "", "Dockerfile", place.head())
    assert caught.value.wait


def test_push_options_arrive_on_one_line(place: Place, server: GitServer) -> None:
    server.hook(place.bare, "post-receive", OPTIONS)
    with place.remote() as remote:
        commit = remote.commit(place.order())
        done = remote.push(BRANCH, commit, "", ("merge_request.create", "a=two\nlines\x07 here"))
    assert done.options
    assert (place.bare / "options").read_text() == "merge_request.create\na=two lines here"
    assert done.url == "https://forge.example/app/-/new?branch=x"


def test_a_server_without_push_options_gets_a_plain_push(place: Place) -> None:
    place.world.git("config", "receive.advertisePushOptions", "false", at=place.bare)
    with place.remote() as remote:
        commit = remote.commit(place.order())
        done = remote.push(BRANCH, commit, "", ("merge_request.create",))
    assert not done.options
    assert place.there() == commit


def test_the_token_is_in_no_file_no_argument_and_no_trace(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    for variable in ("GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_SETUP", "GIT_TRACE_PACKET"):
        monkeypatch.setenv(variable, str(trace))
    place.push()
    monkeypatch.undo()
    assert b"git-receive-pack" in trace.read_bytes()
    secrets = [form.encode() for form in place.access().redactor._forms]
    assert TOKEN.encode() in secrets
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [p for p in files if any(secret in p.read_bytes() for secret in secrets)] == []


def test_a_header_that_a_pipeline_left_behind_does_not_stand_in_the_way(place: Place) -> None:
    key = f"http.{place.url.rpartition('/app')[0].rpartition('/')[0]}/.extraheader"
    place.world.git("config", key, "Authorization: Basic bm90OnVz")
    assert place.there() != place.push()


def test_a_header_is_for_one_server_only(place: Place) -> None:
    env = access("https://other.example/app.git", Credential("u", TOKEN, "a test")).env
    with open_run(place.world.home) as run:
        remote = GitRemote(place.world.root, run, place.url, Access(env))
        with pytest.raises(ForgeError, match="does not accept the credentials"):
            remote.look(BRANCH, "", "Dockerfile", place.head())


def test_git_finds_its_own_credentials_where_we_have_none(place: Place, tmp_path: Path) -> None:
    helper = tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\necho username=ada\necho 'password={TOKEN}'\n")
    helper.chmod(0o755)
    place.world.git("config", "credential.helper", str(helper))
    with open_run(place.world.home) as run:
        remote = GitRemote(place.world.root, run, place.url, Access())
        assert remote.look(BRANCH, "", "Dockerfile", place.head()).target == "main"


def test_a_patch_can_be_applied_elsewhere(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "patches"
    with place.remote() as remote:
        commit = remote.commit(place.order())
        file = remote.patch(commit, str(folder))
    assert Path(file).is_file()
    clone = tmp_path / "elsewhere"
    place.world.git("clone", "-q", str(place.bare), str(clone))
    place.world.git("am", "-q", file, at=clone)
    assert (clone / "Dockerfile").read_bytes() == NEW


def test_what_servers_say() -> None:
    said = server_lines("To http://x\nremote: \nremote: See https://a.b/c).\rremote: Bye.\n")
    assert said == ("See https://a.b/c).", "Bye.")
    assert address(said) == "https://a.b/c"
    assert address(("nothing",)) == ""
    assert one_line("a\r\n\tb\0c") == "a b c"
