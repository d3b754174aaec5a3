"""The commit of a merge request: made by `git commit` itself, with all that the user set up.

The commit of a plain run is made without hooks, because a hook may change what was verified. A
commit that goes to a forge has to be one that the repository accepts: its hooks run, its message is
checked, it is signed. Where a hook then changes the files, what would be pushed is not what was
verified, and the commit is refused.
"""

from pathlib import Path

from stepdown.adapters.gitcommand import Answer, GitCommand
from stepdown.adapters.runs import Run
from stepdown.adapters.workspace import GitWorkspace
from stepdown.errors import RepositoryError
from stepdown.ports import CommitOrder

_TRAILER = "Stepdown-Id"
_AROUND = "Skip the repository's commit hooks with --no-verify, as `git commit` does."


def make(root: Path, run: Run, order: CommitOrder) -> str:
    """Commit one file on top of `order.parent`, on no branch; return the commit's id.

    Raises RepositoryError where git or a hook refuses, and where a hook changed the files or took
    the trailer out of the message.
    """
    with run.worktree(root, order.parent) as folder:
        workspace = GitWorkspace(folder, order.parent, run.scratch("index"))
        tree = workspace.stage(((order.path, order.content),))
        git = GitCommand(folder, hooks=hooks_of(root) if order.hooks else "/dev/null")
        _commit(git, order, run.scratch("message") / "message")
        made = git.do("rev-parse", "--verify", "HEAD", why="git cannot find its own commit.")
        _refuse_other_tree(git, tree, order)
        _refuse_lost_trailer(git, order)
        return made


def hooks_of(root: Path) -> str:
    """Return the folder of the user's hooks; a relative one is that of the user's own work tree."""
    ask = ("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return GitCommand(root, hooks=None).do(*ask, why="git does not tell where its hooks are.")


def _commit(git: GitCommand, order: CommitOrder, message: Path) -> None:
    message.write_text(order.message, encoding="utf-8", newline="\n")
    answer = git.ask(
        *("commit", "--quiet", "--file", str(message), "--cleanup=whitespace"),
        *(("--signoff",) if order.signoff else ()),
        *(() if order.hooks else ("--no-verify",)),
        env={"GIT_EDITOR": "true", "LC_MESSAGES": "C", **_dates(order.when)},
    )
    if answer.status != 0:
        raise _refused(git, answer)


def _dates(when: str) -> dict[str, str]:
    return {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when} if when else {}


def _refused(git: GitCommand, answer: Answer) -> RepositoryError:
    said = answer.error.strip() or answer.text
    if "failed to write commit object" in said:
        return RepositoryError(
            "git cannot commit and sign.",
            details=said,
            hint="commit.gpgSign asks for a signature: unlock the key, or `git config "
            "commit.gpgSign false` in this repository.",
        )
    hooks = git.ask("config", "--get", "core.hooksPath").text
    return RepositoryError(
        "git, or one of its hooks, refuses the commit of the merge request.",
        details=said,
        hint=f"The hooks are in {hooks}. {_AROUND}",
    )


def _refuse_other_tree(git: GitCommand, tree: str, order: CommitOrder) -> None:
    if git.ask("rev-parse", "HEAD^{tree}").text == tree:
        return
    changed = git.ask("diff-tree", "-r", "--name-only", "--no-renames", tree, "HEAD^{tree}")
    raise RepositoryError(
        "A commit hook changed files, so what would be pushed is not what was verified.",
        details=changed.text,
        hint=f"Run the hook on {order.path} and commit it, then run stepdown again. {_AROUND}",
    )


def _refuse_lost_trailer(git: GitCommand, order: CommitOrder) -> None:
    kept = trailer(git, "HEAD")
    if not kept or f"{_TRAILER}: {kept}" not in order.message:
        raise RepositoryError(
            f"A commit hook took the trailer {_TRAILER} out of the message.",
            hint=f"Later runs find their own commit by it. {_AROUND}",
        )


def trailer(git: GitCommand, commit: str) -> str:
    """Return the fingerprint in a commit's trailers, empty without exactly one."""
    form = f"--format=%(trailers:key={_TRAILER},valueonly)"
    values = git.ask("log", "-1", form, "--no-show-signature", commit, "--").text.split()
    return values[0] if len(values) == 1 else ""
