"""A real repository in a temporary folder, and all that a run could change in it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from stepdown.adapters.runs import Home

DOCKERFILE = b"FROM debian:12\nRUN true\n"


@dataclass(frozen=True)
class World:
    """A repository with one commit, and a private home for runs."""

    root: Path
    home: Home
    cache: Path

    def git(self, *arguments: str, at: Path | None = None) -> str:
        return run_git(at or self.root, *arguments)

    def write(self, path: str, content: bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def commit(self, path: str, content: bytes) -> str:
        self.write(path, content)
        self.git("add", "--", path)
        self.git("commit", "-q", "-m", f"Add {path}")
        return self.git("rev-parse", "HEAD")

    def snapshot(self, but: str = "no branch") -> dict[str, object]:
        """Everything of the user's that must stay as it is, as bytes; `but` one new branch."""
        common = self.root / ".git"
        kept = ("index", "HEAD", "logs/HEAD", "config", "refs/stash", "packed-refs", "ORIG_HEAD")
        files = {name: _bytes(common / name) for name in kept}
        tree = {
            str(path.relative_to(self.root)): (path.lstat().st_mode, _bytes(path))
            for path in sorted(self.root.rglob("*"))
            if ".git" not in path.relative_to(self.root).parts
        }
        branches = [line for line in self.git("for-each-ref").splitlines() if but not in line]
        trees = self.git("worktree", "list")
        return {"files": files, "tree": tree, "branches": branches, "worktrees": trees}


def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Make a repository at tmp_path/work, with the machine's own git settings out of the way."""
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n'
    )
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = tmp_path / "work"
    root.mkdir()
    run_git(root, "init", "-q")
    cache = tmp_path / "cache" / "stepdown"
    world = World(root=root, home=Home(cache, tmp_path / "state" / "stepdown"), cache=cache)
    world.commit("Dockerfile", DOCKERFILE)
    return world


def run_git(at: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=at, check=True, capture_output=True, text=True)
    return done.stdout.rstrip("\n")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
