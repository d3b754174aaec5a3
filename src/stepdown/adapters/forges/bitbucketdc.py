"""Bitbucket Data Center, as in Atlassian's reference of its REST API (`/rest/api/1.0`)."""

from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, unquote

import msgspec

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Fault, Words
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import Place
from stepdown.adapters.forges.wire import PAGES, Wire
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Directory, Forge

_PAGE = 100
_LIMIT = 32_000
_HEADS = "refs/heads/"
_CONFLICT = 409


class _User(msgspec.Struct):
    name: str
    slug: str = ""


class _Project(msgspec.Struct):
    key: str
    owner: _User | None = None


class _Link(msgspec.Struct):
    href: str
    name: str = ""


class _Origin(msgspec.Struct):
    slug: str
    project: _Project


class _Repository(msgspec.Struct):
    slug: str
    project: _Project
    links: dict[str, list[_Link]] = {}
    origin: _Origin | None = None
    archived: bool = False

    @property
    def name(self) -> str:
        return f"{self.project.key}/{self.slug}"


class _Branch(msgspec.Struct):
    displayId: str  # noqa: N815  (the forge's own name)


class _Ref(msgspec.Struct):
    id: str
    repository: _Origin
    latestCommit: str = ""  # noqa: N815


class _Person(msgspec.Struct):
    user: _User


class _Pull(msgspec.Struct):
    id: int
    version: int
    title: str
    state: str
    fromRef: _Ref  # noqa: N815
    toRef: _Ref  # noqa: N815
    links: dict[str, list[_Link]]
    description: str = ""
    author: _Person | None = None
    reviewers: list[_Person] = []
    draft: bool = False


class _Comment(msgspec.Struct):
    text: str


class _Activity(msgspec.Struct):
    action: str
    user: _User | None = None
    comment: _Comment | None = None


class _Repositories(msgspec.Struct):
    values: list[_Repository]
    isLastPage: bool = True  # noqa: N815
    nextPageStart: int | None = None  # noqa: N815


class _Pulls(msgspec.Struct):
    values: list[_Pull]
    isLastPage: bool = True  # noqa: N815
    nextPageStart: int | None = None  # noqa: N815


class _Activities(msgspec.Struct):
    values: list[_Activity]
    isLastPage: bool = True  # noqa: N815
    nextPageStart: int | None = None  # noqa: N815


class _Users(msgspec.Struct):
    values: list[_User]
    isLastPage: bool = True  # noqa: N815
    nextPageStart: int | None = None  # noqa: N815


_Page = TypeVar("_Page", _Repositories, _Pulls, _Activities, _Users)


class BitbucketDataCenter(Directory):
    """A Bitbucket Data Center server."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        words = Words(
            name="Bitbucket Data Center",
            host=root.partition("://")[2],
            look="an HTTP access token with the permission repository read",
            write="an HTTP access token with the permission repository read, of a user who may "
            "read both repositories; closing and updating a request of another needs write",
            fork="an HTTP access token with the permission repository admin for own projects",
            login=login,
        )
        bearer = login.user in ("", "x-token-auth")
        headers = {
            "Authorization": f"Bearer {login.token}" if bearer else login.basic(),
            "X-Atlassian-Token": "no-check",
        }
        self.root = root
        self.wire = Wire(f"{root}/rest/api/1.0", headers, words, manners)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield the repositories of a project."""
        for page in self.pages(f"/projects/{quote(owner, safe='~')}/repos", _Repositories):
            yield from map(self.hosted, page.values)

    def pages(
        self, path: str, kind: type[_Page], **params: str | int | list[str]
    ) -> Iterator[_Page]:
        """Yield the pages of a list; each tells where the next one starts."""
        start = 0
        for _ in range(PAGES):
            page = self.wire.get(path, kind, limit=_PAGE, start=start, **params)
            yield page
            if page.isLastPage or page.nextPageStart is None:
                return
            start = page.nextPageStart
        raise self.wire.endless(path)

    def hosted(self, one: _Repository) -> Hosted:
        """Return a repository; its branch is asked for, one without is empty."""
        branch = self.wire.seek(f"{where(one.name)}/default-branch", _Branch | None)  # type: ignore[arg-type]
        urls = [link.href for link in one.links.get("clone", []) if link.name in ("http", "https")]
        usual = f"{self.root}/scm/{one.project.key.lower()}/{one.slug}.git"
        return Hosted(
            name=one.name,
            url=naming.without_user(urls[0]) if urls else usual,
            default_branch=branch.displayId if branch is not None else "",
            archived=one.archived,
            fork=one.origin is not None,
            empty=branch is None,
        )


