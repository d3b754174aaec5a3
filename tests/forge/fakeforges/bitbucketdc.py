"""Bitbucket Data Center. The schemas say in our words what Atlassian documents at
https://developer.atlassian.com/server/bitbucket/rest/ for pull requests and repositories.
"""

from typing import Any

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.schema import FLAG, NUMBER, STRING, TEXT, check, listed, thing

_REPOSITORY = thing({"slug": TEXT, "project": thing({"key": TEXT})})
_REF = thing({"id": {**TEXT, "pattern": "^refs/heads/"}, "repository": _REPOSITORY})
_PEOPLE = listed(thing({"user": thing({"name": TEXT})}))
_DESCRIPTION = {**STRING, "maxLength": 32_768}
_BODIES = {
    ("POST", "pull-requests"): thing(
        {"title": TEXT, "fromRef": _REF, "toRef": _REF},
        description=_DESCRIPTION,
        reviewers=_PEOPLE,
        draft=FLAG,
    ),
    ("PUT", "pull-requests"): thing(
        {"version": NUMBER}, title=TEXT, description=_DESCRIPTION, reviewers=_PEOPLE
    ),
    ("POST", "decline"): thing({"version": NUMBER}),
    ("POST", "comments"): thing({"text": TEXT}),
    ("POST", "repos"): thing({}),
}
_QUERY = {
    "limit", "start", "state", "order", "direction", "at", "filter", "name", "projectkey",
    "permission",
}  # fmt: skip


