"""Pagure, as in its own description of the API (`/api/0/`)."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

import msgspec

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Words
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import Place
from stepdown.adapters.forges.wire import PAGES, Wire
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Directory, Forge

_PAGE = 100
_LIMIT = 60_000
_STATES = {
    "Open": RequestState.OPEN,
    "Merged": RequestState.MERGED,
    "Closed": RequestState.CLOSED,
}
_COMMITTERS = ("owner", "admin", "commit")


class _User(msgspec.Struct):
    name: str


class _Project(msgspec.Struct):
    name: str
    fullname: str
    user: _User
    namespace: str | None = None
    parent: "_Project | None" = None
    access_users: dict[str, list[str]] = {}

    @property
    def path(self) -> str:
        """Return the name as the API writes it: the server's own folder is `forks/`."""
        forked = self.fullname.startswith("forks/")
        return "fork/" + self.fullname.removeprefix("forks/") if forked else self.fullname


class _Comment(msgspec.Struct):
    comment: str


class _Pull(msgspec.Struct):
    id: int
    title: str
    status: str
    branch: str
    branch_from: str
    user: _User
    project: _Project
    full_url: str = ""
    repo_from: _Project | None = None
    initial_comment: str | None = None
    commit_stop: str | None = None
    closed_by: _User | None = None
    tags: list[str] = []
    comments: list[_Comment] = []


class _Links(msgspec.Struct):
    pages: int = 1


class _Pulls(msgspec.Struct):
    requests: list[_Pull]
    pagination: _Links


class _Projects(msgspec.Struct):
    projects: list[_Project]
    pagination: _Links


class _Branches(msgspec.Struct):
    branches: list[str]
    default: str | None = None


class _Urls(msgspec.Struct):
    urls: dict[str, str]


class _Me(msgspec.Struct):
    username: str


class Pagure(Directory):
    """A Pagure server."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        words = Words(
            name="Pagure",
            host=root.partition("://")[2],
            look="any of the API's rights, and the right to read a private project",
            write="the rights pull_request_create, pull_request_update, pull_request_comment, "
            "pull_request_close and pull_request_assign, and commit for a push over HTTP",
            fork="the right fork_project",
            login=login,
        )
        self.root = root
        self.wire = Wire(f"{root}/api/0", {"Authorization": f"token {login.token}"}, words, manners)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield the projects of a namespace, or else of a person."""
        seen = False
        for key in ("namespace", "owner"):
            for one in self._projects(key, owner):
                seen = True
                yield self.hosted(one, "")
            if seen:
                return

    def _projects(self, key: str, owner: str) -> Iterator[_Project]:
        query: dict[str, str | int | list[str]] = {key: owner, "per_page": _PAGE}
        for page in range(1, PAGES):
            some = self.wire.get("/projects", _Projects, page=page, **query)
            yield from some.projects
            if page >= some.pagination.pages:
                return
        raise self.wire.endless("/projects")

    def hosted(self, project: _Project, user: str) -> Hosted:
        """Return a project. Pagure does not tell whether `user` may push by a group.

        A push with a token counts only with the name of the token's owner.
        """
        branches = self.wire.get(f"/{_quoted(project.path)}/git/branches", _Branches)
        committers = {n for role in _COMMITTERS for n in project.access_users.get(role, [])}
        return Hosted(
            name=project.path,
            url=self._clone(project),
            default_branch=branches.default or "",
            fork=project.parent is not None,
            empty=not branches.branches,
            writable=not user or user in committers,
            user=user,
        )

    def _clone(self, project: _Project) -> str:
        urls = self.wire.get(f"/{_quoted(project.path)}/git/urls", _Urls).urls
        url = urls.get("git", "")
        if url.startswith(("https://", "http://")):
            return naming.without_user(url)
        return f"{self.root}/{project.fullname}.git"