class BitbucketDataCenterForge(Forge):
    """One repository on Bitbucket Data Center."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._server = BitbucketDataCenter(place.root, login, manners)
        self._wire = self._server.wire
        self._name = place.name
        self._manners = manners

    @property
    def body_limit(self) -> int:
        """Return the limit of a description."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""
        there = self._wire.get(where(self._name), _Repository)
        self._name = there.name
        hosted = self._server.hosted(there)
        return msgspec.structs.replace(hosted, writable=self._writable(there))

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Ask for all requests for the target; sources are told apart here."""
        pages = self._server.pages(
            self._path(), _Pulls, state="ALL", order="NEWEST", direction="INCOMING",
            at=_HEADS + target,
        )  # fmt: skip
        found = (self._request(pull) for page in pages for pull in page.values)
        return tuple(map(self._with_closer, naming.ours(found, source, target)))

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; the server refuses it whole for one unknown reviewer."""
        name, branch = naming.split(request.source, self._name)
        reviewers, notes = self._people(request.reviewers)
        notes += naming.without("labels", request.labels, "Bitbucket Data Center")
        notes += naming.without("assignees", request.assignees, "Bitbucket Data Center")
        body = {
            "title": request.title,
            "description": request.body,
            "fromRef": _ref(name, branch),
            "toRef": _ref(self._name, request.target),
            "reviewers": [{"user": {"name": one}} for one in reviewers],
            "draft": request.draft,
        }
        made = self._wire.make(self._path(), body, _Pull, lambda: self._open(request))
        if request.draft and not made.draft:
            notes.append("This Bitbucket has no drafts: the merge request is open for merging.")
        return msgspec.structs.replace(self._request(made), notes=tuple(notes))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description; reviewers that are not sent again would be lost."""

        def change(pull: _Pull) -> _Pull:
            changed = {
                "version": pull.version,
                "title": title,
                "description": body,
                "reviewers": [{"user": {"name": one.user.name}} for one in pull.reviewers],
            }
            return self._wire.put("PUT", self._path(number), changed, _Pull)

        try:
            return self._request(change(self._pull(number)))
        except Fault as fault:
            if fault.status != _CONFLICT:
                raise
        return self._request(change(self._pull(number)))  # somebody was faster: a new version

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""

        def look() -> _Comment | None:
            there = (one.comment for one in self._activities(number) if one.comment is not None)
            return next((one for one in there if naming.said([one.text], text)), None)

        if look() is None:
            self._wire.make(self._path(number, "/comments"), {"text": text}, _Comment, look)

    def close(self, number: int) -> None:
        """Decline it; the version guards against a change in between."""
        pull = self._pull(number)
        if pull.state == "OPEN":
            path = self._path(number, "/decline")
            self._wire.put("POST", path, {"version": pull.version}, _Pull)

    def forked(self) -> Hosted | None:
        """Return the fork in the user's personal project where there is one."""
        _, user = self._parent()
        found = self._fork_of(user)
        return None if found is None else self._server.hosted(found)

    def fork(self) -> Hosted:
        """Return the fork in the user's personal project."""
        parent, user = self._parent()
        found = self._fork_of(user)
        if found is None:
            path = where(self._name)
            found = self._wire.make(path, {}, _Repository, lambda: self._fork_of(user))
        name, empty = found.name, self._server.hosted(parent).empty
        return self._manners.until(lambda: self._ready(name, empty=empty), f"The fork {name}")

    def _parent(self) -> tuple[_Repository, str]:
        """Return the repository, and the user's name: each answer holds it."""
        parent = self._wire.get(where(self._name), _Repository)
        return parent, unquote(self._wire.last.get("x-ausername", ""))

    def _fork_of(self, user: str) -> _Repository | None:
        for page in self._server.pages(f"{where(self._name)}/forks", _Repositories):
            for one in page.values:
                owner = one.project.owner
                if owner is not None and owner.name.casefold() == user.casefold():
                    return one
        return None

    def _ready(self, name: str, *, empty: bool) -> Hosted | None:
        there = self._wire.seek(where(name), _Repository)
        hosted = None if there is None else self._server.hosted(there)
        return None if hosted is None or hosted.empty != empty else hosted

    def _writable(self, there: _Repository) -> bool:
        pages = self._server.pages(
            "/repos", _Repositories, name=there.slug, projectkey=there.project.key,
            permission="REPO_WRITE",
        )  # fmt: skip
        return any(one.name == there.name for page in pages for one in page.values)

    def _people(self, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
        known: dict[str, str] = {}
        for name in names:
            for page in self._server.pages("/users", _Users, filter=name):
                known |= {user.slug: user.name for user in page.values if user.slug}
                known |= {user.name: user.name for user in page.values}
        return naming.people(names, known, "Bitbucket", "reviewer")

    def _pull(self, number: int) -> _Pull:
        return self._wire.get(self._path(number), _Pull)

    def _activities(self, number: int) -> Iterator[_Activity]:
        for page in self._server.pages(self._path(number, "/activities"), _Activities):
            yield from page.values

    def _path(self, number: int | None = None, end: str = "") -> str:
        path = f"{where(self._name)}/pull-requests"
        return path if number is None else f"{path}/{number}{end}"

    def _open(self, request: NewRequest) -> _Pull | None:
        found = naming.still_open(self.find(request.source, request.target))
        return None if found is None else self._pull(found.number)

    def _request(self, pull: _Pull) -> MergeRequest:
        home = pull.fromRef.repository
        name = f"{home.project.key}/{home.slug}"
        links = pull.links.get("self", [])
        return MergeRequest(
            number=pull.id,
            url=links[0].href if links else "",
            state=_state(pull.state),
            title=pull.title,
            body=pull.description,
            source=naming.joined(name, pull.fromRef.id.removeprefix(_HEADS), self._name),
            target=pull.toRef.id.removeprefix(_HEADS),
            commit=pull.fromRef.latestCommit,
            author=pull.author.user.name if pull.author is not None else "",
            draft=pull.draft,
        )

    def _with_closer(self, request: MergeRequest) -> MergeRequest:
        """Look up who declined it; the newest activity comes first."""
        if request.state is not RequestState.CLOSED:
            return request
        users = (a.user for a in self._activities(request.number) if a.action == "DECLINED")
        who = next(users, None)
        return msgspec.structs.replace(request, closed_by=who.name if who is not None else "")


def where(name: str) -> str:
    """Return the API's path of a repository `KEY/slug`."""
    key, _, slug = name.partition("/")
    return f"/projects/{quote(key, safe='~')}/repos/{quote(slug, safe='')}"


def _ref(name: str, branch: str) -> dict[str, object]:
    key, _, slug = name.partition("/")
    return {"id": _HEADS + branch, "repository": {"slug": slug, "project": {"key": key}}}


def _state(state: str) -> RequestState:
    if state == "OPEN":
        return RequestState.OPEN
    return RequestState.MERGED if state == "MERGED" else RequestState.CLOSED
