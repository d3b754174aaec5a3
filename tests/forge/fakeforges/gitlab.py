"""GitLab. The schemas say in our words what https://docs.gitlab.com/api/merge_requests/ and its
neighbours document; python-gitlab checks the fields that must be there a second time.
"""

from typing import Any
from urllib.parse import unquote

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.schema import NUMBER, STRING, TEXT, check, listed, thing

_QUERIES = {
    "merge_requests": {"state", "source_branch", "target_branch", "order_by", "sort"},
    "users": {"username"},
    "forks": {"owned"},
    "projects": {"include_subgroups", "with_shared"},
}
_BODIES = {
    ("POST", "merge_requests"): thing(
        {"source_branch": TEXT, "target_branch": TEXT, "title": TEXT},
        description={**STRING, "maxLength": 1_048_576},
        labels=listed(STRING),
        reviewer_ids=listed(NUMBER),
        assignee_ids=listed(NUMBER),
        target_project_id=NUMBER,
    ),
    ("PUT", "merge_requests"): {
        **thing({}, title=TEXT, description=STRING, state_event={"enum": ["close", "reopen"]}),
        "minProperties": 1,
    },
    ("POST", "notes"): thing({"body": TEXT}),
    ("POST", "fork"): thing({}),
}


class GitLab(Fake):
    kind = "gitlab"
    prefix = "/api/v4"
    name = "acme/platform/app"
    owner = "acme/platform"

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def paths(self) -> list[tuple[str, str, str]]:
        project = "/projects/([^/]+)"
        return [
            ("GET", project, "project"),
            ("GET", f"{project}/merge_requests", "listed"),
            ("POST", f"{project}/merge_requests", "create"),
            ("GET", f"{project}/merge_requests/(\\d+)", "shown"),
            ("PUT", f"{project}/merge_requests/(\\d+)", "edit"),
            ("GET", f"{project}/merge_requests/(\\d+)/notes", "notes"),
            ("POST", f"{project}/merge_requests/(\\d+)/notes", "note"),
            ("GET", f"{project}/labels", "known_labels"),
            ("GET", f"{project}/forks", "forks"),
            ("POST", f"{project}/fork", "fork"),
            ("GET", "/users", "people"),
            ("GET", "/groups/([^/]+)", "group"),
            ("GET", "/groups/([^/]+)/projects", "owned_by"),
        ]

    def allowed(self, request: Request) -> bool:
        """Take a token in either of its headers: the second is for OAuth, and for any token."""
        bearer = request.headers.get("authorization") == f"Bearer {TOKEN}"
        return bearer or request.headers.get("private-token") == TOKEN

    def validate(self, request: Request) -> None:
        what = [one for one in request.path.split("/") if not one.isdigit()][-1]
        if request.method != "GET":
            check(_BODIES[request.method, what], request.json)
            return
        if "sort" in request.query and request.query["sort"] not in ("asc", "desc"):
            raise InvalidError(request.query)
        known = _QUERIES.get(what, set()) | {"page", "per_page", "with_projects"}
        if not set(request.query) <= known:
            raise InvalidError(request.query)

    # Answers.

    def ident(self, name: str) -> int:
        if name not in self.ids:
            self.ids.append(name)
        return self.ids.index(name) + 1

    def named(self, name: str) -> Repo:
        return self.repo(self.ids[int(name) - 1] if name.isdigit() else name)

    def person(self, name: str) -> Any:
        return {"id": 100 + self.users.index(name), "username": name}

    def numbered(self, request: Request, items: list[Any]) -> Answer:
        page, per = int(request.query.get("page", "1")), int(request.query.get("per_page", "20"))
        pages = -(-len(items) // per)
        headers = {"X-Page": str(page), "X-Per-Page": str(per), "X-Total": str(len(items))}
        if page < pages:
            others = [(k, v) for k, v in request.every if k != "page"]
            query = "&".join(f"{k}={v}" for k, v in [*others, ("page", str(page + 1))])
            path = request.path
            headers["Link"] = f'<{self.url}{path}?{query}>; rel="next"'
            headers["X-Next-Page"] = str(page + 1)
        return Answer(200, items[(page - 1) * per : page * per], headers)

    def next_page(self, url: str) -> Answer:
        return Answer(200, [], {"Link": f'<{url}>; rel="next"'})

    def project(self, request: Request, name: str) -> Any:
        return self.about(self.named(name))

    def about(self, repo: Repo) -> Any:
        unfinished = repo.looks > 0
        repo.looks -= unfinished
        level = 40 if repo.writable else 20
        known = {
            "id": self.ident(repo.name),
            "path_with_namespace": repo.name,
            "http_url_to_repo": f"{self.url}/{repo.name}.git",
            "default_branch": None if repo.empty else repo.default,
            "archived": repo.archived,
            "empty_repo": repo.empty,
            "import_status": "started" if unfinished else "finished" if repo.parent else "none",
            "permissions": {"project_access": {"access_level": level}, "group_access": None},
        }
        origin = {"forked_from_project": {"path_with_namespace": repo.parent}}
        return known | (origin if repo.parent else {})

    def listed(self, request: Request, name: str) -> Any:
        query = request.query
        found = [
            self.request(p)
            for p in self.newest()
            if query.get("source_branch", p.source) == p.source
            and query.get("target_branch", p.target) == p.target
        ]
        if query["state"] != "all" or query["sort"] != "desc":
            raise InvalidError(query)
        return self.numbered(request, found)

    def request(self, pull: Pull) -> Any:
        states = {"open": "opened", "closed": "closed", "merged": "merged"}
        closer = {"username": pull.closed_by} if pull.closed_by else None
        return {
            "id": 1000 + pull.number,
            "iid": pull.number,
            "web_url": f"{self.url}/{self.name}/-/merge_requests/{pull.number}",
            "state": states[pull.state],
            "title": pull.title,
            "description": pull.body,
            "draft": pull.title.startswith("Draft: "),
            "source_branch": pull.source,
            "target_branch": pull.target,
            "source_project_id": self.ident(pull.home),
            "target_project_id": self.ident(self.name),
            "project_id": self.ident(self.name),
            "sha": "a" * 40,
            "author": {"username": pull.author},
            "closed_by": closer,
            "labels": pull.labels,
            "reviewers": [self.person(one) for one in pull.reviewers],
            "assignees": [self.person(one) for one in pull.assignees],
        }

    def create(self, request: Request, name: str) -> Any:
        body, home = request.json, self.named(unquote(name))
        target = body.get("target_project_id", self.ident(home.name))
        if target != self.ident(self.name):
            return Answer(404, {"message": "404 Not found"})
        if self.duplicate(home.name, body["source_branch"], body["target_branch"]):
            text = "Another open merge request already exists for this source branch: !1"
            return Answer(409, {"message": [text]})
        people = {100 + number: one for number, one in enumerate(self.users)}
        made = self.add(
            title=body["title"], body=body["description"], home=home.name,
            source=body["source_branch"], target=body["target_branch"], labels=body["labels"],
            reviewers=[people[one] for one in body["reviewer_ids"][:1]],
            assignees=[people[one] for one in body["assignee_ids"][:1]],
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, name: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        pull.title = body.get("title", pull.title)
        pull.body = body.get("description", pull.body)
        if body.get("state_event") == "close":
            pull.close(ME)
        return self.request(pull)

    def notes(self, request: Request, name: str, number: str) -> Any:
        texts = [{"id": n, "body": one} for n, one in enumerate(self.pull(number).comments)]
        return self.numbered(request, texts)

    def note(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["body"])
        return Answer(201, {"id": 1, "body": request.json["body"]})

    def known_labels(self, request: Request, name: str) -> Any:
        return self.numbered(request, [{"id": 1, "name": one} for one in self.labels])

    def people(self, request: Request) -> Any:
        wanted = request.query["username"].lower()
        return self.numbered(request, [self.person(u) for u in self.users if u.lower() == wanted])

    def forks(self, request: Request, name: str) -> Any:
        return self.numbered(request, [self.about(r) for r in self.repos.values() if r.parent])

    def fork(self, request: Request, name: str) -> Any:
        made = Repo(self.fork_name, parent=self.named(name).name, looks=self.forks_take)
        if made.name in self.repos:
            return Answer(409, {"message": ["Project namespace name has already been taken"]})
        self.repos[made.name] = made
        return Answer(201, self.about(made))

    def group(self, request: Request, name: str) -> Any:
        if name != self.owner:
            raise UnknownError
        return {"id": name, "full_path": name}

    def owned_by(self, request: Request, owner: str) -> Any:
        return self.numbered(request, [self.about(one) for one in self.owned])
