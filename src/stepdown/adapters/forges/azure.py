"""Azure DevOps, services and server, as in Microsoft's reference of its REST API 7.1."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Words
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import Place
from stepdown.adapters.forges.wire import PAGES, Wire
from stepdown.errors import ForgeError
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Directory, Forge

T = TypeVar("T")
_VERSION = "7.0"  # what Azure DevOps Server 2022 understands, too
_PREVIEW = "7.0-preview"
_PAGE = 100
_LIMIT = 4000
_HEADS = "refs/heads/"
_STATES = {
    "active": RequestState.OPEN,
    "abandoned": RequestState.CLOSED,
    "completed": RequestState.MERGED,
}
# The namespace of git repositories among the rights, and the bit of "Contribute".
_GIT_RIGHTS = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
_CONTRIBUTE = 4
_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_JWT_DOTS = 2


class _Project(msgspec.Struct):
    id: str
    name: str


class _Parent(msgspec.Struct):
    id: str


class _Repository(msgspec.Struct, rename="camel"):
    id: str
    name: str
    project: _Project
    remote_url: str = ""
    default_branch: str = ""
    is_disabled: bool = False
    is_fork: bool = False
    size: int | None = None
    parent_repository: _Parent | None = None

    @property
    def full_name(self) -> str:
        return f"{self.project.name}/{self.name}"

    def hosted(self) -> Hosted:
        return Hosted(
            name=self.full_name,
            url=naming.without_user(self.remote_url),
            default_branch=self.default_branch.removeprefix(_HEADS),
            archived=self.is_disabled,
            fork=self.is_fork or self.parent_repository is not None,
            empty=not self.default_branch,
        )


class _Identity(msgspec.Struct, rename="camel"):
    id: str
    unique_name: str = ""
    display_name: str = ""


class _Commit(msgspec.Struct, rename="camel"):
    commit_id: str = ""


class _Fork(msgspec.Struct):
    repository: _Repository


class _Label(msgspec.Struct):
    name: str


class _Pull(msgspec.Struct, rename="camel"):
    pull_request_id: int
    status: str
    title: str
    source_ref_name: str
    target_ref_name: str
    description: str = ""
    last_merge_source_commit: _Commit | None = None
    created_by: _Identity | None = None
    closed_by: _Identity | None = None
    is_draft: bool = False
    labels: list[_Label] = []
    fork_source: _Fork | None = None


class _Comment(msgspec.Struct):
    content: str | None = ""


class _Thread(msgspec.Struct):
    comments: list[_Comment] = []


class _Member(msgspec.Struct):
    identity: _Identity


class _Repositories(msgspec.Struct):
    value: list[_Repository]


class _Pulls(msgspec.Struct):
    value: list[_Pull]


class _Threads(msgspec.Struct):
    value: list[_Thread]


class _Teams(msgspec.Struct):
    value: list[_Parent]


class _Members(msgspec.Struct):
    value: list[_Member]


class _Rights(msgspec.Struct):
    value: list[bool]


class _Account(msgspec.Struct):
    value: str = msgspec.field(name="$value")


class _Properties(msgspec.Struct, rename="pascal"):
    account: _Account


class _User(msgspec.Struct):
    properties: _Properties


class _Me(msgspec.Struct, rename="camel"):
    authenticated_user: _User


class Azure(Directory):
    """An organisation of Azure DevOps, or a collection of a server."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        words = Words(
            name="Azure DevOps",
            host=root.partition("://")[2],
            look="the scope Code (read)",
            write="the scope Code (read & write) and the permission Contribute to pull requests",
            fork="the scope Code (read, write & manage) and the permission Create repository",
            login=login,
        )
        # A job's own token is a JWT; a personal one is the password of nobody.
        jwt = login.token.count(".") == _JWT_DOTS
        how = f"Bearer {login.token}" if jwt else Login(login.token).basic()
        self.wire = Wire(root, {"Authorization": how}, words, manners)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield the repositories of a project, or of all for an empty `owner`."""
        above = f"/{quote(owner, safe='')}" if owner else ""
        path = f"{above}/_apis/git/repositories"
        for one in self.get(path, _Repositories).value:
            yield one.hosted()

    def get(self, path: str, kind: type[T], **params: str | int | list[str]) -> T:
        """GET; the version of the API is part of each address."""
        return self.wire.get(path, kind, **{"api-version": _VERSION, **params})

    def seek(self, path: str, kind: type[T], **params: str | int | list[str]) -> T | None:
        """GET what may be absent."""
        return self.wire.seek(path, kind, **{"api-version": _VERSION, **params})

    def skipped(self, path: str, kind: type[_Pulls], query: Mapping[str, str]) -> Iterator[_Pull]:
        """Yield what stands on all pages of a list of pull requests."""
        for page in range(PAGES):
            place = {"$top": _PAGE, "$skip": page * _PAGE}
            some = self.get(path, kind, **query, **place).value
            yield from some
            if len(some) < _PAGE:
                return
        raise self.wire.endless(path)


class AzureForge(Forge):
    """One repository of Azure DevOps. Descriptions are short here: 4,000 characters."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._azure = Azure(place.root, login, manners)
        self._wire = self._azure.wire
        self._root = place.root
        self._name = place.name
        self._manners = manners

    @property
    def body_limit(self) -> int:
        """Return the forge's own limit."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""
        there = self._repository(self._name)
        return msgspec.structs.replace(there.hosted(), writable=self._writable(there))

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Ask for the requests between two branches; a list cuts their descriptions off."""
        _, branch = naming.split(source, self._name)
        query = {
            "searchCriteria.status": "all",
            "searchCriteria.sourceRefName": _HEADS + branch,
            "searchCriteria.targetRefName": _HEADS + target,
        }
        listed = self._azure.skipped(self._path("/pullrequests"), _Pulls, query)
        found = naming.ours(map(self._request, listed), source, target)
        return tuple(self._request(self._pull(one.number)) for one in found)

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; labels that do not exist are made by the forge."""
        name, branch = naming.split(request.source, self._name)
        reviewers, notes = self._people(request.reviewers)
        notes += naming.without("assignees", request.assignees, "Azure DevOps")
        body: dict[str, object] = {
            "sourceRefName": _HEADS + branch,
            "targetRefName": _HEADS + request.target,
            "title": request.title,
            "description": request.body,
            "isDraft": request.draft,
            "reviewers": [{"id": one} for one in reviewers],
            "labels": [{"name": one} for one in request.labels],
        }
        if name.casefold() != self._name.casefold():
            body["forkSource"] = {"repository": {"id": self._repository(name).id}}
        path = self._versioned(self._path("/pullrequests"))
        made = self._wire.make(path, body, _Pull, lambda: self._open(request))
        return msgspec.structs.replace(self._request(made), notes=tuple(notes))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description."""
        return self._request(self._change(number, {"title": title, "description": body}))

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there: a closed thread, so that no policy waits for it."""
        path = self._path(f"/pullRequests/{number}/threads")

        def look() -> _Thread | None:
            there = self._azure.get(path, _Threads).value
            texts = ((one, [c.content or "" for c in one.comments]) for one in there)
            return next((one for one, said in texts if naming.said(said, text)), None)

        if look() is None:
            comment = {"parentCommentId": 0, "content": text, "commentType": "text"}
            body = {"comments": [comment], "status": "closed"}
            self._wire.make(self._versioned(path), body, _Thread, look)

    def close(self, number: int) -> None:
        """Abandon it."""
        self._change(number, {"status": "abandoned"})

    def forked(self) -> Hosted | None:
        """Return the user's fork where there is one."""
        parent = self._repository(self._name)
        found = self._fork_named(self._fork_name(parent), parent)
        return None if found is None else found.hosted()

    def fork(self) -> Hosted:
        """Return the user's fork: beside the repository, with the user's name behind."""
        parent = self._repository(self._name)
        name = self._fork_name(parent)
        if self._fork_named(name, parent) is None:
            body = {
                "name": name.partition("/")[2],
                "project": {"id": parent.project.id},
                "parentRepository": {"id": parent.id, "project": {"id": parent.project.id}},
            }
            path = f"/{quote(parent.project.name, safe='')}/_apis/git/repositories"
            self._wire.make(
                self._versioned(path), body, _Repository, lambda: self._fork_named(name, parent)
            )
        empty = not parent.default_branch
        return self._manners.until(lambda: self._ready(name, empty=empty), f"The fork {name}")

    def _fork_name(self, parent: _Repository) -> str:
        me = self._azure.get("/_apis/connectionData", _Me, **{"api-version": _PREVIEW})
        return f"{parent.full_name}.{_short(me.authenticated_user.properties.account.value)}"

    def _fork_named(self, name: str, parent: _Repository) -> _Repository | None:
        there = self._azure.seek(_where(name), _Repository, includeParent="true")
        origin = there.parent_repository if there is not None else None
        if there is None or (origin is not None and origin.id == parent.id):
            return there
        raise ForgeError(
            f"{name} is there, and is no fork of {parent.full_name}.",
            hint="Rename it, or ask for the right to push to the repository itself.",
        )

    def _ready(self, name: str, *, empty: bool) -> Hosted | None:
        there = self._azure.seek(_where(name), _Repository)
        return None if there is None or (not there.default_branch) != empty else there.hosted()

    def _writable(self, there: _Repository) -> bool:
        """Ask for the right to contribute; where that is not answered, the push will tell."""
        path = f"/_apis/permissions/{_GIT_RIGHTS}/{_CONTRIBUTE}"
        token = f"repoV2/{there.project.id}/{there.id}"
        try:
            return all(self._azure.get(path, _Rights, tokens=token).value)
        except ForgeError:
            return True

    def _people(self, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """Look names up in the project's teams; an identity's id is taken as it is."""
        known = {name: name for name in names if _GUID.match(name)}
        if len(known) < len(set(names)):
            project = f"/_apis/projects/{quote(self._name.partition('/')[0], safe='')}/teams"
            for team in self._azure.get(project, _Teams, **{"$top": _PAGE}).value:
                path = f"{project}/{team.id}/members"
                for member in self._azure.get(path, _Members, **{"$top": 10 * _PAGE}).value:
                    one = member.identity
                    known |= {
                        one.display_name: one.id,
                        one.unique_name: one.id,
                        _login(one): one.id,
                    }
        return naming.people(names, known, "Azure DevOps", "reviewer")

    def _change(self, number: int, changed: dict[str, str]) -> _Pull:
        path = self._versioned(self._path(f"/pullrequests/{number}"))
        return self._wire.put("PATCH", path, changed, _Pull)

    def _pull(self, number: int) -> _Pull:
        return self._azure.get(self._path(f"/pullrequests/{number}"), _Pull)

    def _repository(self, name: str) -> _Repository:
        return self._azure.get(_where(name), _Repository)

    def _path(self, end: str) -> str:
        return f"{_where(self._name)}{end}"

    def _versioned(self, path: str) -> str:
        return f"{path}?api-version={_VERSION}"

    def _open(self, request: NewRequest) -> _Pull | None:
        found = naming.still_open(self.find(request.source, request.target))
        return None if found is None else self._pull(found.number)

    def _request(self, pull: _Pull) -> MergeRequest:
        fork = pull.fork_source
        home = self._name if fork is None else fork.repository.full_name
        tip = pull.last_merge_source_commit
        project, _, repository = self._name.partition("/")
        pages = f"{self._root}/{quote(project)}/_git/{quote(repository)}"
        return MergeRequest(
            number=pull.pull_request_id,
            url=f"{pages}/pullrequest/{pull.pull_request_id}",
            state=_STATES.get(pull.status, RequestState.CLOSED),
            title=pull.title,
            body=pull.description,
            source=naming.joined(home, pull.source_ref_name.removeprefix(_HEADS), self._name),
            target=pull.target_ref_name.removeprefix(_HEADS),
            commit=tip.commit_id if tip is not None else "",
            author=pull.created_by.unique_name if pull.created_by is not None else "",
            closed_by=pull.closed_by.unique_name if pull.closed_by is not None else "",
            draft=pull.is_draft,
            labels=tuple(one.name for one in pull.labels),
        )


def _where(name: str) -> str:
    """Return the API's path of `project/repository`."""
    project, _, repository = name.partition("/")
    return f"/{quote(project, safe='')}/_apis/git/repositories/{quote(repository, safe='')}"


def _login(one: _Identity) -> str:
    """Return what stands before the @ of an address, or behind a domain."""
    return _short(one.unique_name) or one.display_name


def _short(account: str) -> str:
    return account.rpartition("\\")[2].partition("@")[0]
