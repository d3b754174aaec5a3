"""One git command at a time, in such a way that the user's repository cannot notice it."""

import os
from collections.abc import Mapping
from pathlib import Path

# A missing git then gets our words below; GitPython would raise ImportError.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import git

from stepdown.errors import RepositoryError
from stepdown.model.image import Value

_NO_HOOKS = "/dev/null"  # a hook may change files, and what is committed was verified as is
_SETTINGS = (
    "core.fsmonitor=false",  # else git may leave a daemon behind
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",  # `git status` would write the index
    "GIT_TERMINAL_PROMPT": "0",  # nobody sees the question
}


class Answer(Value, frozen=True, kw_only=True):
    """How a git command ended."""

    status: int
    output: bytes
    error: str

    @property
    def text(self) -> str:
        """The output without the last line's end; bytes beyond UTF-8 survive as surrogates."""
        return self.output.decode(errors="surrogateescape").removesuffix("\n")

    @property
    def parts(self) -> tuple[str, ...]:
        """The output of a command with `-z`."""
        return tuple(part for part in self.text.split("\0") if part)


class GitCommand:
    """Runs git in one folder: no prompts, no optional locks, no background work.

    And no hooks, unless `hooks` is the folder that holds them; with None git finds it by itself.
    `env` is added for every command.
    """

    def __init__(
        self, folder: Path, *, hooks: str | None = _NO_HOOKS, env: Mapping[str, str] | None = None
    ) -> None:
        self._git = git.Git(folder)
        chosen = () if hooks is None else (f"core.hooksPath={hooks}",)
        self._settings = (*chosen, *_SETTINGS)
        self._env = {**_ENVIRONMENT, **(env or {})}

    def ask(
        self, *arguments: str, env: Mapping[str, str] | None = None, alone: bool = False
    ) -> Answer:
        """Run `git ARGUMENTS`, whatever its exit status.

        `alone` keeps a Ctrl-C in the terminal from it. Raises RepositoryError without a git.
        """
        settings = [word for setting in self._settings for word in ("-c", setting)]
        try:
            status, output, error = self._git.execute(
                [self._git.GIT_PYTHON_GIT_EXECUTABLE or "git", *settings, *arguments],
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env={**self._env, **(env or {})},
                start_new_session=alone,
            )
        except git.GitCommandNotFound as missing:
            raise RepositoryError(
                "git cannot be started.", details=str(missing), hint="Install git."
            ) from missing
        return Answer(status=status, output=output, error=error)

    def do(
        self, *arguments: str, why: str, hint: str = "", env: Mapping[str, str] | None = None
    ) -> str:
        """Run `git ARGUMENTS` and return its output; RepositoryError(`why`) where it fails."""
        answer = self.ask(*arguments, env=env)
        if answer.status != 0:
            raise RepositoryError(why, details=answer.error.strip(), hint=hint)
        return answer.text


def is_bare(folder: Path) -> bool:
    """Tell whether a folder is itself a repository without a work tree."""
    answer = GitCommand(folder).ask("rev-parse", "--is-bare-repository", "--absolute-git-dir")
    return answer.text.split("\n") == ["true", str(folder.resolve())]


def work_tree(path: Path) -> Path:
    """Find the work tree that a folder or file is in, up through its parents.

    Raises RepositoryError outside of a repository and in a bare one.
    """
    start = path if path.is_dir() else path.parent
    try:
        with git.Repo(start, search_parent_directories=True, expand_vars=False) as repo:
            found = None if repo.bare else repo.working_tree_dir
    except git.NoSuchPathError as missing:
        raise RepositoryError(f"There is no folder {start}.", hint="Check the name.") from missing
    except git.InvalidGitRepositoryError as outside:
        raise RepositoryError(
            f"{path.absolute()} is not in a git repository.",
            hint="The result is a branch: go to your repository, or `git init` and commit.",
        ) from outside
    if found is None:
        raise RepositoryError(
            f"{path} is a bare repository, without a work tree.",
            hint="Clone it, and run stepdown in the clone.",
        )
    root = Path(found).resolve()
    answer = GitCommand(root).ask("rev-parse", "--is-inside-work-tree")
    if answer.text != "true":
        raise RepositoryError(
            f"git cannot use {path}.",
            details=answer.error.strip(),
            hint="`git status` there says what is wrong.",
        )
    return root
