"""A git repository of its own for each story."""

import subprocess
from collections.abc import Callable
from pathlib import Path

Said = subprocess.CompletedProcess[str]
Stepdown = Callable[..., Said]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make(folder: Path, **files: str) -> Path:
    """Make a repository with one commit; keyword names are file names with `__` for a dot."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "user.name", "Test")
    git(folder, "config", "user.email", "test@localhost")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "start")
    return folder
