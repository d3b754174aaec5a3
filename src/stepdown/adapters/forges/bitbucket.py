"""Bitbucket Cloud, as in Atlassian's reference of its REST API 2.0."""

from collections.abc import Iterator
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
_API = {"https://bitbucket.org": "https://api.bitbucket.org"}
_PAGE = 50  # the most for pull requests
_LIMIT = 32_000
_STATES = ("OPEN", "MERGED", "DECLINED", "SUPERSEDED")
_WRITERS = ("write", "admin")


class _Link(msgspec.Struct):
    href: str
    name: str = ""


class _RepositoryLinks(msgspec.Struct):
    clone: list[_Link] = []


class _PullLinks(msgspec.Struct):
    html: _Link


class _Name(msgspec.Struct):
    name: str


class _FullName(msgspec.Struct):
    full_name: str


class _Repository(msgspec.Struct):
    full_name: str
    links: _RepositoryLinks
    mainbranch: _Name | None = None
    parent: _FullName | None = None


class _Commit(msgspec.Struct):
    hash: str = ""


class _End(msgspec.Struct):
    branch: _Name
    commit: _Commit | None = None
    repository: _FullName | None = None


class _User(msgspec.Struct):
    nickname: str = ""
    username: str = ""
    display_name: str = ""
    uuid: str = ""
    account_id: str = ""

    @property
    def login(self) -> str:
        return self.nickname or self.username or self.display_name


class _Pull(msgspec.Struct):
    id: int
    title: str
    state: str
    links: _PullLinks
    source: _End
    destination: _End
    description: str | None = ""
    author: _User | None = None
    closed_by: _User | None = None
    draft: bool = False


class _Text(msgspec.Struct):
    raw: str = ""


class _Comment(msgspec.Struct):
    content: _Text
    deleted: bool = False


class _Member(msgspec.Struct):
    user: _User


class _Permission(msgspec.Struct):
    permission: str
    repository: _FullName


class _Repositories(msgspec.Struct):
    values: list[_Repository]
    next: str = ""


class _Pulls(msgspec.Struct):
    values: list[_Pull]
    next: str = ""


class _Comments(msgspec.Struct):
    values: list[_Comment]
    next: str = ""


class _Members(msgspec.Struct):
    values: list[_Member]
    next: str = ""


class _Permissions(msgspec.Struct):
    values: list[_Permission]
    next: str = ""


_Page = TypeVar("_Page", _Repositories, _Pulls, _Comments, _Members, _Permissions)


class Bitbucket(Directory):
    """Bitbucket Cloud. A token without a user's name is an access token, else an API token."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        words = Words(
            name="Bitbucket",
            host=root.partition("://")[2],
            look="the scopes repository and pullrequest (read:repository:bitbucket, "
            "read:pullrequest:bitbucket)",
            write="the scope pullrequest:write (write:pullrequest:bitbucket)",
            fork="the scopes repository:write and account (write:repository:bitbucket, "
            "read:user:bitbucket)",
            login=login,
        )
        bearer = login.user in ("", "x-token-auth", "x-bitbucket-api-token-auth")
        how = f"Bearer {login.token}" if bearer else login.basic()
        base = f"{_API.get(root, root)}/2.0"
        self.wire = Wire(base, {"Authorization": how}, words, manners)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield the repositories of a workspace. Bitbucket does not archive."""
        path = f"/repositories/{quote(owner, safe='')}"
        for page in self.pages(path, _Repositories, pagelen=100):
            yield from map(hosted, page.values)

    def pages(
        self, path: str, kind: type[_Page], **params: str | int | list[str]
    ) -> Iterator[_Page]:
        """Yield the pages of a list; each names the next one's address."""
        page = self.wire.get(path, kind, **params)
        for _ in range(PAGES):
            yield page
            if not page.next:
                return
            page = self.wire.get(page.next, kind)
        raise self.wire.endless(path)


