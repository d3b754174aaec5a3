"""Private, shallow clones of other people's repositories: nothing is run, and all is bounded.

A clone is a bare repository and, beside it, the files of one commit without a `.git`, so that no
build can carry the history, or anything else that git keeps, into an image. It lives in the run's
folder and goes away with it, also after a kill.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from stepdown.adapters.gitcommand import GitCommand
from stepdown.adapters.processes import MARK, Ended, run_lines
from stepdown.adapters.runs import Run
from stepdown.adapters.workspace import tree_path
from stepdown.errors import CloneError, NoCommitError, PassingCloneError, RepositoryError
from stepdown.model.image import Value

SECONDS = 600.0
MOST = 2 << 30
AT_A_TIME = 4
_TRIES = 3
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.version=2",
    "transfer.bundleURI=false",  # a server may not send us elsewhere
    "fetch.recurseSubmodules=false",
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "advice.detachedHead=false",
)
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GCM_INTERACTIVE": "never",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "LC_ALL": "C",
}
_PASSING = (
    "could not resolve host",
    "connection refused",
    "connection reset",
    "connection timed out",
    "operation timed out",
    "network is unreachable",
    "early eof",
    "remote end hung up",
    "rpc failed",
    "the requested url returned error: 429",
    "the requested url returned error: 5",
    "tls connection was non-properly terminated",
    "kex_exchange_identification",
)
_slots: dict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(AT_A_TIME)
)
_making = threading.Lock()


class Head(Value, frozen=True, kw_only=True):
    """The tip of a branch; `branch` is its name without refs/heads."""

    commit: str
    branch: str


class Clones:
    """Clones for one run. `host` is the server, empty for a path on this machine."""

    def __init__(self, run: Run, *, seconds: float = SECONDS, most: int = MOST) -> None:
        self._run = run
        self._seconds = seconds
        self._most = most

    def head(self, repository: str, branch: str, host: str) -> Head:
        """Ask for the tip of `branch`, or of the default branch, without cloning.

        Raises CloneError; PassingCloneError where it may work later.
        """
        wanted = f"refs/heads/{branch}" if branch else "HEAD"
        words = ("ls-remote", "--symref", "--", _url(repository), wanted)
        lines = self._patiently(words, host, self._run.scratch("ask"))
        tips = (line.split("\t", 1) for line in lines if _is_tip(line))
        commits = {name: commit for commit, name in tips}
        symbols = [line for line in lines if line.startswith("ref: ")]
        name = symbols[0].split("\t")[0].removeprefix("ref: ") if symbols else wanted
        if wanted not in commits:
            what = f"no branch {branch}" if branch else "no commit"
            raise NoCommitError(
                f"{repository} has {what}.",
                hint="Name a branch that exists with base=...; empty repositories are skipped.",
            )
        return Head(commit=commits[wanted], branch=name.removeprefix("refs/heads/"))

    def bare(self, repository: str, head: Head, host: str, *, whole: bool) -> "Clone":
        """Fetch one commit. Where it is not `whole`, servers that can leave files out do so."""
        folder = self._run.scratch("clone")
        blobs = () if whole else ("--filter=blob:none",)
        branch = () if head.branch in ("", "HEAD") else ("--branch", head.branch)
        words = (
            *("clone", "--bare", "--depth=1", "--no-tags", "--single-branch", "--template="),
            *("--no-recurse-submodules", "--quiet", *blobs, *branch),
            *("--", _url(repository), str(folder / "git")),
        )
        self._patiently(words, host, folder)
        return Clone(folder, self)

    def git(self, folder: Path, *words: str) -> list[str]:
        """Run git for a clone in `folder`, bounded in time and size; return its lines."""
        lines: list[str] = []
        ended = self._ask(words, folder, lines)
        if ended.exit_code != 0:
            raise _fault(words, lines, ended, self._seconds)
        return lines

    def _patiently(self, words: tuple[str, ...], host: str, folder: Path) -> list[str]:
        """Run git against a server, again where a fault may pass, few at a time for each host."""
        trying = Retrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(multiplier=1, max=30),
            retry=retry_if_exception_type(PassingCloneError),
            reraise=True,
        )
        with _slot(host):
            return trying(self.git, folder, *words)

    def _ask(self, words: tuple[str, ...], folder: Path, lines: list[str]) -> Ended:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]

        def look() -> None:
            if _size(folder) > self._most:
                raise CloneError(
                    f"The clone is larger than {self._most >> 20} MB.",
                    hint="It is not looked at: such a repository needs a run of its own.",
                )

        try:
            return run_lines(
                ["git", *settings, *words],
                env={**_ENVIRONMENT, **_protocols(words), MARK: self._run.id},
                timeout=self._seconds,
                on_line=lines.append,
                look=look,
            )
        except FileNotFoundError as missing:
            raise RepositoryError(
                "git cannot be started.", details=str(missing), hint="Install git."
            ) from missing


class Clone:
    """A bare clone in `folder`, and the files of a commit where they were checked out."""

    def __init__(self, folder: Path, clones: Clones) -> None:
        self.path = folder / "git"
        self.tree = folder / "tree"
        self._folder = folder
        self._clones = clones
        self._git = GitCommand(self.path)

    def head(self) -> str:
        """Return the commit that was fetched."""
        return self._git.do("rev-parse", "HEAD^{commit}", why="The clone has no commit.")

    def files(self, commit: str) -> tuple[str, ...]:
        """List the regular files of a commit."""
        listed = self._git.ask("ls-tree", "-r", "-z", "--full-tree", commit).parts
        return tuple(part.partition("\t")[2] for part in listed if part.startswith("100"))

    def read(self, path: str, commit: str) -> bytes | None:
        """Return a file's content, None where the commit has no such file."""
        entry = tree_path(self._git, path, commit)
        return None if entry is None else self._git.ask("cat-file", "blob", entry.blob).output

    def check_out(self, commit: str) -> None:
        """Write the files of a commit to `tree`."""
        self.tree.mkdir()
        place = (f"--git-dir={self.path}", f"--work-tree={self.tree}")
        self._clones.git(self._folder, *place, "checkout", "--quiet", "--force", "--detach", commit)


