"""Linked worktrees of git: made, and taken away again whatever state they are in."""

from pathlib import Path

from stepdown.adapters.gitcommand import GitCommand


def add(repository: Path, path: Path, commit: str) -> None:
    """Check out `commit` at the new folder `path`, on no branch. Raises RepositoryError."""
    GitCommand(repository).do(
        *("-c", "core.sparseCheckout=false"),  # a build needs the whole tree
        *("worktree", "add", "--quiet", "--detach", str(path), commit),
        why="git could not make a worktree for the builds.",
        hint="Try `git worktree add --detach /tmp/try` in the repository: it has to work.",
    )


def remove(repository: Path, path: Path) -> bool:
    """Take a worktree away, with all that is in it; whether git knows nothing of it any more.

    `git worktree prune` would be shorter, but it also forgets the user's own worktrees on a disk
    that is not mounted now. Twice `--force`: a killed `add` leaves the worktree locked.
    """
    if not repository.is_dir():
        return True
    command = GitCommand(repository)
    command.ask("worktree", "remove", "--force", "--force", "--", str(path), alone=True)
    listed = command.ask("worktree", "list", "--porcelain", "-z", alone=True)
    if listed.status != 0:  # git before 2.36 has no -z; a repository that is gone lists nothing
        listed = command.ask("worktree", "list", "--porcelain", alone=True)
    words = listed.output.replace(b"\0", b"\n").splitlines()
    return f"worktree {path}".encode(errors="surrogateescape") not in words
