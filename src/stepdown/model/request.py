"""Merge requests, as every forge has them under some name."""

from enum import StrEnum

from stepdown.model.image import Value


class RequestState(StrEnum):
    """Where a merge request stands. `closed` is one that was not merged."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Hosted(Value, frozen=True, kw_only=True):
    """A repository on a forge. `name` is its full name there (`owner/name`, `group/sub/name`).

    `url` clones it over HTTP, without credentials. `writable` tells whether this user may push.
    `user` is the name that git has to give with the token, empty where the forge takes any.
    """

    name: str
    url: str
    default_branch: str
    archived: bool = False
    fork: bool = False
    empty: bool = False
    writable: bool = True
    user: str = ""


class MergeRequest(Value, frozen=True, kw_only=True):
    """A merge request on a forge.

    `number` is what the forge calls it by (an iid, an index). `source` is the branch with the
    change, `NAME:branch` where it lives in a fork, NAME being the `Hosted.name` of that; `target`
    the branch that it is for. `title` is without the forge's mark of a draft. `commit` is the tip
    of the source as the forge knows it, empty where it does not say. `author` is a login.
    `closed_by` is the login of who closed it, empty where the forge does not say. `notes` tell, on
    a request that was just made, what was asked for and could not be had: a label, a reviewer.
    """

    number: int
    url: str
    state: RequestState
    title: str
    body: str
    source: str
    target: str
    commit: str = ""
    author: str = ""
    closed_by: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Offer(Value, frozen=True, kw_only=True):
    """A request, as the budget knows it: by its branches, named as the forge names them.

    `campaign` is the batch that it belongs to, empty for none.
    """

    host: str
    repository: str
    source: str
    target: str
    campaign: str = ""


def in_fork(fork: Hosted, branch: str) -> str:
    """Return the source of a request whose branch lives in a fork."""
    return f"{fork.name}:{branch}"


class NewRequest(Value, frozen=True, kw_only=True):
    """A merge request that is to be made. `labels`, `reviewers` and `assignees` are names.

    `source` is written as in MergeRequest.
    """

    source: str
    target: str
    title: str
    body: str
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
