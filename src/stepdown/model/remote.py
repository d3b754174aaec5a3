"""What a remote repository has of a change, and what came of a push."""

from stepdown.model.image import Value


class Tip(Value, frozen=True, kw_only=True):
    """The last commit of a branch on the remote.

    `author` is an e-mail address, `identity` the value of the trailer Stepdown-Id, empty without
    one. `parents` are commits, `changed` the paths that differ from the first parent. `content` is
    the Dockerfile in it and `below` the one in its first parent, None where there is none.
    """

    commit: str
    author: str
    identity: str = ""
    parents: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    content: bytes | None = None
    below: bytes | None = None


class Look(Value, frozen=True, kw_only=True):
    """A remote at one moment.

    `target` is the branch that the change is for, `base` its commit and `file` the Dockerfile in
    it. `usual` tells whether it is the remote's default branch. `known` tells whether the commit
    that was verified is part of it. `tip` is None where the change's branch does not exist.
    """

    target: str
    base: str
    file: bytes | None
    usual: bool = True
    known: bool = True
    tip: Tip | None = None


class Pushed(Value, frozen=True, kw_only=True):
    """What a push came to.

    `said` are the lines that the server printed, `url` the address in them, empty for none.
    `options` tells whether the server took the push options.
    """

    said: tuple[str, ...] = ()
    url: str = ""
    options: bool = False