class BitbucketForge(Forge):
    """One repository on Bitbucket Cloud."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._cloud = Bitbucket(place.root, login, manners)
        self._wire = self._cloud.wire
        self._name = place.name
        self._manners = manners

    @property
    def body_limit(self) -> int:
        """Return the limit of a description."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""
        there = hosted(self._get(self._name))
        return msgspec.structs.replace(there, writable=self._writable())

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Ask for the requests between two branches; forks are told apart here."""
        _, branch = naming.split(source, self._name)
        query = f'source.branch.name="{branch}" AND destination.branch.name="{target}"'
        pages = self._cloud.pages(
            self._path("/pullrequests"), _Pulls, q=query, state=list(_STATES), pagelen=_PAGE
        )
        found = (self._request(pull) for page in pages for pull in page.values)
        return naming.ours(found, source, target)

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; reviewers are looked up among the workspace's members."""
        name, branch = naming.split(request.source, self._name)
        reviewers, notes = self._people(request.reviewers)
        notes += naming.without("labels", request.labels, "Bitbucket Cloud")
        notes += naming.without("assignees", request.assignees, "Bitbucket Cloud")
        body = {
            "title": request.title,
            "description": request.body,
            "source": {"branch": {"name": branch}, "repository": {"full_name": name}},
            "destination": {"branch": {"name": request.target}},
            "reviewers": [{"uuid": one} for one in reviewers],
            "draft": request.draft,
        }
        path = self._path("/pullrequests")
        made = self._wire.make(path, body, _Pull, lambda: self._open(request))
        return msgspec.structs.replace(self._request(made), notes=tuple(notes))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description."""
        changed = {"title": title, "description": body}
        path = self._path(f"/pullrequests/{number}")
        return self._request(self._wire.put("PUT", path, changed, _Pull))

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""
        path = self._path(f"/pullrequests/{number}/comments")

        def look() -> _Comment | None:
            pages = self._cloud.pages(path, _Comments, pagelen=100)
            there = (one for page in pages for one in page.values if not one.deleted)
            return next((one for one in there if naming.said([one.content.raw], text)), None)

        if look() is None:
            self._wire.make(path, {"content": {"raw": text}}, _Comment, look)

    def close(self, number: int) -> None:
        """Decline it: Bitbucket never opens it again."""
        self._wire.put("POST", self._path(f"/pullrequests/{number}/decline"), {}, _Pull)

    def forked(self) -> Hosted | None:
        """Return the fork in the user's own workspace where there is one."""
        found = self._fork_named(self._fork_name())
        return None if found is None else hosted(found)

    def fork(self) -> Hosted:
        """Return the fork in the user's own workspace."""
        name = self._fork_name()
        empty = self._get(self._name).mainbranch is None
        if self._fork_named(name) is None:
            body = {"workspace": {"slug": name.partition("/")[0]}}
            path = self._path("/forks")
            made = self._wire.make(path, body, _Repository, lambda: self._fork_named(name))
            name = made.full_name
        return self._manners.until(lambda: self._ready(name, empty=empty), f"The fork {name}")

    def _fork_name(self) -> str:
        user = self._wire.get("/user", _User)
        return f"{user.username or user.uuid}/{self._name.rpartition('/')[2]}"

    def _fork_named(self, name: str) -> _Repository | None:
        there = self._wire.seek(f"/repositories/{_quoted(name)}", _Repository)
        if there is None or (there.parent is not None and there.parent.full_name == self._name):
            return there
        raise ForgeError(
            f"{name} is there, and is no fork of {self._name}.",
            hint="Rename it, or ask for the right to push to the repository itself.",
        )

    def _ready(self, name: str, *, empty: bool) -> Hosted | None:
        there = self._wire.seek(f"/repositories/{_quoted(name)}", _Repository)
        return None if there is None or (there.mainbranch is None) != empty else hosted(there)

    def _writable(self) -> bool:
        """Ask for the user's rights. Access tokens have no user: the push will tell."""
        owner = quote(self._name.partition("/")[0], safe="")
        query = f'repository.full_name="{self._name}"'
        path = f"/user/workspaces/{owner}/permissions/repositories"
        try:
            found = self._wire.get(path, _Permissions, q=query).values
        except ForgeError:
            return True
        mine = [one.permission for one in found if one.repository.full_name == self._name]
        return any(one in _WRITERS for one in mine)

    def _people(self, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
        if not names:
            return [], []
        path = f"/workspaces/{quote(self._name.partition('/')[0], safe='')}/members"
        pages = self._cloud.pages(path, _Members, pagelen=100)
        known: dict[str, str] = {}
        for user in (member.user for page in pages for member in page.values):
            every = (user.display_name, user.nickname, user.username, user.account_id, user.uuid)
            known |= {name: user.uuid for name in every if name}
        return naming.people(names, known, "Bitbucket", "reviewer")

    def _get(self, name: str) -> _Repository:
        return self._wire.get(f"/repositories/{_quoted(name)}", _Repository)

    def _path(self, end: str) -> str:
        return f"/repositories/{_quoted(self._name)}{end}"

    def _open(self, request: NewRequest) -> _Pull | None:
        found = naming.still_open(self.find(request.source, request.target))
        if found is None:
            return None
        return self._wire.get(self._path(f"/pullrequests/{found.number}"), _Pull)

    def _request(self, pull: _Pull) -> MergeRequest:
        home = pull.source.repository
        return MergeRequest(
            number=pull.id,
            url=pull.links.html.href,
            state=_state(pull.state),
            title=pull.title,
            body=pull.description or "",
            source=naming.joined(
                self._name if home is None else home.full_name, pull.source.branch.name, self._name
            ),
            target=pull.destination.branch.name,
            commit=pull.source.commit.hash if pull.source.commit is not None else "",
            author=pull.author.login if pull.author is not None else "",
            closed_by=pull.closed_by.login if pull.closed_by is not None else "",
            draft=pull.draft,
        )


def hosted(one: _Repository) -> Hosted:
    """Return a repository; without a branch it is empty."""
    urls = (link.href for link in one.links.clone if link.name in ("https", "http"))
    return Hosted(
        name=one.full_name,
        url=naming.without_user(next(urls, "")),
        default_branch=one.mainbranch.name if one.mainbranch is not None else "",
        fork=one.parent is not None,
        empty=one.mainbranch is None,
    )


def _state(state: str) -> RequestState:
    if state == "OPEN":
        return RequestState.OPEN
    return RequestState.MERGED if state == "MERGED" else RequestState.CLOSED


def _quoted(name: str) -> str:
    return quote(name, safe="/{}")
