"""Gitea and Forgejo.

Paths and fields as in the servers' own description (`/swagger.v1.json`).
"""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Words
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import Place
from stepdown.adapters.forges.wire import Wire
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Directory, Forge

_PAGE = 50  # the servers' usual maximum
_DRAFT = "WIP: "
_DRAFTS = ("wip:", "[wip]")
_LIMIT = 60_000


class _User(msgspec.Struct):
    login: str = ""


class _Rights(msgspec.Struct):
    push: bool = True


class _Parent(msgspec.Struct):
    full_name: str


class _Repository(msgspec.Struct):
    full_name: str
    clone_url: str
    default_branch: str = ""
    archived: bool = False
    fork: bool = False
    empty: bool = False
    permissions: _Rights | None = None
    parent: _Parent | None = None
    owner: _User | None = None

    def hosted(self) -> Hosted:
        return Hosted(
            name=self.full_name,
            url=naming.without_user(self.clone_url),
            default_branch=self.default_branch,
            archived=self.archived,
            fork=self.fork,
            empty=self.empty,
            writable=self.permissions is None or self.permissions.push,
        )


class _Label(msgspec.Struct):
    id: int
    name: str


class _Branch(msgspec.Struct):
    label: str
    ref: str
    sha: str = ""
    repo: _Parent | None = None


class _Pull(msgspec.Struct):
    number: int
    html_url: str
    state: str
    title: str
    head: _Branch
    base: _Branch
    body: str | None = ""
    merged: bool = False
    draft: bool = False
    user: _User | None = None
    labels: list[_Label] | None = None


class _Event(msgspec.Struct):
    type: str
    user: _User | None = None


class _Comment(msgspec.Struct):
    body: str


class Gitea(Directory):
    """A Gitea or Forgejo server."""

    def __init__(self, root: str, login: Login, manners: Manners) -> None:
        words = Words(
            name="Gitea",
            host=root.partition("://")[2],
            look="the scopes read:repository, read:organization and read:user",
            write="the scopes write:repository and write:issue, of a user who may read the code",
            fork="the scopes write:repository and read:user",
            login=login,
        )
        headers = {"Authorization": f"token {login.token}"}
        self.wire = Wire(f"{root}/api/v1", headers, words, manners)

    def repositories(self, owner: str) -> Iterator[Hosted]:
        """Yield what an organisation, or else a person, owns."""
        name = quote(owner, safe="")
        organisation = self.wire.seek(f"/orgs/{name}", dict[str, object])
        path = f"/{'users' if organisation is None else 'orgs'}/{name}/repos"
        for one in self.wire.numbered(path, list[_Repository], limit=_PAGE):
            yield one.hosted()


