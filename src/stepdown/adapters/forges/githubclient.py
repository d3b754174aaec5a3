"""GitHub through PyGithub: its answers as our nouns, its exceptions as faults."""

import os
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import TypeVar
from urllib.parse import quote

import github
import msgspec
import requests
from github.Auth import Token
from github.GithubException import BadAttributeException, GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Answer, Fault, Words, elsewhere, nonsense, refusal
from stepdown.adapters.forges.libraries import checked, unanswered
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners, bundle
from stepdown.adapters.forges.wire import PAGES
from stepdown.model.request import Hosted, MergeRequest, RequestState
from stepdown.ports import Directory

T = TypeVar("T")
C = TypeVar("C", PullRequest, Repository)
_API = {"https://github.com": "https://api.github.com"}
_PAGE = 100
_WRONG = (BadAttributeException, AttributeError, KeyError, TypeError, ValueError)


class GitHub(Directory):
    """GitHub, or a GitHub Enterprise server.

    PyGithub's own patience is off: ours is used. Its objects are lazy: they are asked for when
    something of them is needed.
    """

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        self.words = Words(
            name="GitHub",
            host=root.partition("://")[2],
            look="the scope repo, or the permissions Metadata and Pull requests: read",
            write="the scope repo, or the permissions Pull requests and Issues: read and write",
            fork="the scope repo, or the permissions Administration and Contents: read and write",
            login=login,
        )
        self.manners = manners
        self.client = github.Github(
            base_url=_API.get(root, f"{root}/api/v3"),
            auth=Token(login.token),
            timeout=ceil(manners.timeout),
            per_page=_PAGE,
            verify=bundle(os.environ) or True,
            retry=None,
            user_agent="stepdown",
            seconds_between_requests=0,
            seconds_between_writes=manners.spacing,
            lazy=True,
        )
        weakref.finalize(self, self.client.close)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield what an organisation or a person owns, with what the token may see."""
        path = f"/users/{quote(owner, safe='')}"
        kind = self.ask("GET", path, lambda: self.client.get_user(owner).type)
        if kind == "Organization":
            path = f"/orgs/{quote(owner, safe='')}"
        for one in self.listed(f"{path}/repos", Repository):
            yield self.hosted(one)

    def listed(self, path: str, kind: type[C], **parameters: str) -> Iterator[C]:
        """Yield what stands on all pages of a list.

        PyGithub's own lists take no answer at all for an empty one.
        """
        for page in range(1, PAGES):
            query = {**parameters, "per_page": str(_PAGE), "page": str(page)}
            read = partial(self.client.requester.requestJsonAndCheck, "GET", path, query)
            _, found = self.ask("GET", path, read)
            if not isinstance(found, list):
                raise nonsense(self.words, "GET", path, f"{type(found).__name__} for a list")
            yield from self.one("GET", path, partial(self._made, kind, found))
            if len(found) < _PAGE:
                return
        raise nonsense(self.words, "GET", path, "the list has no end")

    def _made(self, kind: type[C], found: list[dict[str, object]]) -> list[C]:
        return [self.client.create_from_raw_data(kind, raw) for raw in found]

    def hosted(self, one: Repository) -> Hosted:
        """Return a repository. Size 0 may be a small one: only its branches tell."""

        def read() -> dict[str, object]:
            return {
                "name": one.full_name,
                "url": one.clone_url,
                "default_branch": one.default_branch or "",
                "archived": one.archived,
                "fork": one.fork,
                "empty": one.size == 0,
                "writable": one.permissions is None or one.permissions.push,
            }

        found = checked(self.words, "/repos", self.ask("GET", "/repos", read), Hosted)
        if not found.empty:
            return found
        return msgspec.structs.replace(found, empty=not self.branches(found.name))

    def branches(self, name: str) -> bool:
        """Tell whether a repository has any branch."""
        path = f"/repos/{name}/branches"
        ask = partial(self.client.requester.requestJsonAndCheck, "GET", path, {"per_page": "1"})
        _, found = self.ask("GET", path, ask)
        if not isinstance(found, list):
            raise nonsense(self.words, "GET", path, f"{type(found).__name__} for a list")
        return bool(found)

    def request(self, pull: PullRequest, own: str) -> MergeRequest:
        """Return a merge request."""
        fields = {
            "number": pull.number,
            "url": pull.html_url,
            "state": _state(pull),
            "title": pull.title,
            "body": pull.body or "",
            "source": naming.joined(_home(pull, own), pull.head.ref, own),
            "target": pull.base.ref,
            "commit": pull.head.sha or "",
            "author": pull.user.login if pull.user is not None else "",
            "draft": bool(pull.draft),
            "labels": tuple(label.name for label in pull.labels),
        }
        return checked(self.words, "/pulls", fields, MergeRequest)

    def ask(self, method: str, path: str, do: Callable[[], T]) -> T:
        """Do something with PyGithub, again where that helps."""
        return self.manners.patiently(lambda: self.one(method, path, do))

    def one(self, method: str, path: str, do: Callable[[], T]) -> T:
        """Do something with PyGithub; whatever it raises becomes a Fault. `path` is for words."""
        try:
            return do()
        except GithubException as fault:
            raise self._fault(method, path, fault) from None
        except requests.RequestException as fault:
            raise unanswered(self.words, method, fault) from None
        except AssertionError as fault:  # PyGithub refuses addresses on other hosts so
            raise elsewhere(self.words, str(fault)) from None
        except RuntimeError as fault:
            raise elsewhere(self.words, str(fault)) from None
        except _WRONG as fault:
            raise nonsense(self.words, method, path, fault) from None

    def _fault(self, method: str, path: str, fault: GithubException) -> Fault:
        if isinstance(fault, BadAttributeException):
            return nonsense(self.words, method, path, fault)
        answer = Answer(
            method=method,
            path=path,
            status=fault.status,
            headers={name.lower(): str(value) for name, value in (fault.headers or {}).items()},
            text=msgspec.json.encode(fault.data).decode(),
        )
        # An exception without headers is PyGithub's own: it understood nothing.
        found = None if fault.headers is None else refusal(answer, self.words, self.manners.clock())
        return found or nonsense(self.words, method, path, fault.data)


def _home(pull: PullRequest, own: str) -> str:
    """Return the name of the source's repository; that of a fork that is gone is not known."""
    home: Repository | None = pull.head.repo
    if home is not None:
        return home.full_name
    owner = (pull.head.label or "").partition(":")[0]
    return f"{owner}/{own.rpartition('/')[2]}" if owner else own


def _state(pull: PullRequest) -> str:
    if pull.merged_at is not None:
        return RequestState.MERGED
    return RequestState.OPEN if pull.state == "open" else RequestState.CLOSED
