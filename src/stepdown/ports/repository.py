"""Git repositories, here and on forges."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from stepdown.model.image import Value
from stepdown.model.remote import Look, Pushed
from stepdown.model.request import Hosted, MergeRequest, NewRequest


class Workspace(Protocol):
    """A private copy of one commit, in a git worktree outside the user's checkout."""

    @property
    def path(self) -> str:
        """Its folder."""

    def commit(self, files: tuple[tuple[str, bytes], ...], branch: str, message: str) -> str:
        """Commit `files` (path, content) on the new `branch`; return the commit's id."""


class Checkout(Protocol):
    """The user's git repository. Nothing here touches the work tree or the index."""

    @property
    def root(self) -> str:
        """The absolute path of the work tree."""

    def head(self) -> str:
        """Return the commit that is checked out. Raises RepositoryError without a commit."""

    def check_ready(self, dockerfile: str, branch: str) -> None:
        """Raise RepositoryError where a branch could not be delivered at the end.

        That is when the Dockerfile has uncommitted changes, HEAD is detached, the branch exists
        already or git does not know who commits.
        """

    def workspace(self) -> AbstractContextManager[Workspace]:
        """Make a worktree at the current commit; it goes away with the context."""


class Forge(Protocol):
    """One repository on a forge, with the user's own credentials.

    Every method raises ForgeError: what was refused, which right is missing, when to come again.
    The forge's own signals to slow down are obeyed inside.
    """

    @property
    def body_limit(self) -> int:
        """How many characters a description may have (4,000 on one forge, a million on another)."""

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Return every merge request from `source` to `target`, in any state, newest first."""

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request, with labels, reviewers and assignees as far as they exist.

        What does not exist is told in the answer's `notes`. Where nobody knows whether the forge
        took an attempt (it broke, it was silent), the request is looked for before the next one.
        """

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description; everything else stays."""

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless one with the same text is there already."""

    def close(self, number: int) -> None:
        """Close a merge request without merging it."""

    def forked(self) -> Hosted | None:
        """Return the user's fork, None where there is none or the forge does not tell."""

    def fork(self) -> Hosted:
        """Return the user's fork, made and waited for where there is none."""


class CommitOrder(Value, frozen=True, kw_only=True):
    """A commit that changes one file on top of `parent`.

    `when` is its time, ISO 8601, empty for now. `signoff` adds the committer's sign-off; `hooks`
    runs the repository's own commit hooks.
    """

    parent: str
    path: str
    content: bytes
    message: str
    when: str = ""
    signoff: bool = False
    hooks: bool = True


class Remote(Protocol):
    """A repository on a git server, reached by the user's own git.

    Raises RepositoryError where git refuses here, ForgeError where the server does.
    """

    def author(self) -> str:
        """Return the e-mail address under which git commits here."""

    def look(self, branch: str, target: str, path: str, verified: str) -> Look:
        """Look at the change's branch and at its target (empty: the default branch).

        `path` is the Dockerfile, `verified` the commit that the change is made on.
        """

    def commit(self, order: CommitOrder) -> str:
        """Make a commit that no branch has, signed where git's settings say so; return its id."""

    def push(
        self, branch: str, commit: str, expected: str, options: tuple[str, ...] = ()
    ) -> Pushed:
        """Push a commit as `branch`, which has to be at `expected` (empty: not there) till then."""

    def offer(self, target: str, commit: str, options: tuple[str, ...]) -> Pushed:
        """Push a commit for review (refs/for/TARGET); no branch and no right to push is needed."""

    def offered(self, commit: str) -> bool:
        """Tell whether a commit is up for review already."""

    def patch(self, commit: str, folder: str) -> str:
        """Write a commit as a mail that `git am` reads; return the file's path."""


class Directory(Protocol):
    """All repositories of an owner on a forge."""

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield what the user may see of an organisation, a group, a person; raises ForgeError."""