class PagureForge(Forge):
    """One project on Pagure. The server accepts duplicates, so that the check is ours alone."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._pagure = Pagure(place.root, login, manners)
        self._wire = self._pagure.wire
        self._name = place.name
        self._manners = manners

    @property
    def body_limit(self) -> int:
        """Return our own limit; the forge has none."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the project."""
        return self._pagure.hosted(self._project(), self._me())

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Read all merge requests: the forge does not filter by their branches."""
        return naming.ours(map(self._request, self._pulls()), source, target)

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; an assignee is set afterwards."""
        name, branch = naming.split(request.source, self._name)
        form = {
            "title": request.title,
            "initial_comment": request.body,
            "branch_from": branch,
            "branch_to": request.target,
            **(_origin(name) if name != self._name else {}),
        }
        made = self._manners.once(
            lambda: self._request(
                self._wire.post_form(self._path("/pull-request/new"), form, _Pull)
            ),
            lambda: naming.still_open(self.find(request.source, request.target)),
        )
        return msgspec.structs.replace(made, notes=tuple(self._dress(made.number, request)))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description."""
        form = {"title": title, "initial_comment": body}
        path = self._path(f"/pull-request/{number}")
        return self._request(self._wire.put_form(path, form, _Pull))

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""
        path = self._path(f"/pull-request/{number}")

        def look() -> object | None:
            there = self._wire.get(path, _Pull).comments
            return next((one for one in there if naming.said([one.comment], text)), None)

        if look() is None:
            self._manners.once(
                lambda: self._wire.post_form(f"{path}/comment", {"comment": text}, object), look
            )

    def close(self, number: int) -> None:
        """Close without merging."""
        self._wire.put_form(self._path(f"/pull-request/{number}/close"), {}, object)

    def forked(self) -> Hosted | None:
        """Return the user's fork where there is one."""
        user = self._me()
        found = self._wire.seek(f"/{_quoted(self._fork_name(user))}", _Project)
        return None if found is None else self._pagure.hosted(found, user)

    def fork(self) -> Hosted:
        """Return the user's fork; the server's worker makes it."""
        user = self._me()
        project = self._project()
        name = self._fork_name(user)
        if self._wire.seek(f"/{_quoted(name)}", _Project) is None:
            form = {"repo": project.name, "namespace": project.namespace or "", "wait": ""}
            self._manners.once(
                lambda: self._wire.post_form("/fork", form, object),
                lambda: self._wire.seek(f"/{_quoted(name)}", _Project),
            )
        empty = self._pagure.hosted(project, user).empty
        return self._manners.until(lambda: self._ready(name, user, empty=empty), f"The fork {name}")

    def _fork_name(self, user: str) -> str:
        return f"fork/{user}/{self._name}"

    def _ready(self, name: str, user: str, *, empty: bool) -> Hosted | None:
        """Return the fork when it has its branches: the server knows it before its git does."""
        there = self._wire.seek(f"/{_quoted(name)}", _Project)
        if there is None or self._wire.seek(f"/{_quoted(name)}/git/branches", _Branches) is None:
            return None
        hosted = self._pagure.hosted(there, user)
        return None if hosted.empty != empty else hosted

    def _dress(self, number: int, request: NewRequest) -> list[str]:
        notes = naming.without("labels on merge requests", request.labels, "Pagure")
        notes += naming.without("reviewers", request.reviewers, "Pagure")
        notes += naming.without("second assignee", request.assignees[1:], "Pagure")
        if request.draft:
            notes.append("Pagure has no drafts: the merge request is open for merging.")
        for name in request.assignees[:1]:
            assign = partial(self._assign, number, name)
            notes += naming.attempt(f"{name} is not assigned", assign)
        return notes

    def _assign(self, number: int, name: str) -> list[str]:
        path = self._path(f"/pull-request/{number}/assign")
        self._wire.put_form(path, {"assignee": name}, object)
        return []

    def _pulls(self) -> Iterator[_Pull]:
        path = self._path("/pull-requests")
        for page in range(1, PAGES):
            some = self._wire.get(path, _Pulls, status="all", per_page=_PAGE, page=page)
            yield from some.requests
            if page >= some.pagination.pages:
                return
        raise self._wire.endless(path)

    def _request(self, pull: _Pull) -> MergeRequest:
        home = pull.repo_from.path if pull.repo_from is not None else self._name
        return MergeRequest(
            number=pull.id,
            url=pull.full_url or f"{self._pagure.root}/{self._name}/pull-request/{pull.id}",
            state=_STATES.get(pull.status, RequestState.CLOSED),
            title=pull.title,
            body=pull.initial_comment or "",
            source=naming.joined(home, pull.branch_from, self._name),
            target=pull.branch,
            commit=pull.commit_stop or "",
            author=pull.user.name,
            closed_by=pull.closed_by.name if pull.closed_by is not None else "",
            labels=tuple(pull.tags),
        )

    def _me(self) -> str:
        return self._wire.put_form("/-/whoami", {}, _Me).username

    def _project(self) -> _Project:
        return self._wire.get(f"/{_quoted(self._name)}", _Project)

    def _path(self, end: str) -> str:
        return f"/{_quoted(self._name)}{end}"


def _origin(name: str) -> dict[str, str]:
    """Return the fields that name a fork."""
    _, user, *above, repository = name.split("/")
    named = {"repo_from": repository, "repo_from_username": user}
    return {**named, "repo_from_namespace": "/".join(above)} if above else named


def _quoted(name: str) -> str:
    return quote(name, safe="/")
