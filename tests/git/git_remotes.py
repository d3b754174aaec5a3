"""A user's repository beside a real server that has the same commit on main."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from git_server import TOKEN, USER, GitServer
from git_world import World

from stepdown.adapters.credentials import Access, Credential, access
from stepdown.adapters.remote import GitRemote
from stepdown.adapters.runs import open_run
from stepdown.deliver.identity import identity, with_trailers
from stepdown.ports import CommitOrder

NEW = b"FROM alpine:3.23\nRUN true\n"
BRANCH = "stepdown/dockerfile"


@dataclass(frozen=True)
class Place:
    """A repository on the server and the user's own."""

    world: World
    bare: Path
    url: str

    def access(self, token: str = TOKEN) -> Access:
        return access(self.url, Credential(USER, token, "a test"))

    @contextmanager
    def remote(self, token: str = TOKEN) -> Iterator[GitRemote]:
        with open_run(self.world.home) as run:
            yield GitRemote(self.world.root, run, self.url, self.access(token))

    def head(self) -> str:
        return self.world.git("rev-parse", "HEAD")

    def order(self, content: bytes = NEW, **more: object) -> CommitOrder:
        message = with_trailers("Move it\n\nBecause.", identity("Dockerfile", content))
        fields: dict[str, object] = {
            "parent": self.head(),
            "path": "Dockerfile",
            "content": content,
            "message": message,
            **more,
        }
        return CommitOrder(**fields)  # type: ignore[arg-type]

    def push(self, content: bytes = NEW, expected: str = "", **more: object) -> str:
        """Commit and push as stepdown does."""
        with self.remote() as remote:
            commit = remote.commit(self.order(content, **more))
            remote.push(BRANCH, commit, expected)
        return commit

    def there(self, branch: str = BRANCH) -> str:
        """The commit of a branch on the server, empty without one."""
        name = f"refs/heads/{branch}"
        return self.world.git("for-each-ref", "--format=%(objectname)", name, at=self.bare)

    def by_hand(self, *edit: tuple[str, bytes], amend: bool = False) -> str:
        """Change the branch on the server as a person would, from a clone of its own."""
        clone = self.bare.parent / "clone"
        self.world.git("clone", "-q", "-b", BRANCH, str(self.bare), str(clone))
        for path, content in edit:
            (clone / path).write_bytes(content)
            self.world.git("add", path, at=clone)
        words = ("--amend", "--no-edit") if amend else ("-m", "By hand")
        self.world.git("commit", "-q", "--allow-empty", *words, at=clone)
        self.world.git("push", "-q", "--force", "origin", BRANCH, at=clone)
        return self.world.git("rev-parse", "HEAD", at=clone)


def settle(world: World, server: GitServer, name: str) -> Place:
    """Make the repository on the server and push the user's main to it."""
    bare = server.make(name)
    world.git("push", "-q", str(bare), "HEAD:refs/heads/main")
    return Place(world=world, bare=bare, url=server.address(name))
