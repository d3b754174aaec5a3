"""Bitbucket Cloud. The schemas say in our words what Atlassian documents at
https://developer.atlassian.com/cloud/bitbucket/rest/ for pull requests and repositories.
"""

import re
from typing import Any

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.schema import FLAG, STRING, TEXT, check, listed, thing

_NAMED = thing({"name": TEXT})
_BODIES = {
    ("POST", "pullrequests"): thing(
        {
            "title": {**TEXT, "maxLength": 255},
            "source": thing({"branch": _NAMED}, repository=thing({"full_name": TEXT})),
        },
        description=STRING,
        destination=thing({"branch": _NAMED}),
        reviewers=listed(thing({"uuid": {**TEXT, "pattern": r"^\{.+\}$"}})),
        draft=FLAG,
    ),
    ("PUT", "pullrequests"): thing({}, title=TEXT, description=STRING),
    ("POST", "decline"): thing({}),
    ("POST", "comments"): thing({"content": thing({"raw": TEXT})}),
    ("POST", "forks"): thing({}, workspace=thing({"slug": TEXT})),
}
_STATES = ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"]
_PAIR = re.compile(r'source\.branch\.name="([^"]*)" AND destination\.branch\.name="([^"]*)"')


class Bitbucket(Fake):
    kind = "bitbucket"
    prefix = "/2.0"
    page_size = 50
    login = "robot@example.org"
    labelled = False
    assigned = False
    archives = False
    refuses_duplicates = False

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/repositories/([^/]+/[^/]+)"
        return [
            ("GET", "/user", "user"),
            ("GET", "/user/workspaces/([^/]+)/permissions/repositories", "permissions"),
            ("GET", "/workspaces/([^/]+)/members", "members"),
            ("GET", "/repositories/([^/]+)", "owned_by"),
            ("GET", repo, "repository"),
            ("POST", f"{repo}/forks", "fork"),
            ("GET", f"{repo}/pullrequests", "listed"),
            ("POST", f"{repo}/pullrequests", "create"),
            ("GET", f"{repo}/pullrequests/(\\d+)", "shown"),
            ("PUT", f"{repo}/pullrequests/(\\d+)", "edit"),
            ("POST", f"{repo}/pullrequests/(\\d+)/decline", "decline"),
            ("GET", f"{repo}/pullrequests/(\\d+)/comments", "comments"),
            ("POST", f"{repo}/pullrequests/(\\d+)/comments", "comment"),
        ]

    def allowed(self, request: Request) -> bool:
        """Take a person's token with the name, and a repository's own token without one."""
        return request.headers.get("authorization") in (f"Basic {self.secret}", f"Bearer {TOKEN}")

    def refused(self, status: int, text: str) -> Any:
        return {"type": "error", "error": {"message": text}}

    def validate(self, request: Request) -> None:
        what = next(w for w in reversed(request.path.split("/")) if not w.isdigit())
        if request.method != "GET":
            check(_BODIES[request.method, what], request.json)
        most = 50 if what == "pullrequests" else 100
        if int(request.query.get("pagelen", "10")) > most:
            raise InvalidError(request.query)
        if not set(request.query) <= {"pagelen", "page", "q", "state", "sort"}:
            raise InvalidError(request.query)

    def paged(self, request: Request, items: list[Any], most: int = 100) -> Any:
        per = min(int(request.query.get("pagelen", "10")), most)
        page = int(request.query.get("page", "1"))
        found = {"pagelen": per, "page": page, "values": items[(page - 1) * per : page * per]}
        if page * per < len(items):
            others = [(k, v) for k, v in request.every if k != "page"]
            query = "&".join(f"{k}={v}" for k, v in [*others, ("page", str(page + 1))])
            found["next"] = f"{self.url}{request.path}?{query}".replace(" ", "%20")
        return found

    def next_page(self, url: str) -> Answer:
        return Answer(200, {"values": [], "next": url})

    # Answers.

    def user(self, request: Request) -> Any:
        return self.person(ME)

    def person(self, name: str) -> Any:
        one = {"nickname": name, "display_name": name.title(), "uuid": f"{{{name}-uuid}}"}
        return {**one, "username": name, "account_id": f"557058:{name}"}

    def permissions(self, request: Request, owner: str) -> Any:
        rank = "write" if self.main.writable else "read"
        one = {
            "permission": rank,
            "repository": {"full_name": self.name},
            "user": self.user(request),
        }
        return self.paged(request, [one])

    def members(self, request: Request, owner: str) -> Any:
        return self.paged(request, [{"user": self.person(one)} for one in self.users])

    def repository(self, request: Request, name: str) -> Any:
        return self.about(self.repo(name))

    def about(self, repo: Repo) -> Any:
        empty = repo.empty or repo.looks > 0
        repo.looks -= repo.looks > 0
        host = self.url.replace("://", "://robot@")
        clone = [
            {"name": "https", "href": f"{host}/{repo.name}.git"},
            {"name": "ssh", "href": f"git@bitbucket.org:{repo.name}.git"},
        ]
        known = {
            "full_name": repo.name,
            "links": {"clone": clone},
            "mainbranch": None if empty else {"type": "branch", "name": repo.default},
        }
        return known | ({"parent": {"full_name": repo.parent}} if repo.parent else {})

    def owned_by(self, request: Request, owner: str) -> Any:
        if owner != self.owner:
            raise UnknownError
        found = [self.about(one) for one in self.owned if one.owner == owner]
        return self.paged(request, found)

    def listed(self, request: Request, name: str) -> Any:
        if [v for k, v in request.every if k == "state"] != _STATES:
            raise InvalidError(request.every)
        pair = _PAIR.fullmatch(request.query["q"])
        if pair is None:
            raise InvalidError(request.query)
        self.repo(name)
        found = [p for p in self.newest() if (p.source, p.target) == pair.groups()]
        return self.paged(request, [self.request(p) for p in found], 50)

    def request(self, pull: Pull) -> Any:
        states = {"open": "OPEN", "closed": "DECLINED", "merged": "MERGED"}
        page = f"{self.url}/{self.name}/pull-requests/{pull.number}"
        return {
            "id": pull.number,
            "title": pull.title,
            "description": pull.body,
            "state": states[pull.state],
            "draft": pull.draft,
            "links": {"html": {"href": page}},
            "author": self.person(pull.author),
            "closed_by": self.person(pull.closed_by) if pull.closed_by else None,
            "source": {
                "branch": {"name": pull.source},
                "commit": {"hash": "a" * 12},
                "repository": {"full_name": pull.home},
            },
            "destination": {
                "branch": {"name": pull.target},
                "commit": {"hash": "b" * 12},
                "repository": {"full_name": self.name},
            },
        }

    def create(self, request: Request, name: str) -> Any:
        body = request.json
        home = self.repo(body["source"]["repository"]["full_name"]).name
        names = {f"{{{one}-uuid}}": one for one in self.users}
        made = self.add(
            title=body["title"], body=body["description"], home=home, draft=body["draft"],
            source=body["source"]["branch"]["name"], target=body["destination"]["branch"]["name"],
            reviewers=[names[one["uuid"]] for one in body["reviewers"]],
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, name: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        pull.title, pull.body = body["title"], body["description"]
        return self.request(pull)

    def decline(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).close(ME)
        return self.request(self.pull(number))

    def comments(self, request: Request, name: str, number: str) -> Any:
        texts = [{"content": {"raw": one}, "deleted": False} for one in self.pull(number).comments]
        return self.paged(request, texts)

    def comment(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["content"]["raw"])
        return Answer(201, {"content": request.json["content"]})

    def fork(self, request: Request, name: str) -> Any:
        owner = request.json["workspace"]["slug"]
        made = Repo(f"{owner}/{self.main.short}", parent=name, looks=self.forks_take)
        if made.name in self.repos:
            return Answer(400, self.refused(400, "Repository with this Slug already exists"))
        self.repos[made.name] = made
        return Answer(201, self.about(made))
