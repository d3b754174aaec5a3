"""Gitea. Bodies are validated by the classes of `gitea-api-client`, generated from Gitea 1.27's own
description; what that leaves open (which fields must be there, the query) is checked here.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError

_OPTIONS = {
    ("POST", "pulls"): ("create_pull_request_option", "CreatePullRequestOption"),
    ("PATCH", "pulls"): ("edit_pull_request_option", "EditPullRequestOption"),
    ("POST", "comments"): ("create_issue_comment_option", "CreateIssueCommentOption"),
    ("POST", "forks"): ("create_fork_option", "CreateForkOption"),
}
_QUERY = {"page", "limit", "state"}


def _model(module: str, name: str) -> Any:
    """Import one class; the package itself would import a thousand."""
    spec = find_spec("gitea_api_client") if "gitea_api_client" not in sys.modules else None
    if spec is not None:
        for package, end in (("gitea_api_client", ""), ("gitea_api_client.models", "/models")):
            made = ModuleType(package)
            made.__path__ = [f"{place}{end}" for place in spec.submodule_search_locations or ()]
            sys.modules[package] = made
    return getattr(import_module(f"gitea_api_client.models.{module}"), name)


class Gitea(Fake):
    kind = "gitea"
    prefix = "/api/v1"
    page_size = 50

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/repos/([^/]+/[^/]+)"
        return [
            ("GET", "/user", "user"),
            ("GET", repo, "repository"),
            ("GET", f"{repo}/pulls", "listed"),
            ("POST", f"{repo}/pulls", "create"),
            ("GET", f"{repo}/pulls/(\\d+)", "shown"),
            ("PATCH", f"{repo}/pulls/(\\d+)", "edit"),
            ("GET", f"{repo}/issues/(\\d+)/comments", "comments"),
            ("POST", f"{repo}/issues/(\\d+)/comments", "comment"),
            ("GET", f"{repo}/issues/(\\d+)/timeline", "timeline"),
            ("GET", f"{repo}/labels", "repo_labels"),
            ("GET", f"{repo}/(reviewers|assignees)", "possible"),
            ("GET", f"{repo}/forks", "forks"),
            ("POST", f"{repo}/forks", "fork"),
            ("GET", "/orgs/([^/]+)", "organisation"),
            ("GET", "/orgs/([^/]+)/labels", "org_labels"),
            ("GET", "/(?:orgs|users)/([^/]+)/repos", "owned_by"),
        ]

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"token {TOKEN}"

    def validate(self, request: Request) -> None:
        if not set(request.query) <= _QUERY:
            raise InvalidError(request.query)
        if request.method == "GET":
            return
        if request.headers["content-type"] != "application/json":
            raise InvalidError(request.headers)
        words = request.path.split("/")
        what = next(one for one in reversed(words) if not one.isdigit())
        body = request.json
        model = _model(*_OPTIONS[request.method, what])
        unknown = set(body) - {f.alias or name for name, f in model.model_fields.items()}
        model.model_validate(body)
        needed = (
            {"head", "base", "title"} if request.method == "POST" and what == "pulls" else set()
        )
        if unknown or needed - set(body):
            raise InvalidError(unknown, needed - set(body))

    # Answers.

    def user(self, request: Request) -> Any:
        return {"id": 1, "login": ME}

    def repository(self, request: Request, name: str) -> Any:
        return self.about(self.repo(name))

    def about(self, repo: Repo) -> Any:
        unfinished = repo.looks > 0
        repo.looks -= unfinished
        return {
            "id": 1,
            "full_name": repo.name,
            "clone_url": f"{self.url}/{repo.name}.git",
            "default_branch": repo.default,
            "archived": repo.archived,
            "fork": bool(repo.parent),
            "empty": repo.empty or unfinished,
            "permissions": {"admin": False, "push": repo.writable, "pull": True},
            "parent": {"full_name": repo.parent} if repo.parent else None,
            "owner": {"login": repo.owner},
        }

    def listed(self, request: Request, name: str) -> Any:
        self.repo(name)
        found = [self.request(p) for p in self.newest()]
        total = {"X-Total-Count": str(len(found))}
        return Answer(200, self.page(request, found, "limit"), total)

    def request(self, pull: Pull) -> Any:
        return {
            "id": 1000 + pull.number,
            "number": pull.number,
            "html_url": f"{self.url}/{self.name}/pulls/{pull.number}",
            "state": "open" if pull.state == "open" else "closed",
            "merged": pull.state == "merged",
            "title": pull.title,
            "body": pull.body,
            "draft": pull.title.startswith("WIP:"),
            "user": {"id": 2, "login": pull.author},
            "labels": [{"id": self.labels.index(n) + 1, "name": n} for n in pull.labels] or None,
            "head": {
                "label": pull.source,
                "ref": pull.source if pull.state == "open" else f"refs/pull/{pull.number}/head",
                "sha": "a" * 40,
                "repo": {"full_name": pull.home},
            },
            "base": {"label": pull.target, "ref": pull.target, "sha": "b" * 40, "repo": None},
        }

    def create(self, request: Request, name: str) -> Any:
        body = request.json
        owner, _, branch = body["head"].rpartition(":")
        home = f"{owner}/{self.main.short}" if owner else name
        self.repo(home)
        if self.duplicate(home, branch, body["base"]):
            return Answer(409, {"message": "pull request already exists for these targets"})
        if not set(body.get("reviewers", ())) | set(body.get("assignees", ())) <= set(self.users):
            return Answer(422, {"message": "user does not exist"})
        if any(not 0 < one <= len(self.labels) for one in body.get("labels", ())):
            return Answer(422, {"message": "label does not exist"})
        made = self.add(
            title=body["title"], body=body["body"], home=home, source=branch, target=body["base"],
            labels=[self.labels[one - 1] for one in body["labels"]],
            reviewers=body["reviewers"], assignees=body["assignees"],
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, name: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
        if body.get("state") == "closed":
            pull.close(ME)
        return Answer(201, self.request(pull))

    def comments(self, request: Request, name: str, number: str) -> Any:
        return [{"id": 1, "body": text} for text in self.pull(number).comments]

    def comment(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["body"])
        return Answer(201, {"id": 1, "body": request.json["body"]})

    def timeline(self, request: Request, name: str, number: str) -> Any:
        who = self.pull(number).closed_by
        events = [{"type": "comment", "user": {"login": "ann"}}]
        events += [{"type": "close", "user": {"login": who}}] if who else []
        return self.page(request, events, "limit")

    def repo_labels(self, request: Request, name: str) -> Any:
        return self.page(request, [{"id": 1, "name": self.labels[0]}], "limit")

    def org_labels(self, request: Request, name: str) -> Any:
        every = [{"id": n, "name": one} for n, one in enumerate(self.labels, 1)][1:]
        return self.page(request, every, "limit")

    def possible(self, request: Request, name: str, role: str) -> Any:
        return [{"login": one} for one in self.users]

    def forks(self, request: Request, name: str) -> Any:
        return self.page(request, [self.about(r) for r in self.repos.values() if r.parent], "limit")

    def fork(self, request: Request, name: str) -> Any:
        made = Repo(f"{ME}/{self.main.short}", parent=name, looks=self.forks_take)
        if made.name in self.repos:
            return Answer(409, {"message": "repository is already forked"})
        self.repos[made.name] = made
        return Answer(202, self.about(made))

    def organisation(self, request: Request, name: str) -> Any:
        if name != self.main.owner:
            raise UnknownError
        return {"id": 1, "username": name}

    def owned_by(self, request: Request, owner: str) -> Any:
        every = [self.about(one) for one in self.owned if one.owner == owner]
        return self.page(request, every, "limit")
