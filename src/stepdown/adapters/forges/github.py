"""GitHub and GitHub Enterprise: the merge requests of one repository."""

from functools import partial
from urllib.parse import quote

import msgspec
from github.PullRequest import PullRequest
from github.Repository import Repository

from stepdown.adapters.forges import naming
from stepdown.adapters.forges.faults import Fault
from stepdown.adapters.forges.githubclient import GitHub
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import Place
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import Forge

_LIMIT = 65_000  # 65,536, less some for characters that the forge counts twice
_ABSENT = frozenset((404, 409))
_FORBIDDEN, _REFUSED = 403, 422


class GitHubForge(Forge):
    """One repository on GitHub. Labels and people take three more calls; none can spoil it."""

    def __init__(self, place: Place, login: Login, manners: Manners) -> None:
        self._hub = GitHub(place.root, login, manners)
        self._name = place.name
        self._manners = manners
        self._repo = self._hub.client.get_repo(place.name)

    @property
    def body_limit(self) -> int:
        """Return the forge's limit."""
        return _LIMIT

    def repository(self) -> Hosted:
        """Return what the forge says of the repository."""
        return self._hub.hosted(self._hub.client.get_repo(self._name))

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        """Ask for the requests between two branches."""
        name, branch = naming.split(source, self._name)
        head = f"{name.partition('/')[0]}:{branch}"

        path = self._path("/pulls")
        pulls = self._hub.listed(path, PullRequest, state="all", head=head, base=target)
        found = [self._hub.ask("GET", path, partial(self._request, pull)) for pull in pulls]
        return tuple(map(self._with_closer, naming.ours(found, source, target)))

    def create(self, request: NewRequest) -> MergeRequest:
        """Make a merge request, as a draft where the repository has drafts."""
        made, notes = self._make(request)
        number = made.number
        notes += self._labelled(number, request.labels)
        notes += self._reviewed(number, request.reviewers)
        notes += self._assigned(number, request.assignees)
        return msgspec.structs.replace(made, notes=tuple(notes))

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        """Replace title and description."""

        def change() -> MergeRequest:
            pull = self._repo.get_pull(number)
            pull.edit(title=title, body=body)
            return self._request(pull)

        return self._hub.ask("PATCH", self._path(f"/pulls/{number}"), change)

    def comment(self, number: int, text: str) -> None:
        """Add a comment, unless it is there."""
        path = self._path(f"/issues/{number}/comments")

        def texts() -> list[str]:
            issue = self._repo.get_issue(number)
            return [one.body for one in issue.get_comments()]

        def look() -> bool | None:
            return naming.said(self._hub.ask("GET", path, texts), text) or None

        def make() -> bool:
            self._repo.get_issue(number).create_comment(text)
            return True

        if not look():
            self._manners.once(lambda: self._hub.one("POST", path, make), look)

    def close(self, number: int) -> None:
        """Close without merging."""
        path = self._path(f"/pulls/{number}")
        self._hub.ask("PATCH", path, lambda: self._repo.get_pull(number).edit(state="closed"))

    def forked(self) -> Hosted | None:
        """Return the fork under the user's name and the repository's; a pipeline has no name."""
        try:
            user = self._hub.ask("GET", "/user", lambda: self._hub.client.get_user().login)
            path = f"{user}/{self._name.rpartition('/')[2]}"
            found = self._hub.ask("GET", f"/repos/{path}", partial(self._fork_at, path))
        except Fault as fault:
            if fault.status in (*_ABSENT, _FORBIDDEN):
                return None
            raise
        return None if found is None else self._hub.hosted(found)

    def _fork_at(self, path: str) -> Repository | None:
        found = self._hub.client.get_repo(path)
        parent = found.parent
        own = parent is not None and parent.full_name.casefold() == self._name.casefold()
        return found if own else None

    def fork(self) -> Hosted:
        """Return the user's fork: asking for it again gives the one that is there."""
        path = self._path("/forks")
        fork = self._hub.ask("POST", path, self._repo.create_fork)
        name = fork.full_name
        parent = self.repository()
        return self._manners.until(lambda: self._ready(name, parent), f"The fork {name}")

    def _ready(self, name: str, parent: Hosted) -> Hosted | None:
        """Return the fork when its branches are there; the repository itself comes earlier."""
        try:
            branches = self._hub.branches(name)
        except Fault as fault:
            if fault.status in _ABSENT:
                return None
            raise
        if not branches and not parent.empty:
            return None
        return self._hub.hosted(self._hub.client.get_repo(name))

    def _make(self, request: NewRequest) -> tuple[MergeRequest, list[str]]:
        try:
            return self._post(request, draft=request.draft), []
        except Fault as fault:
            if (
                not request.draft
                or fault.status != _REFUSED
                or "draft" not in fault.details.lower()
            ):
                raise
        note = "This repository has no drafts: the merge request is open for merging."
        return self._post(request, draft=False), [note]

    def _post(self, request: NewRequest, *, draft: bool) -> MergeRequest:
        name, branch = naming.split(request.source, self._name)
        own = name.casefold() == self._name.casefold()
        head = branch if own else f"{name.partition('/')[0]}:{branch}"
        path = self._path("/pulls")

        def make() -> MergeRequest:
            pull = self._repo.create_pull(
                base=request.target, head=head, title=request.title, body=request.body, draft=draft
            )
            return self._request(pull)

        def look() -> MergeRequest | None:
            return naming.still_open(self.find(request.source, request.target))

        return self._manners.once(lambda: self._hub.one("POST", path, make), look)

    def _labelled(self, number: int, names: tuple[str, ...]) -> list[str]:
        """Add the labels that exist; the forge would make the others."""

        def known() -> list[str]:
            return [name for name in names if self._has_label(name)]

        def add() -> list[str]:
            there = known()
            if there:
                self._hub.ask(
                    "POST",
                    self._path(f"/issues/{number}/labels"),
                    lambda: self._repo.get_issue(number).add_to_labels(*there),
                )
            missing = [name for name in names if name not in there]
            return [f"The label {name} does not exist, and is left out." for name in missing]

        return naming.attempt("No labels", add) if names else []

    def _has_label(self, name: str) -> bool:
        path = self._path(f"/labels/{quote(name, safe='')}")
        read = partial(self._hub.client.requester.requestJsonAndCheck, "GET", path)
        try:
            return bool(self._hub.ask("GET", path, read))
        except Fault as fault:
            if fault.status in _ABSENT:
                return False
            raise

    def _reviewed(self, number: int, names: tuple[str, ...]) -> list[str]:
        """Ask for reviews, one by one: the forge refuses all of them for one name."""
        notes: list[str] = []
        for name in names:
            review = partial(self._review, number, name)
            notes += naming.attempt(f"{name} is not asked for a review", review)
        return notes

    def _review(self, number: int, name: str) -> list[str]:
        """Ask one person, or a team written organisation/team."""
        team = name.rpartition("/")[2]

        def ask() -> list[str]:
            pull = self._repo.get_pull(number)
            if team == name:
                pull.create_review_request(reviewers=[name])
            else:
                pull.create_review_request(team_reviewers=[team])
            return []

        return self._hub.ask("POST", self._path(f"/pulls/{number}/requested_reviewers"), ask)

    def _assigned(self, number: int, names: tuple[str, ...]) -> list[str]:
        """Assign; the forge leaves out without a word who cannot be."""
        path = self._path(f"/issues/{number}/assignees")

        def assign() -> list[str]:
            issue = self._repo.get_issue(number)
            issue.add_to_assignees(*names)
            there = {one.login.casefold(): one.login for one in issue.assignees}
            return naming.people(names, there, "GitHub", "assignee")[1]

        if not names:
            return []
        return naming.attempt("Nobody is assigned", lambda: self._hub.ask("POST", path, assign))

    def _with_closer(self, request: MergeRequest) -> MergeRequest:
        """Look up who closed it: only the issue behind a merge request tells."""
        if request.state is not RequestState.CLOSED:
            return request

        def read() -> str:
            closer = self._repo.get_issue(request.number).closed_by
            return closer.login if closer is not None else ""

        who = self._hub.ask("GET", self._path(f"/issues/{request.number}"), read)
        return msgspec.structs.replace(request, closed_by=who)

    def _request(self, pull: PullRequest) -> MergeRequest:
        return self._hub.request(pull, self._name)

    def _path(self, end: str = "") -> str:
        return f"/repos/{self._name}{end}"