class GiteaForge(Forge):
    """One repository on Gitea or Forgejo. A draft is a title that starts with WIP."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._wire = Gitea(place.root, login, manners).wire
        self._name = place.name
        self._manners = manners

    @property
    def body_limit(self) -> int:
        """Return our own limit; the forge has none that anybody would reach."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""
        return self._get(self._name).hosted()

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Read all merge requests: the forge does not filter by their source."""
        pulls = self._wire.numbered(self._path("/pulls"), list[_Pull], state="all", limit=_PAGE)
        found = naming.ours((self._request(one) for one in pulls), source, target)
        return tuple(map(self._with_closer, found))

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request; labels and people are looked up first, as ids."""
        labels, notes = self._labels(request.labels)
        reviewers, unknown = self._people(request.reviewers, "/reviewers", "reviewer")
        assignees, strangers = self._people(request.assignees, "/assignees", "assignee")
        name, branch = naming.split(request.source, self._name)
        own = name.casefold() == self._name.casefold()
        body = {
            "head": branch if own else f"{name.partition('/')[0]}:{branch}",
            "base": request.target,
            "title": (_DRAFT if request.draft else "") + request.title,
            "body": request.body,
            "labels": labels,
            "reviewers": reviewers,
            "assignees": assignees,
        }
        made = self._wire.make(self._path("/pulls"), body, _Pull, lambda: self._open(request))
        answer = self._request(made)
        return msgspec.structs.replace(answer, notes=(*notes, *unknown, *strangers))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description; a draft stays one."""
        path = self._path(f"/pulls/{number}")
        mark = _DRAFT if _is_draft(self._wire.get(path, _Pull)) else ""
        changed = {"title": mark + title, "body": body}
        return self._request(self._wire.put("PATCH", path, changed, _Pull))

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""
        path = self._path(f"/issues/{number}/comments")

        def look() -> _Comment | None:
            there = self._wire.get(path, list[_Comment])
            return next((one for one in there if naming.said([one.body], text)), None)

        if look() is None:
            self._wire.make(path, {"body": text}, _Comment, look)

    def close(self, number: int) -> None:
        """Close without merging."""
        self._wire.put("PATCH", self._path(f"/pulls/{number}"), {"state": "closed"}, _Pull)

    def forked(self) -> Hosted | None:
        """Return the user's fork where there is one."""
        found = self._fork_of(self._me())
        return None if found is None else found.hosted()

    def fork(self) -> Hosted:
        """Return the user's fork; the forge makes it in the background."""
        parent, user = self._get(self._name), self._me()
        found = self._fork_of(user)
        if found is None:
            found = self._wire.make(
                self._path("/forks"), {}, _Repository, lambda: self._fork_of(user)
            )
        name = found.full_name
        return self._manners.until(lambda: self._ready(name, parent), f"The fork {name}")

    def _ready(self, name: str, parent: _Repository) -> Hosted | None:
        there = self._wire.seek(f"/repos/{_quoted(name)}", _Repository)
        return None if there is None or there.empty != parent.empty else there.hosted()

    def _me(self) -> str:
        return self._wire.get("/user", _User).login

    def _fork_of(self, user: str) -> _Repository | None:
        forks = self._wire.numbered(self._path("/forks"), list[_Repository], limit=_PAGE)
        return next((f for f in forks if f.full_name.partition("/")[0] == user), None)

    def _get(self, name: str) -> _Repository:
        return self._wire.get(f"/repos/{_quoted(name)}", _Repository)

    def _path(self, end: str) -> str:
        return f"/repos/{_quoted(self._name)}{end}"

    def _open(self, request: NewRequest) -> _Pull | None:
        found = naming.still_open(self.find(request.source, request.target))
        if found is None:
            return None
        return self._wire.get(self._path(f"/pulls/{found.number}"), _Pull)

    def _labels(self, names: tuple[str, ...]) -> tuple[list[int], list[str]]:
        """Return the ids of the repository's and the organisation's labels, and notes."""
        if not names:
            return [], []
        known = list(self._wire.numbered(self._path("/labels"), list[_Label], limit=_PAGE))
        path = f"/orgs/{quote(self._name.partition('/')[0], safe='')}/labels"
        if self._wire.seek(path, list[_Label], limit=1) is not None:
            known += self._wire.numbered(path, list[_Label], limit=_PAGE)
        ids = {one.name: one.id for one in reversed(known)}
        notes = [f"The label {name} does not exist, and is left out." for name in names]
        missing = [note for name, note in zip(names, notes, strict=True) if name not in ids]
        return [ids[name] for name in names if name in ids], missing

    def _people(self, names: tuple[str, ...], end: str, role: str) -> tuple[list[str], list[str]]:
        if not names:
            return [], []
        known = {one.login: one.login for one in self._wire.get(self._path(end), list[_User])}
        return naming.people(names, known, "Gitea", role)

    def _request(self, pull: _Pull) -> MergeRequest:
        # The label of a branch that was deleted is its name; its ref is no longer.
        home = pull.head.repo.full_name if pull.head.repo is not None else self._name
        draft = _is_draft(pull)
        return MergeRequest(
            number=pull.number,
            url=pull.html_url,
            state=_state(pull),
            title=_bare(pull.title) if draft else pull.title,
            body=pull.body or "",
            source=naming.joined(home, pull.head.label.rpartition(":")[2], self._name),
            target=pull.base.ref,
            commit=pull.head.sha,
            author=pull.user.login if pull.user is not None else "",
            draft=draft,
            labels=tuple(one.name for one in pull.labels or ()),
        )

    def _with_closer(self, request: MergeRequest) -> MergeRequest:
        """Look up who closed it: only the timeline tells."""
        if request.state is not RequestState.CLOSED:
            return request
        path = self._path(f"/issues/{request.number}/timeline")
        events = self._wire.numbered(path, list[_Event], limit=_PAGE)
        closers = [e.user.login for e in events if e.type == "close" and e.user is not None]
        return msgspec.structs.replace(request, closed_by=closers[-1] if closers else "")


def _state(pull: _Pull) -> RequestState:
    if pull.merged:
        return RequestState.MERGED
    return RequestState.OPEN if pull.state == "open" else RequestState.CLOSED


def _is_draft(pull: _Pull) -> bool:
    return pull.draft or pull.title.casefold().startswith(_DRAFTS)


def _bare(title: str) -> str:
    """Return a title without the mark of a draft."""
    mark = next((mark for mark in _DRAFTS if title.casefold().startswith(mark)), "")
    return title[len(mark) :].lstrip()


def _quoted(name: str) -> str:
    return quote(name, safe="/")
