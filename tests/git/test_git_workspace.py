"""Worktrees and branches: exact bytes in, and the user's own state untouched."""

import os
from pathlib import Path

import pytest
from git_world import DOCKERFILE, World, make_world

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import open_run
from stepdown.errors import RepositoryError

NEW = b"FROM alpine:3.23\r\nRUN true\n"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return make_world(tmp_path, monkeypatch)


def deliver(world: World, *files: tuple[str, bytes], branch: str = "stepdown/alpine") -> str:
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        with checkout.workspace() as workspace:
            return workspace.commit(files, branch, "Use a smaller base\n\nBecause.")


def busy(world: World) -> None:
    """Work in progress of all kinds: stash, staged, unstaged, untracked, an old reflog."""
    world.commit("app.py", b"print(1)\n")
    world.write("app.py", b"print('stashed')\n")
    world.git("stash", "-q")
    world.write("app.py", b"print('staged')\n")
    world.git("add", "app.py")
    world.write("app.py", b"print('unstaged')\n")
    world.write("notes.txt", b"untracked\n")


def test_a_branch_appears_and_nothing_else_changes(world: World) -> None:
    busy(world)
    before = world.snapshot()
    commit = deliver(world, ("Dockerfile", NEW))
    assert world.git("rev-parse", "stepdown/alpine", "stepdown/alpine~1").split() == [
        commit,
        world.git("rev-parse", "HEAD"),
    ]
    assert world.git("log", "-1", "--format=%an <%ae>|%B", commit) == (
        "Ada <ada@example.com>|Use a smaller base\n\nBecause."
    )
    assert world.git("diff", "--name-only", "HEAD", commit) == "Dockerfile"
    assert world.snapshot(but="refs/heads/stepdown/alpine") == before
    assert not (world.root / ".git/worktrees").exists()
    assert os.listdir(world.cache / "runs") == []  # noqa: PTH208


def test_the_worktree_is_the_commit_and_not_the_work_tree(world: World) -> None:
    busy(world)
    with open_run(world.home) as run:
        with GitCheckout.open(world.root, run).workspace() as workspace:
            folder = Path(workspace.path)
            assert sorted(path.name for path in folder.iterdir()) == [
                ".git",
                "Dockerfile",
                "app.py",
            ]
            assert (folder / "app.py").read_bytes() == b"print(1)\n"
            (folder / "left by a build").write_bytes(b"x")
        assert not folder.exists()


def test_bytes_are_committed_exactly(world: World) -> None:
    world.commit(".gitattributes", b"* text=auto eol=crlf\n*.lfs filter=broken\n")
    world.git("config", "filter.broken.clean", "false")
    world.git("config", "core.autocrlf", "true")
    commit = deliver(world, ("Dockerfile", NEW), ("new/folder/x.lfs", b"\x00\xff\r\n"))
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        assert checkout.read("Dockerfile", commit) == NEW
        assert checkout.read("new/folder/x.lfs", commit) == b"\x00\xff\r\n"


def test_hooks_do_not_run(world: World) -> None:
    for name in (
        "pre-commit",
        "commit-msg",
        "post-checkout",
        "post-commit",
        "reference-transaction",
    ):
        hook = world.root / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{world.root}/hook-ran'\nexit 1\n")
        hook.chmod(0o755)
    deliver(world, ("Dockerfile", NEW))
    assert not (world.root / "hook-ran").exists()


def test_a_file_keeps_its_mode(world: World) -> None:
    world.write("run.sh", b"#!/bin/sh\n").chmod(0o755)
    world.git("add", "run.sh")
    world.git("commit", "-q", "-m", "run")
    commit = deliver(world, ("run.sh", b"#!/bin/sh\ntrue\n"), ("plain", b""))
    modes = world.git("ls-tree", "-r", "--format=%(objectmode) %(path)", commit).splitlines()
    assert modes == ["100644 Dockerfile", "100644 plain", "100755 run.sh"]


def test_a_sparse_checkout_does_not_make_a_sparse_worktree(world: World) -> None:
    world.commit("far/away/file", b"needed by COPY\n")
    world.git("sparse-checkout", "set", "near")
    before = world.snapshot()
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        with checkout.workspace() as workspace:
            assert (Path(workspace.path) / "far/away/file").read_bytes() == b"needed by COPY\n"
        assert checkout.dirty() == ()
    assert world.snapshot() == before


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../outside", "not a file's path"),
        ("/etc/passwd", "not a file's path"),
        (".git/config", "not a file's path"),
        ("sub/.GIT/config", "not a file's path"),
        ("link", "a symbolic link"),
        ("folder-link/file", "behind a symbolic link"),
        ("folder", "a folder"),
    ],
)
def test_writes_stay_inside(world: World, path: str, words: str) -> None:
    world.commit("folder/file", b"x")
    (world.root / "link").symlink_to("/etc/hostname")
    (world.root / "folder-link").symlink_to("folder")
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "links")
    before = world.snapshot()
    with pytest.raises(RepositoryError, match=words):
        deliver(world, (path, b"changed"))
    assert world.snapshot() == before


def test_no_change_no_commit(world: World) -> None:
    before = world.snapshot()
    with pytest.raises(RepositoryError, match="nothing to commit"):
        deliver(world, ("Dockerfile", DOCKERFILE))
    assert world.snapshot() == before


def test_a_branch_that_came_meanwhile_is_not_moved(world: World) -> None:
    world.git("branch", "stepdown/alpine")
    before = world.snapshot()
    with pytest.raises(RepositoryError, match="exists already"):
        deliver(world, ("Dockerfile", NEW))
    assert world.snapshot() == before


def test_changes_staged_in_the_worktree_by_others_are_refused(world: World) -> None:
    before = world.snapshot()
    change = (("Dockerfile", NEW),)
    with (
        open_run(world.home) as run,
        GitCheckout.open(world.root, run).workspace() as workspace,
    ):
        (Path(workspace.path) / "stray").write_bytes(b"x")
        world.git("add", "stray", at=Path(workspace.path))
        with pytest.raises(RepositoryError, match="change other files too: stray"):
            workspace.commit(change, "stepdown", "Change")
    assert world.snapshot() == before


def test_a_signature_that_cannot_be_made_is_told(world: World) -> None:
    world.git("config", "commit.gpgSign", "true")
    world.git("config", "gpg.program", "false")
    before = world.snapshot()
    with pytest.raises(RepositoryError, match="cannot commit and sign") as caught:
        deliver(world, ("Dockerfile", NEW))
    assert "unlock the key" in caught.value.hint
    assert world.snapshot() == before
