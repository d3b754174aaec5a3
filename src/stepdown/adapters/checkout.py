"""The user's git repository: looked at, never changed but for the one new branch at the end."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stepdown.adapters.gitcommand import GitCommand, work_tree
from stepdown.adapters.runs import Run
from stepdown.adapters.workspace import GitWorkspace, refuse_branch, tree_path
from stepdown.errors import RepositoryError
from stepdown.ports import Checkout

_REDIRECTING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE")


class GitCheckout(Checkout):
    """A work tree with its repository. Nothing in here is held open."""

    def __init__(self, root: Path, run: Run) -> None:
        self._root = root
        self._run = run
        self._git = GitCommand(root)

    @classmethod
    def open(cls, path: Path, run: Run) -> "GitCheckout":
        """Find the repository of a folder or file, up through its parents.

        Raises RepositoryError outside of a repository, in a bare one, and where variables of the
        environment point git elsewhere (as inside a hook).
        """
        _refuse_redirection()
        return cls(work_tree(path), run)

    @property
    def root(self) -> str:
        """The absolute path of the work tree."""
        return str(self._root)

    def head(self) -> str:
        """Return the commit that is checked out. Raises RepositoryError without a commit."""
        answer = self._git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if answer.status == 0:
            return answer.text
        raise RepositoryError(
            "The repository has no commit yet.",
            details=answer.error.strip(),
            hint="Commit the Dockerfile and the application first: builds use what is committed.",
        )

    def branch(self) -> str:
        """Return the name of the branch that is checked out, empty where HEAD is detached."""
        return self._git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text

    def read(self, path: str, commit: str) -> bytes | None:
        """Return a file's committed content, None where the commit has no such file.

        Raises RepositoryError where the name is a symbolic link: an edit would miss its target.
        """
        entry = tree_path(self._git, path, commit)
        if entry is None:
            return None
        return self._git.ask("cat-file", "blob", entry.blob).output

    def dirty(self) -> tuple[str, ...]:
        """List the paths that differ from the commit or are not in it; ignored files are not."""
        return tuple(path for _, path in self._status())

    def notes(self) -> tuple[str, ...]:
        """Say in sentences in what a build of the commit may differ from one of the work tree."""
        notes = []
        if dirty := self.dirty():
            some = ", ".join(dirty[:3]) + (", ..." if len(dirty) > 3 else "")  # noqa: PLR2004
            notes.append(
                f"Builds use the commit; {len(dirty)} uncommitted path(s) are not in it: {some}."
            )
        tree = self._git.ask("ls-tree", "-r", "-z", "HEAD").parts
        if modules := [entry.partition("\t")[2] for entry in tree if entry.startswith("160000 ")]:
            notes.append(f"Submodules are empty folders in the builds: {', '.join(modules)}.")
        return tuple(notes)

    def check_ready(self, dockerfile: str, branch: str) -> None:
        """Raise RepositoryError where a branch could not be delivered at the end.

        That is when the Dockerfile has uncommitted changes, HEAD is detached, the branch exists
        already or git does not know who commits.
        """
        self.check_committed(dockerfile)
        if not self.branch():
            raise RepositoryError(
                "No branch is checked out (HEAD is detached).",
                hint="Check out the branch that the change is for: `git switch BRANCH`.",
            )
        refuse_branch(self._git, branch)

    def check_committed(self, dockerfile: str) -> None:
        """Raise RepositoryError where the Dockerfile has uncommitted changes or nobody commits."""
        self._refuse_uncommitted(dockerfile, self.head())
        self._refuse_nobody()

    def keep(self, name: str, content: bytes) -> Path:
        """Write a file where git keeps its own, out of the work tree; return its path."""
        path = self.kept(name)
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise RepositoryError(
                f"{path} cannot be written.", details=str(error), hint="Check its permissions."
            ) from error
        return path

    def kept(self, name: str) -> Path:
        """Return where `keep` puts a file of this name."""
        folder = Path(self._git.ask("rev-parse", "--path-format=absolute", "--git-common-dir").text)
        return folder / "stepdown" / name

    def drop(self, branch: str, commit: str) -> None:
        """Remove a branch that still is at `commit`; raises RepositoryError where it is not."""
        answer = self._git.ask("update-ref", "-d", f"refs/heads/{branch}", commit)
        if answer.status != 0:
            raise RepositoryError(
                f"The branch {branch} was not removed.",
                details=answer.error.strip(),
                hint=f"It has changed since. `git branch -D {branch}` removes it anyway.",
            )

    @contextmanager
    def workspace(self) -> Generator[GitWorkspace]:
        """Make a worktree at the current commit; it goes away with the context."""
        commit = self.head()
        with self._run.worktree(self._root, commit) as path:
            yield GitWorkspace(path, commit, self._run.scratch("message"))

    def _status(self, *paths: str) -> tuple[tuple[str, str], ...]:
        """State (two letters) and path, relative to the root, of all that is not as committed."""
        answer = self._git.ask(
            *("--literal-pathspecs", "status", "--porcelain", "-z", "--no-renames"),
            *("--untracked-files=all", "--ignored=traditional" if paths else "--ignored=no"),
            *("--", *paths),
        )
        if answer.status != 0:
            raise RepositoryError(
                "git cannot tell the work tree's state.",
                details=answer.error,
                hint="`git status` says what is wrong.",
            )
        return tuple((part[:2], part[3:]) for part in answer.parts)

    def _refuse_uncommitted(self, dockerfile: str, commit: str) -> None:
        for state, path in self._status(dockerfile):
            raise RepositoryError(
                f"{path} {_in_words(state)}.",
                hint=f"Commit it (`git add {path} && git commit`) or put it aside (`git stash`): "
                "what is verified has to be what the branch will hold.",
            )
        if tree_path(self._git, dockerfile, commit) is None:
            raise RepositoryError(
                f"The commit has no file {dockerfile}.",
                hint="It may belong to a submodule; then run stepdown inside that submodule.",
            )

    def _refuse_nobody(self) -> None:
        ask = ("-c", "user.useConfigOnly=true", "var")
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            answer = self._git.ask(*ask, who)
            if answer.status != 0:
                raise RepositoryError(
                    "git does not know who commits.",
                    details=answer.error.strip(),
                    hint='Set `git config user.name "Your Name"` and '
                    "`git config user.email you@example.com`.",
                )


def _in_words(state: str) -> str:
    match state:
        case "??":
            return "is not under version control"
        case "!!":
            return "is ignored by git and not under version control"
        case _ if "U" in state or state in {"AA", "DD"}:
            return "has a merge conflict"
        case _ if state[0] == " ":
            return "has changes that are not committed"
        case _:
            return "has staged changes that are not committed"


def _refuse_redirection() -> None:
    for variable in _REDIRECTING:
        if variable in os.environ:
            raise RepositoryError(
                f"The variable {variable} points git to another place.",
                hint=f"Unset it (`env -u {variable} stepdown ...`); git sets it inside of hooks.",
            )
