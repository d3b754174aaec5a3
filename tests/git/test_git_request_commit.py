"""The commit of a merge request: the user's identity, signing and hooks, and what was verified."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_remotes import BRANCH, NEW, Place, settle
from git_server import GitServer, serving
from git_world import make_world, run_git

from stepdown.deliver.identity import identity
from stepdown.errors import RepositoryError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serving(tmp_path_factory.mktemp("server") / "git") as running:
        yield running


@pytest.fixture
def place(server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return settle(make_world(tmp_path, monkeypatch), server, f"{tmp_path.name}/app")


def hook(place: Place, name: str, text: str) -> None:
    file = place.world.root / ".git/hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def message(place: Place, commit: str) -> str:
    return place.world.git("log", "-1", "--format=%B", commit, at=place.bare)


def trailers(text: str) -> list[str]:
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=text,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_git_reads_the_trailer_and_the_sign_off(place: Place) -> None:
    commit = place.push(signoff=True)
    assert trailers(message(place, commit)) == [
        f"Stepdown-Id: {identity('Dockerfile', NEW)}",
        "Signed-off-by: Ada <ada@example.com>",
    ]


def test_without_being_asked_nothing_is_signed_off(place: Place) -> None:
    assert "Signed-off-by" not in message(place, place.push())


def test_the_same_record_makes_the_same_commit(place: Place) -> None:
    when = "2026-11-30T08:00:00+00:00"
    with place.remote() as remote:
        first = remote.commit(place.order(when=when))
        assert remote.commit(place.order(when=when)) == first
    assert place.world.git("log", "-1", "--format=%aI", first) == when


def test_hooks_run_in_the_commits_own_tree(place: Place, tmp_path: Path) -> None:
    hook(place, "pre-commit", f"git diff --cached --name-only > {tmp_path}/seen")
    hook(place, "commit-msg", f"cat $1 > {tmp_path}/message")
    hook(place, "pre-push", f"cat > {tmp_path}/pushed")
    commit = place.push()
    assert (tmp_path / "seen").read_text() == "Dockerfile\n"
    assert (tmp_path / "message").read_text().startswith("Move it\n")
    assert commit in (tmp_path / "pushed").read_text()


def test_hooks_of_a_folder_in_the_work_tree_are_found(place: Place) -> None:
    folder = place.world.root / ".hooks"
    folder.mkdir()
    (folder / "commit-msg").write_text("#!/bin/sh\necho frozen >&2\nexit 1\n")
    (folder / "commit-msg").chmod(0o755)
    place.world.git("config", "core.hooksPath", ".hooks")
    with pytest.raises(RepositoryError, match="one of its hooks") as caught:
        place.push()
    assert "frozen" in caught.value.details
    assert str(folder) in caught.value.hint


def test_a_hook_that_refuses_is_quoted_and_can_be_skipped(place: Place) -> None:
    hook(place, "commit-msg", "echo 'Subject needs a ticket' >&2; exit 1")
    with pytest.raises(RepositoryError, match="one of its hooks") as caught:
        place.push()
    assert caught.value.details == "Subject needs a ticket"
    assert "--no-verify" in caught.value.hint
    assert place.there() == ""
    assert place.there() != place.push(hooks=False)


def test_a_hook_that_changes_the_file_is_refused(place: Place) -> None:
    hook(place, "pre-commit", "echo '# linted' >> Dockerfile; git add Dockerfile")
    with pytest.raises(RepositoryError, match="not what was verified") as caught:
        place.push()
    assert caught.value.details == "Dockerfile"


def test_a_hook_that_adds_a_file_is_refused(place: Place) -> None:
    hook(place, "pre-commit", "date > stamp; git add stamp")
    with pytest.raises(RepositoryError, match="not what was verified") as caught:
        place.push()
    assert caught.value.details == "stamp"


def test_a_hook_may_add_to_the_message_but_not_take_the_trailer(place: Place) -> None:
    hook(place, "commit-msg", 'git interpret-trailers --in-place --trailer "Ticket: 7" $1')
    assert trailers(message(place, place.push()))[-1] == "Ticket: 7"
    hook(place, "commit-msg", "echo 'Only this' > $1")
    with pytest.raises(RepositoryError, match="took the trailer"):
        place.push(b"FROM alpine:3.22\n", expected=place.there())


def signing(place: Place, folder: Path) -> Path:
    """Sign with a fresh key; return the file of allowed signers."""
    key = folder / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=60
    )
    signers = folder / "signers"
    signers.write_text(f"ada@example.com {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingkey", str(key)),
        ("commit.gpgSign", "true"),
    ):
        place.world.git("config", name, value)
    return signers


def test_a_signed_commit_is_verified_by_whoever_fetches_it(place: Place, tmp_path: Path) -> None:
    signers = signing(place, tmp_path)
    commit = place.push()
    known = ("-c", f"gpg.ssh.allowedSignersFile={signers}")
    assert run_git(place.bare, *known, "log", "-1", "--format=%G? %GS", commit) == (
        "G ada@example.com"
    )
    with place.remote() as remote:
        tip = remote.look(BRANCH, "", "Dockerfile", place.head()).tip
    assert tip is not None
    assert tip.identity == identity("Dockerfile", NEW)


def test_without_the_key_nothing_is_pushed(place: Place, tmp_path: Path) -> None:
    signing(place, tmp_path)
    (tmp_path / "key").unlink()
    with pytest.raises(RepositoryError, match="commit and sign"):
        place.push()
    assert place.there() == ""


def test_somebody_who_amends_leaves_a_trace(place: Place) -> None:
    place.push()
    place.by_hand(("Dockerfile", b"FROM scratch\n"), amend=True)
    with place.remote() as remote:
        tip = remote.look(BRANCH, "", "Dockerfile", place.head()).tip
    assert tip is not None
    assert tip.identity == identity("Dockerfile", NEW)
    assert tip.content is not None
    assert identity("Dockerfile", tip.content) != tip.identity
