"""GitLab, through python-gitlab."""

import os
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import gitlab
import msgspec
import requests
from gitlab.base import RESTObject
from gitlab.exceptions import GitlabError
from gitlab.v4.objects import Project

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Answer, Fault, Words, elsewhere, nonsense, refusal
from stepdown.adapters.forges.libraries import checked, unanswered
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners, bundle
from stepdown.adapters.forges.place import Place
from stepdown.errors import ForgeError
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Directory, Forge

T = TypeVar("T")
_PAGE = 100
_LIMIT = 1_000_000
_DRAFT = "Draft: "
_DEVELOPER = 30
_CONFLICT = 409
_ABSENT = 404
_MADE = ("none", "finished")
_WRONG = (AttributeError, KeyError, TypeError, ValueError)
_STATES = {"opened": RequestState.OPEN, "merged": RequestState.MERGED}


class _Session(requests.Session):
    """Turns refusals into faults, with their headers, and stays on one host with the token."""

    def __init__(self, words: Words, manners: Manners, root: str) -> None:
        super().__init__()
        self._words = words
        self._manners = manners
        self._origin = urlsplit(root)[:2]

    def send(
        self,
        request: requests.PreparedRequest,
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Send to our host alone; redirects come by here, too."""
        if urlsplit(request.url or "")[:2] != self._origin:
            raise elsewhere(self._words, request.url or "")
        options["allow_redirects"] = False
        response = super().send(request, **options)
        path = urlsplit(request.url or "").path
        answer = Answer(
            method=request.method or "",
            path=str(path),
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            text=response.text,
        )
        if (fault := refusal(answer, self._words, self._manners.clock())) is not None:
            raise fault
        return response


class GitLab(Directory):
    """A GitLab server. Its library's own patience is off: ours is used."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        self.words = Words(
            name="GitLab",
            host=root.partition("://")[2],
            look="the scope read_api",
            write="the scope api and the role Developer, or Reporter from a fork",
            fork="the scope api and the right to make projects",
            login=login,
        )
        self.manners = manners
        tokens = {"oauth2": "oauth_token", "gitlab-ci-token": "job_token"}
        session = _Session(self.words, manners, root)
        weakref.finalize(self, session.close)
        self.client = gitlab.Gitlab(
            url=root,
            ssl_verify=bundle(os.environ) or True,
            timeout=manners.timeout,
            per_page=_PAGE,
            user_agent="stepdown",
            session=session,
            **{tokens.get(login.user, "private_token"): login.token},  # type: ignore[arg-type]
        )

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield the projects of a group with its subgroups, or else of a person."""
        for one in self.ask("GET", lambda: list(self._owned(owner))):
            yield self.hosted(one)

    def _owned(self, owner: str) -> Iterator[Any]:
        try:
            group = self.client.groups.get(owner, with_projects=False)
        except Fault as fault:
            if fault.status != _ABSENT:
                raise
        else:
            return group.projects.list(iterator=True, include_subgroups=True, with_shared=False)
        users = self.client.users.list(username=owner, get_all=True)
        if not users:
            raise ForgeError(
                f"GitLab knows no group and no person {owner}, or does not show it.",
                hint=f"Check the name, and that the token has {self.words.look}.",
            )
        return users[0].projects.list(iterator=True)

    def hosted(self, one: RESTObject) -> Hosted:
        """Return a project."""
        known: dict[str, Any] = one.attributes
        rights = known.get("permissions") or {}
        levels = [r["access_level"] for r in rights.values() if r]
        fields = {
            "name": known.get("path_with_namespace"),
            "url": naming.without_user(str(known.get("http_url_to_repo", ""))),
            "default_branch": known.get("default_branch") or "",
            "archived": known.get("archived", False),
            "fork": known.get("forked_from_project") is not None,
            "empty": known.get("empty_repo", known.get("default_branch") is None),
            "writable": not rights or max(levels, default=0) >= _DEVELOPER,
        }
        return checked(self.words, "/projects", fields, Hosted)

    def ask(self, method: str, do: Callable[[], T]) -> T:
        """Do something with the library, again where that helps."""
        return self.manners.patiently(lambda: self.one(method, do))

    def one(self, method: str, do: Callable[[], T]) -> T:
        """Do something with the library; whatever it raises becomes a Fault."""
        try:
            return do()
        except requests.RequestException as fault:
            raise unanswered(self.words, method, fault) from None
        except GitlabError as fault:
            raise nonsense(self.words, method, "/api/v4", fault) from None
        except _WRONG as fault:
            raise nonsense(self.words, method, "/api/v4", fault) from None


class GitLabForge(Forge):
    """One project on GitLab. A draft is a title that starts with Draft."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._lab = GitLab(place.root, login, manners)
        self._name = place.name
        self._manners = manners
        self._client = self._lab.client
        self._names: dict[int, str] = {}

    @property
    def body_limit(self) -> int:
        """Return the forge's limit."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the project."""
        return self._lab.ask("GET", lambda: self._lab.hosted(self._project(self._name)))

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Ask for the requests between two branches; forks are told apart here."""
        _, branch = naming.split(source, self._name)

        def read() -> list[MergeRequest]:
            project = self._lazy()
            listed = project.mergerequests.list(
                iterator=True, state="all", source_branch=branch, target_branch=target,
                order_by="created_at", sort="desc",
            )  # fmt: skip
            return [self._request(one) for one in listed]

        return naming.ours(self._lab.ask("GET", read), source, target)

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; people are looked up first, as ids."""
        name, branch = naming.split(request.source, self._name)
        labels, notes = self._labels(request.labels)
        reviewers, unknown = self._people(request.reviewers, "reviewer")
        assignees, strangers = self._people(request.assignees, "assignee")
        fields: dict[str, Any] = {
            "source_branch": branch,
            "target_branch": request.target,
            "title": (_DRAFT if request.draft else "") + request.title,
            "description": request.body,
            "labels": labels,
            "reviewer_ids": list(reviewers),
            "assignee_ids": list(assignees),
        }
        own = name.casefold() == self._name.casefold()
        if not own:
            fields["target_project_id"] = self._id(self._name)

        def make() -> tuple[MergeRequest, list[str]]:
            made = self._lazy(name).mergerequests.create(fields)
            return self._request(made), _left_out(made, reviewers, assignees)

        def look() -> tuple[MergeRequest, list[str]] | None:
            there = naming.still_open(self.find(request.source, request.target))
            return None if there is None else (there, [])

        made, left = self._manners.once(lambda: self._lab.one("POST", make), look)
        return msgspec.structs.replace(made, notes=(*notes, *unknown, *strangers, *left))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description; a draft stays one."""

        def change() -> MergeRequest:
            there = self._lazy().mergerequests.get(number)
            there.title = (_DRAFT if there.draft else "") + title
            there.description = body
            there.save()
            return self._request(there)

        return self._lab.ask("PUT", change)

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""
        notes = self._lazy().mergerequests.get(number, lazy=True).notes

        def texts() -> list[str]:
            return [one.body for one in notes.list(iterator=True)]

        def look() -> bool | None:
            return naming.said(self._lab.ask("GET", texts), text) or None

        def make() -> bool:
            notes.create({"body": text})
            return True

        if not look():
            self._manners.once(lambda: self._lab.one("POST", make), look)

    def close(self, number: int) -> None:
        """Close without merging."""
        requests_ = self._lazy().mergerequests
        self._lab.ask("PUT", lambda: requests_.update(number, {"state_event": "close"}))

    def forked(self) -> Hosted | None:
        """Return the user's fork where there is one."""
        name = self._mine()
        return None if name is None else self._lab.hosted(self._seen(name))

    def fork(self) -> Hosted:
        """Return the user's fork; the forge imports it in the background."""

        def make() -> str:
            made: str = self._lazy().forks.create({}).path_with_namespace
            return made

        name = self._mine() or self._manners.once(lambda: self._lab.one("POST", make), self._mine)
        return self._manners.until(lambda: self._ready(name), f"The fork {name}")

    def _mine(self) -> str | None:
        found = self._lab.ask("GET", lambda: self._lazy().forks.list(owned=True, get_all=True))
        return found[0].path_with_namespace if found else None

    def _seen(self, name: str) -> Project:
        return self._lab.ask("GET", lambda: self._project(name))

    def _ready(self, name: str) -> Hosted | None:
        there = self._seen(name)
        if there.import_status == "failed":
            raise ForgeError(
                f"GitLab could not make the fork {name}.",
                details=str(there.attributes.get("import_error") or ""),
                hint="Remove it in GitLab's web pages, and run the same again.",
            )
        return self._lab.hosted(there) if there.import_status in _MADE else None

    def _labels(self, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """Return the labels that exist; the forge would make the others."""
        if not names:
            return [], []
        listed = self._lab.ask("GET", lambda: list(self._lazy().labels.list(iterator=True)))
        known = {one.name for one in listed}
        missing = [name for name in names if name not in known]
        notes = [f"The label {name} does not exist, and is left out." for name in missing]
        return [name for name in names if name in known], notes

    def _people(self, names: tuple[str, ...], role: str) -> tuple[dict[int, str], list[str]]:
        """Return names by the forge's ids, and a note about each that it does not know."""
        known: dict[str, str] = {}
        for name in names:
            listing = partial(self._client.users.list, username=name, get_all=True)
            users = self._lab.ask("GET", listing)
            known |= {one.username: str(one.id) for one in users}
        ids, notes = naming.people(names, known, "GitLab", role)
        names_of = {int(ident): name for name, ident in known.items()}
        return {int(ident): names_of[int(ident)] for ident in ids}, notes

    def _request(self, one: RESTObject) -> MergeRequest:
        known: dict[str, Any] = one.attributes
        draft = bool(known.get("draft"))
        title = known.get("title")
        closer = known.get("closed_by") or {}
        fields = {
            "number": known.get("iid"),
            "url": known.get("web_url"),
            "state": _STATES.get(str(known.get("state")), RequestState.CLOSED),
            "title": _bare(str(title)) if draft else title,
            "body": known.get("description") or "",
            "source": naming.joined(self._home(known), str(known["source_branch"]), self._name),
            "target": known["target_branch"],
            "commit": known.get("sha") or "",
            "author": (known.get("author") or {}).get("username", ""),
            "closed_by": closer.get("username", ""),
            "draft": draft,
            "labels": tuple(known.get("labels") or ()),
        }
        return checked(self._lab.words, "/merge_requests", fields, MergeRequest)

    def _home(self, known: dict[str, Any]) -> str:
        """Return the name of the project that a request comes from; a fork may be gone."""
        ident = known.get("source_project_id")
        if ident is None or ident == known.get("target_project_id"):
            return self._name if ident is not None else "(deleted)/(deleted)"
        if ident not in self._names:
            try:
                self._names[ident] = self._project(ident).path_with_namespace
            except Fault as fault:
                if fault.status != _ABSENT:
                    raise
                self._names[ident] = f"(hidden)/{ident}"
        return self._names[ident]

    def _project(self, name: str | int) -> Project:
        return self._client.projects.get(name)

    def _lazy(self, name: str = "") -> Project:
        return self._client.projects.get(name or self._name, lazy=True)

    def _id(self, name: str) -> int:
        found: int = self._lab.ask("GET", lambda: self._project(name).id)
        return found


def _left_out(made: RESTObject, reviewers: dict[int, str], assignees: dict[int, str]) -> list[str]:
    """Return notes about people that the forge left out without a word."""
    notes = []
    for wanted, there, role in (
        (reviewers, made.attributes.get("reviewers"), "reviewer"),
        (assignees, made.attributes.get("assignees"), "assignee"),
    ):
        ids = {one["id"] for one in there or ()}
        left = [name for ident, name in wanted.items() if ident not in ids]
        notes += [f"{name} is no {role}: GitLab took only some, or no stranger." for name in left]
    return notes


def _bare(title: str) -> str:
    """Return a title without the mark of a draft."""
    for mark in ("Draft:", "[Draft]", "(Draft)"):
        if title.casefold().startswith(mark.casefold()):
            return title[len(mark) :].lstrip()
    return title