@contextmanager
def _slot(host: str) -> Generator[None]:
    if not host:
        yield
        return
    with _making:
        slot = _slots[host]
    with slot:
        yield


def _url(repository: str) -> str:
    """Return what git is given: a local path becomes a URL, so that --depth counts there too."""
    return Path(repository).as_uri() if repository.startswith("/") else repository


def _protocols(words: tuple[str, ...]) -> dict[str, str]:
    """Allow local files only where the user named one."""
    local = any(word.startswith("file://") for word in words)
    return {"GIT_ALLOW_PROTOCOL": "file" if local else "https:ssh"}


def _is_tip(line: str) -> bool:
    return "\t" in line and not line.startswith("ref: ")


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(f"{place}/{name}").st_size
            except OSError:
                continue  # git renames its files as it goes
    return total


def _fault(
    words: tuple[str, ...], lines: list[str], ended: Ended, seconds: float
) -> RepositoryError:
    text = "\n".join(line for line in lines[-20:] if line.strip())
    if ended.timed_out:
        return PassingCloneError(
            f"git was not done after {seconds:.0f} seconds.",
            details=text,
            hint="The server or the way to it is slow, or the repository is very large.",
        )
    what = next((word for word in words if not word.startswith("-")), "git")
    lowered = text.lower()
    if any(one in lowered for one in _PASSING):
        return PassingCloneError(f"git {what} failed.", details=text, hint="Try again later.")
    return CloneError(
        f"git {what} failed.",
        details=text,
        hint="`git ls-remote` with the same address has to work here without questions.",
    )