class BitbucketDataCenter(Fake):
    kind = "bitbucketdc"
    prefix = "/rest/api/1.0"
    name = "ACME/app"
    owner = "ACME"
    fork_name = f"~{ME}/app"
    labelled = False
    assigned = False

    @property
    def remote(self) -> str:
        return f"{self.url}/scm/acme/app.git"

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/projects/([^/]+)/repos/([^/]+)"
        return [
            ("GET", "/users", "people"),
            ("GET", "/repos", "found"),
            ("GET", "/projects/([^/]+)/repos", "owned_by"),
            ("GET", repo, "repository"),
            ("POST", repo, "fork"),
            ("GET", f"{repo}/forks", "forks"),
            ("GET", f"{repo}/default-branch", "branch"),
            ("GET", f"{repo}/pull-requests", "listed"),
            ("POST", f"{repo}/pull-requests", "create"),
            ("GET", f"{repo}/pull-requests/(\\d+)", "shown"),
            ("PUT", f"{repo}/pull-requests/(\\d+)", "edit"),
            ("POST", f"{repo}/pull-requests/(\\d+)/decline", "decline"),
            ("POST", f"{repo}/pull-requests/(\\d+)/comments", "comment"),
            ("GET", f"{repo}/pull-requests/(\\d+)/activities", "activities"),
        ]

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    def refused(self, status: int, text: str) -> Any:
        return {"errors": [{"context": None, "message": text, "exceptionName": "x"}]}

    def validate(self, request: Request) -> None:
        if not set(request.query) <= _QUERY:
            raise InvalidError(request.query)
        if request.method != "GET":
            words = request.path.removeprefix(self.prefix).strip("/").split("/")
            what = "repos" if len(words) == 4 else [w for w in words if not w.isdigit()][-1]
            check(_BODIES[request.method, what], request.json)
            if request.headers["x-atlassian-token"] != "no-check":
                raise InvalidError(request.headers)

    def paged(self, request: Request, items: list[Any]) -> Any:
        limit = min(int(request.query.get("limit", "25")), self.page_size)
        start = int(request.query.get("start", "0"))
        last = start + limit >= len(items)
        known = {"size": 0, "limit": limit, "isLastPage": last, "start": start}
        after = None if last else start + limit
        return {**known, "values": items[start : start + limit], "nextPageStart": after}

    # Answers.

    def where(self, key: str, slug: str) -> Repo:
        return self.repo(f"{key}/{slug}")

    def project(self, key: str) -> Any:
        if key.startswith("~"):
            return {"key": key.upper(), "type": "PERSONAL", "owner": self.person(key[1:])}
        return {"key": key, "type": "NORMAL"}

    def person(self, name: str) -> Any:
        return {"name": name, "slug": name, "displayName": name.title(), "id": 1, "active": True}

    def repository(self, request: Request, key: str, slug: str) -> Any:
        return Answer(200, self.about(self.where(key, slug)), {"X-AUSERNAME": ME})

    def about(self, repo: Repo) -> Any:
        path = f"scm/{repo.owner.lower()}/{repo.short}.git"
        host = self.url.replace("://", f"://{ME}@")
        known = {
            "slug": repo.short,
            "project": {**self.project(repo.owner), "key": repo.owner},
            "archived": repo.archived,
            "links": {
                "clone": [
                    {"name": "ssh", "href": f"ssh://git@x:7999/{path}"},
                    {"name": "http", "href": f"{host}/{path}"},
                ]
            },
        }
        key, _, slug = repo.parent.partition("/")
        return known | ({"origin": {"slug": slug, "project": {"key": key}}} if slug else {})

    def branch(self, request: Request, key: str, slug: str) -> Any:
        repo = self.where(key, slug)
        if repo.empty:
            return Answer(204)
        if repo.looks > 0:
            repo.looks -= 1
            raise UnknownError
        return {"id": f"refs/heads/{repo.default}", "displayId": repo.default}

    def people(self, request: Request) -> Any:
        wanted = request.query["filter"].lower()
        return self.paged(request, [self.person(u) for u in self.users if wanted in u])

    def found(self, request: Request) -> Any:
        if request.query["permission"] != "REPO_WRITE":
            raise InvalidError(request.query)
        every = [r for r in self.repos.values() if r.writable]
        return self.paged(request, [self.about(r) for r in every])

    def owned_by(self, request: Request, key: str) -> Any:
        if key != self.owner:
            raise UnknownError
        return self.paged(request, [self.about(one) for one in self.owned])

    def forks(self, request: Request, key: str, slug: str) -> Any:
        return self.paged(request, [self.about(r) for r in self.repos.values() if r.parent])

    def fork(self, request: Request, key: str, slug: str) -> Any:
        made = Repo(self.fork_name, parent=f"{key}/{slug}", looks=self.forks_take)
        if made.name in self.repos:
            return Answer(409, self.refused(409, "This repository URL is already taken."))
        self.repos[made.name] = made
        return Answer(201, self.about(made))

    def listed(self, request: Request, key: str, slug: str) -> Any:
        query = request.query
        if (query["state"], query["direction"], query["order"]) != ("ALL", "INCOMING", "NEWEST"):
            raise InvalidError(query)
        self.where(key, slug)
        target = query["at"].removeprefix("refs/heads/")
        return self.paged(request, [self.request(p) for p in self.newest() if p.target == target])

    def request(self, pull: Pull) -> Any:
        states = {"open": "OPEN", "closed": "DECLINED", "merged": "MERGED"}
        page = f"{self.url}/projects/ACME/repos/app/pull-requests/{pull.number}"
        people = [{"user": self.person(one), "role": "REVIEWER"} for one in pull.reviewers]
        return {
            "id": pull.number,
            "version": pull.version,
            "title": pull.title,
            "description": pull.body,
            "state": states[pull.state],
            "draft": pull.draft,
            "fromRef": self.ref(pull.home, pull.source),
            "toRef": self.ref(self.name, pull.target),
            "author": {"user": self.person(pull.author), "role": "AUTHOR"},
            "reviewers": people,
            "links": {"self": [{"href": page}]},
        }

    def ref(self, name: str, branch: str) -> Any:
        key, _, slug = name.partition("/")
        repository = {"slug": slug, "project": self.project(key) | {"key": key}}
        ref = {"id": f"refs/heads/{branch}", "displayId": branch, "latestCommit": "a" * 40}
        return ref | {"repository": repository}

    def create(self, request: Request, key: str, slug: str) -> Any:
        body = request.json
        ends = {}
        for end in ("fromRef", "toRef"):
            repository = body[end]["repository"]
            home = self.where(repository["project"]["key"], repository["slug"])
            ends[end] = (home.name, body[end]["id"].removeprefix("refs/heads/"))
        people = [one["user"]["name"] for one in body["reviewers"]]
        if not set(people) <= set(self.users):
            return Answer(409, self.refused(409, "Errors encountered while adding reviewers"))
        if self.duplicate(*ends["fromRef"], ends["toRef"][1]):
            text = (
                "Only one pull request may be open for a given source and target branch; it exists"
            )
            return Answer(409, self.refused(409, text))
        made = self.add(
            title=body["title"], body=body["description"], draft=body["draft"],
            home=ends["fromRef"][0], source=ends["fromRef"][1], target=ends["toRef"][1],
            reviewers=people,
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, key: str, slug: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, key: str, slug: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        if body["version"] != pull.version:
            return Answer(
                409, self.refused(409, "You are attempting to modify an outdated version")
            )
        pull.title, pull.body = body["title"], body["description"]
        pull.reviewers = [one["user"]["name"] for one in body.get("reviewers", [])]
        pull.version += 1
        return self.request(pull)

    def decline(self, request: Request, key: str, slug: str, number: str) -> Any:
        pull = self.pull(number)
        if request.json["version"] != pull.version:
            return Answer(
                409, self.refused(409, "You are attempting to modify an outdated version")
            )
        pull.close(ME)
        return self.request(pull)

    def comment(self, request: Request, key: str, slug: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["text"])
        return Answer(201, {"id": 1, "text": request.json["text"]})

    def activities(self, request: Request, key: str, slug: str, number: str) -> Any:
        pull = self.pull(number)
        every: list[Any] = [
            {"action": "COMMENTED", "user": self.person(ME), "comment": {"text": one}}
            for one in pull.comments
        ]
        if pull.closed_by:
            every.insert(0, {"action": "DECLINED", "user": self.person(pull.closed_by)})
        return self.paged(request, [*every, {"action": "OPENED", "user": self.person(ME)}])
