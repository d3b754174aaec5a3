"""GitHub Enterprise. Every request is validated against GitHub's own OpenAPI description."""

import json
from functools import cache
from typing import Any

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.description import description


@cache
def _official() -> OpenAPI:
    return OpenAPI.from_dict(description())


class _Seen:
    """A request as openapi-core wants to see it."""

    def __init__(self, request: Request) -> None:
        self.host_url = "http://github.example"
        self.path = request.path
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "application/json")
        self.body = _labels(request) if request.path.endswith("/labels") else request.raw or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.every), header=Headers(request.headers)
        )


def _labels(request: Request) -> bytes:
    """Return a body that the schema takes: it means an array, too, but has that twice."""
    body = request.json
    return json.dumps({"labels": body} if isinstance(body, list) else body).encode()


class GitHub(Fake):
    kind = "github"
    prefix = "/api/v3"

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/repos/([^/]+/[^/]+)"
        return [
            ("GET", "/user", "me"),
            ("GET", "/users/([^/]+)", "user"),
            ("GET", "/orgs/([^/]+)", "organisation"),
            ("GET", "/orgs/([^/]+)/repos", "owned_by"),
            ("GET", repo, "repository"),
            ("GET", f"{repo}/branches", "branches"),
            ("POST", f"{repo}/forks", "fork"),
            ("GET", f"{repo}/pulls", "listed"),
            ("POST", f"{repo}/pulls", "create"),
            ("GET", f"{repo}/pulls/(\\d+)", "shown"),
            ("PATCH", f"{repo}/pulls/(\\d+)", "edit"),
            ("POST", f"{repo}/pulls/(\\d+)/requested_reviewers", "review"),
            ("GET", f"{repo}/labels/([^/]+)", "label"),
            ("GET", f"{repo}/issues/(\\d+)", "issue"),
            ("POST", f"{repo}/issues/(\\d+)/labels", "add_labels"),
            ("POST", f"{repo}/issues/(\\d+)/assignees", "assign"),
            ("GET", f"{repo}/issues/(\\d+)/comments", "comments"),
            ("POST", f"{repo}/issues/(\\d+)/comments", "comment"),
        ]

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"token {TOKEN}"

    def validate(self, request: Request) -> None:
        _official().validate_request(_Seen(request))
        known = {"state", "head", "base", "sort", "direction", "page", "per_page"}
        if not set(request.query) <= known or int(request.query.get("per_page", "1")) > 100:
            raise InvalidError(request.query)

    def refused(self, status: int, text: str) -> Any:
        page = "https://docs.github.com/rest"
        if status == 422:
            errors = [{"resource": "PullRequest", "code": "custom", "message": text}]
            return {"message": "Validation Failed", "errors": errors, "documentation_url": page}
        return {"message": text, "documentation_url": page}

    def paged(self, request: Request, items: list[Any]) -> Answer:
        per, page = int(request.query.get("per_page", "30")), int(request.query.get("page", "1"))
        headers = {}
        if page * per < len(items):
            others = [(k, v) for k, v in request.every if k != "page"]
            query = "&".join(f"{k}={v}" for k, v in [*others, ("page", str(page + 1))])
            headers["Link"] = f'<{self.url}{request.path}?{query}>; rel="next"'
        return Answer(200, items[(page - 1) * per : page * per], headers)

    # Answers.

    def api(self, path: str) -> str:
        return f"{self.url}{self.prefix}{path}"

    def person(self, name: str) -> Any:
        return {"login": name, "id": 1, "type": "User", "url": self.api(f"/users/{name}")}

    def user(self, request: Request, name: str) -> Any:
        if name != self.owner and name not in self.users:
            raise UnknownError
        return self.person(name) | {"type": "Organization" if name == self.owner else "User"}

    def me(self, request: Request) -> Any:
        return self.person(ME)

    def organisation(self, request: Request, name: str) -> Any:
        return {"login": name, "id": 1, "url": self.api(f"/orgs/{name}")}

    def owned_by(self, request: Request, owner: str) -> Any:
        return self.paged(request, [self.about(one) for one in self.owned])

    def repository(self, request: Request, name: str) -> Any:
        return self.about(self.repo(name))

    def about(self, repo: Repo) -> Any:
        return {
            "id": 1,
            "name": repo.short,
            "full_name": repo.name,
            "url": self.api(f"/repos/{repo.name}"),
            "clone_url": f"{self.url}/{repo.name}.git",
            "default_branch": repo.default,
            "archived": repo.archived,
            "fork": bool(repo.parent),
            **(
                {"parent": self.about(self.repos[repo.parent])} if repo.parent in self.repos else {}
            ),
            "size": 0 if repo.empty or repo.name == self.name else 12,
            "permissions": {"admin": False, "push": repo.writable, "pull": True},
            "owner": self.person(repo.owner),
        }

    def branches(self, request: Request, name: str) -> Any:
        repo = self.repo(name)
        unfinished = repo.looks > 0
        repo.looks -= unfinished
        return [] if repo.empty or unfinished else [{"name": repo.default}]

    def fork(self, request: Request, name: str) -> Any:
        made = Repo(self.fork_name, parent=name, looks=self.forks_take)
        return Answer(202, self.about(self.repos.setdefault(made.name, made)))

    def listed(self, request: Request, name: str) -> Any:
        query = request.query
        self.repo(name)
        owner, _, branch = query["head"].partition(":")
        found = [
            p
            for p in self.newest()
            if (p.home.partition("/")[0], p.source, p.target) == (owner, branch, query["base"])
        ]
        return self.paged(request, [self.request(p) for p in found])

    def request(self, pull: Pull) -> Any:
        head = {"label": f"{pull.home.partition('/')[0]}:{pull.source}", "ref": pull.source}
        base = {"label": f"acme:{pull.target}", "ref": pull.target, "sha": "b" * 40}
        return {
            "id": 1000 + pull.number,
            "number": pull.number,
            "url": self.api(f"/repos/{self.name}/pulls/{pull.number}"),
            "html_url": f"{self.url}/{self.name}/pull/{pull.number}",
            "state": "open" if pull.state == "open" else "closed",
            "merged_at": "2024-01-01T00:00:00Z" if pull.state == "merged" else None,
            "title": pull.title,
            "body": pull.body or None,
            "draft": pull.draft,
            "user": self.person(pull.author),
            "labels": [{"id": 1, "name": one} for one in pull.labels],
            "head": {**head, "sha": "a" * 40, "repo": self.about(self.repo(pull.home))},
            "base": {**base, "repo": self.about(self.main)},
        }

    def create(self, request: Request, name: str) -> Any:
        body = request.json
        owner, _, branch = body["head"].rpartition(":")
        home = self.repo(f"{owner}/{self.main.short}" if owner else name).name
        if self.duplicate(home, branch, body["base"]):
            text = f"A pull request already exists for {body['head']}."
            return Answer(422, self.refused(422, text))
        made = self.add(
            title=body["title"], body=body["body"], home=home, source=branch, target=body["base"],
            draft=body["draft"],
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, name: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
        if body.get("state") == "closed":
            pull.close(ME)
        return self.request(pull)

    def review(self, request: Request, name: str, number: str) -> Any:
        wanted = [one.lower() for one in request.json["reviewers"]]
        if not set(wanted) <= set(self.users):
            text = "Reviews may only be requested from collaborators."
            return Answer(422, self.refused(422, text))
        self.pull(number).reviewers += wanted
        return Answer(201, self.request(self.pull(number)))

    def label(self, request: Request, name: str, label: str) -> Any:
        if label not in self.labels:
            raise UnknownError
        return {"id": 1, "name": label, "url": self.api(f"/repos/{name}/labels/{label}")}

    def issue(self, request: Request, name: str, number: str) -> Any:
        pull = self.pull(number)
        return {
            "id": 1,
            "number": pull.number,
            "url": self.api(f"/repos/{name}/issues/{number}"),
            "closed_by": self.person(pull.closed_by) if pull.closed_by else None,
            "assignees": [self.person(one) for one in pull.assignees],
        }

    def add_labels(self, request: Request, name: str, number: str) -> Any:
        body = request.json
        self.pull(number).labels += body if isinstance(body, list) else body["labels"]
        return [{"id": 1, "name": one} for one in self.pull(number).labels]

    def assign(self, request: Request, name: str, number: str) -> Any:
        pull = self.pull(number)
        pull.assignees += [one for one in request.json["assignees"] if one in self.users]
        return Answer(201, self.issue(request, name, number))

    def comments(self, request: Request, name: str, number: str) -> Any:
        texts = self.pull(number).comments
        return self.paged(request, [{"id": n, "body": one} for n, one in enumerate(texts)])

    def comment(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["body"])
        return Answer(201, {"id": 1, "body": request.json["body"]})
