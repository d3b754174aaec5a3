"""A private copy of one commit, and the way from changed files to a branch."""

import re
from pathlib import Path, PurePosixPath

from stepdown.adapters.gitcommand import GitCommand
from stepdown.errors import RepositoryError
from stepdown.model.image import Value
from stepdown.ports import Workspace

_NEW_FILE = "100644"
_FILES = (_NEW_FILE, "100755")
_COMMIT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Entry(Value, frozen=True, kw_only=True):
    """A file in a commit: its mode (100644 or 100755) and the id of its content."""

    mode: str
    blob: str


def tree_path(git: GitCommand, path: str, commit: str) -> Entry | None:
    """Look up a file in a commit; None where there is none.

    Raises RepositoryError for a path that leaves the tree, and for a symbolic link or submodule.
    """
    _refuse_path(path)
    _refuse_commit(commit)
    answer = git.ask("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path)
    for part in answer.parts:
        mode, kind, rest = part.split(" ", 2)
        blob = rest.partition("\t")[0]
        if mode in _FILES:
            return Entry(mode=mode, blob=blob)
        raise RepositoryError(
            f"{path} is not a plain file in the repository ({_kind(mode, kind)}).",
            hint="Name the file itself.",
        )
    return None


def refuse_branch(git: GitCommand, branch: str) -> None:
    """Raise RepositoryError where no branch of this name can be made."""
    name = f"refs/heads/{branch}"
    if branch.startswith("-") or git.ask("check-ref-format", name).status != 0:
        raise RepositoryError(
            f"git does not allow the branch name {branch!r}.", hint="Choose another with --branch."
        )
    parents = {f"refs/heads/{parent}" for parent in PurePosixPath(branch).parents if parent.name}
    listed = git.ask("for-each-ref", "--format=%(refname)", name, *sorted(parents))
    for taken in listed.text.split():
        if taken != name and taken not in parents and not taken.startswith(f"{name}/"):
            continue  # a sibling: the pattern `refs/heads/a` also lists refs/heads/a/b
        raise RepositoryError(
            f"The branch {taken.removeprefix('refs/heads/')} exists already"
            + ("." if taken == name else f", so {branch} cannot be made beside it."),
            hint="Choose another name with --branch, or delete the old one: `git branch -D NAME`.",
        )


class GitWorkspace(Workspace):
    """A linked worktree at `commit`. `scratch` is a folder outside of it for temporary files."""

    def __init__(self, folder: Path, commit: str, scratch: Path) -> None:
        _refuse_commit(commit)
        self._folder = folder.resolve()
        self._start = commit
        self._scratch = scratch
        self._git = GitCommand(folder)

    @property
    def path(self) -> str:
        """Its folder."""
        return str(self._folder)

    def commit(self, files: tuple[tuple[str, bytes], ...], branch: str, message: str) -> str:
        """Commit `files` (path, content) on the new `branch`; return the commit's id.

        The bytes are committed as they are: no hook, no filter and no line-end conversion touches
        what was verified. A file keeps its mode. The branch is made last, in one step, so that a
        crash leaves none; the user's own HEAD, index and files do not change. The commit is signed
        where commit.gpgSign says so. Raises RepositoryError.
        """
        refuse_branch(self._git, branch)
        commit = self._commit_tree(self.stage(files), message)
        self._refuse_other_changes(commit, {path for path, _ in files})
        self._git.do(
            *("update-ref", "-m", "stepdown: new branch", f"refs/heads/{branch}", commit),
            "0" * len(commit),  # there must be no such branch
            why=f"git cannot make the branch {branch}.",
            hint="Choose another name with --branch.",
        )
        return commit

    def stage(self, files: tuple[tuple[str, bytes], ...]) -> str:
        """Put `files` (path, content) as they are into the worktree and its index.

        Returns the id of the tree. Raises RepositoryError.
        """
        for path, content in files:
            self._stage(path, content)
        return self._git.do("write-tree", why="git cannot write the tree.")

    def _stage(self, path: str, content: bytes) -> None:
        old = tree_path(self._git, path, self._start)
        file = self._folder / path
        if file.parent.resolve() != file.parent:
            raise RepositoryError(
                f"{path} is behind a symbolic link.", hint="Name the file itself."
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        blob = self._git.do(
            *("hash-object", "-w", "--no-filters", "--", str(file)), why=f"git cannot store {path}."
        )
        mode = old.mode if old else _NEW_FILE
        self._git.do(
            *("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}"),
            why=f"git cannot stage {path}.",
        )

    def _commit_tree(self, tree: str, message: str) -> str:
        text = self._scratch / "message"
        text.write_text(message.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
        sign = self._git.ask("config", "--type=bool", "--get", "commit.gpgSign").text == "true"
        return self._git.do(
            *("commit-tree", tree, "-p", self._start, "-F", str(text), *(["-S"] if sign else [])),
            why="git cannot commit" + (" and sign." if sign else "."),
            hint="commit.gpgSign asks for a signature: unlock the key, or `git config "
            "commit.gpgSign false` in this repository."
            if sign
            else "",
        )

    def _refuse_other_changes(self, commit: str, expected: set[str]) -> None:
        """Nothing but the named files may differ, whatever ran in the worktree meanwhile."""
        compare = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", self._start, commit)
        changed = set(self._git.ask(*compare).parts)
        if not changed:
            raise RepositoryError(
                "The files are as they were: there is nothing to commit.",
                hint="The branch has it already.",
            )
        if others := changed - expected:
            raise RepositoryError(
                f"The commit would change other files too: {', '.join(sorted(others))}.",
                hint="This is a fault in stepdown; nothing was changed.",
            )


def _refuse_path(path: str) -> None:
    parts = path.split("/")
    bad = {"", ".", ".."}.intersection(parts) or ".git" in (part.lower() for part in parts)
    if bad or "\0" in path:
        raise RepositoryError(
            f"{path!r} is not a file's path in a repository.",
            hint="Give it relative to the repository's root, with forward slashes.",
        )


def _refuse_commit(commit: str) -> None:
    if not _COMMIT_ID.fullmatch(commit):
        raise RepositoryError(
            f"{commit!r} is not a commit's full id.",
            hint="This is a fault in stepdown; please report it.",
        )


def _kind(mode: str, kind: str) -> str:
    names = {"120000": "a symbolic link", "160000": "a submodule", "040000": "a folder"}
    return names.get(mode, kind)
