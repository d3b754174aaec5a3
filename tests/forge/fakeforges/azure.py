"""Azure DevOps. The schemas say in our words what Microsoft documents at
https://learn.microsoft.com/rest/api/azure/devops/git/ for pull requests and repositories.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fakeforges.core import ME, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.schema import FLAG, NUMBER, STRING, TEXT, check, listed, thing

_REF = {**TEXT, "pattern": "^refs/heads/"}
_ID = thing({"id": {**TEXT, "format": "uuid"}})
_DESCRIPTION = {**STRING, "maxLength": 4000}
_BODIES = {
    ("POST", "pullrequests"): thing(
        {"sourceRefName": _REF, "targetRefName": _REF, "title": {**TEXT, "maxLength": 400}},
        description=_DESCRIPTION,
        isDraft=FLAG,
        reviewers=listed(_ID),
        labels=listed(thing({"name": TEXT})),
        forkSource=thing({"repository": _ID}),
    ),
    ("PATCH", "pullrequests"): thing(
        {},
        title={**TEXT, "maxLength": 400},
        description=_DESCRIPTION,
        status={"enum": ["active", "abandoned", "completed"]},
    ),
    ("POST", "threads"): thing(
        {
            "comments": listed(
                thing({"content": TEXT}, parentCommentId=NUMBER, commentType={"const": "text"})
            )
        },
        status={"enum": ["active", "fixed", "wontFix", "closed", "byDesign", "pending"]},
    ),
    ("POST", "repositories"): thing(
        {"name": TEXT},
        project=_ID,
        parentRepository=thing({"id": TEXT, "project": _ID}),
    ),
}
_QUERY = {
    "api-version", "searchCriteria.status", "searchCriteria.sourceRefName", "$top", "$skip",
    "searchCriteria.targetRefName", "tokens", "includeParent",
}  # fmt: skip


class Azure(Fake):
    kind = "azure"
    prefix = "/org"
    name = "Shop/app"
    owner = "Shop"
    fork_name = f"Shop/app.{ME}"
    assigned = False
    makes_labels = True

    @property
    def root(self) -> str:
        return f"{self.url}/org"

    @property
    def remote(self) -> str:
        return f"{self.url}/org/Shop/_git/app"

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/([^/]+)/_apis/git/repositories/([^/]+)"
        return [
            ("GET", "/_apis/connectionData", "user"),
            ("GET", "/_apis/permissions/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87/4", "permissions"),
            ("GET", "/_apis/projects/([^/]+)/teams", "teams"),
            ("GET", "/_apis/projects/([^/]+)/teams/([^/]+)/members", "members"),
            ("GET", "/([^/]+)/_apis/git/repositories", "owned_by"),
            ("POST", "/([^/]+)/_apis/git/repositories", "fork"),
            ("GET", repo, "repository"),
            ("GET", f"{repo}/pullrequests", "listed"),
            ("POST", f"{repo}/pullrequests", "create"),
            ("GET", f"{repo}/pullrequests/(\\d+)", "shown"),
            ("PATCH", f"{repo}/pullrequests/(\\d+)", "edit"),
            ("GET", f"{repo}/pullRequests/(\\d+)/threads", "threads"),
            ("POST", f"{repo}/pullRequests/(\\d+)/threads", "comment"),
        ]

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Basic {self.secret}"

    def validate(self, request: Request) -> None:
        if not request.query["api-version"].startswith("7."):
            raise InvalidError(request.query)
        if not set(request.query) <= _QUERY or int(request.query.get("$top", "1")) > 1000:
            raise InvalidError(request.query)
        if request.method != "GET":
            what = next(w for w in reversed(request.path.split("/")) if not w.isdigit())
            check(_BODIES[request.method, what], request.json)

    # Answers.

    def ident(self, text: str) -> str:
        return str(uuid5(NAMESPACE_URL, text))

    def where(self, project: str, name: str) -> Repo:
        return self.repo(f"{project}/{name}")

    def person(self, name: str) -> Any:
        return {
            "id": self.ident(name),
            "uniqueName": f"{name}@example.org",
            "displayName": "X " + name,
        }

    def user(self, request: Request) -> Any:
        account = {"$type": "System.String", "$value": f"{ME}@example.org"}
        return {"authenticatedUser": {"id": self.ident(ME), "properties": {"Account": account}}}

    def permissions(self, request: Request) -> Any:
        kind, project, _ = request.query["tokens"].split("/")
        if (kind, project) != ("repoV2", self.ident("Shop")):
            raise InvalidError(request.query)
        return {"count": 1, "value": [self.main.writable]}

    def teams(self, request: Request, project: str) -> Any:
        return {"count": 1, "value": [{"id": self.ident("team"), "name": "Shop Team"}]}

    def members(self, request: Request, project: str, team: str) -> Any:
        return {"value": [{"identity": self.person(one)} for one in self.users]}

    def repository(self, request: Request, project: str, name: str) -> Any:
        return self.about(self.where(project, name))

    def about(self, repo: Repo) -> Any:
        empty = repo.empty or repo.looks > 0
        repo.looks -= repo.looks > 0
        host = self.url.replace("://", "://org@")
        known = {
            "id": self.ident(repo.name),
            "name": repo.short,
            "project": {"id": self.ident(repo.owner), "name": repo.owner},
            "remoteUrl": f"{host}/org/{repo.owner}/_git/{repo.short}",
            "size": 0 if empty else 1000,
            "isDisabled": repo.archived,
        }
        known |= {} if empty else {"defaultBranch": f"refs/heads/{repo.default}"}
        parent = {"parentRepository": {"id": self.ident(repo.parent)}, "isFork": True}
        return known | (parent if repo.parent else {})

    def owned_by(self, request: Request, project: str) -> Any:
        if project != self.owner:
            raise UnknownError
        return {"value": [self.about(one) for one in self.owned]}

    def fork(self, request: Request, project: str) -> Any:
        body = request.json
        made = Repo(f"{project}/{body['name']}", parent=self.name, looks=self.forks_take)
        if body["parentRepository"]["id"] != self.ident(self.name):
            raise UnknownError
        if made.name in self.repos:
            return Answer(409, {"message": "TF400948: A Git repository with the name exists."})
        self.repos[made.name] = made
        return Answer(201, self.about(made))

    def listed(self, request: Request, project: str, name: str) -> Any:
        self.where(project, name)
        query = {key.rpartition(".")[2]: value for key, value in request.query.items()}
        if query["status"] != "all":
            raise InvalidError(query)
        ends = (query["sourceRefName"], query["targetRefName"])
        found = [
            p for p in self.newest() if (f"refs/heads/{p.source}", f"refs/heads/{p.target}") == ends
        ]
        some = found[int(query["$skip"]) :][: int(query["$top"])]
        cut = [{**self.request(p), "description": p.body[:8]} for p in some]
        return {"count": len(cut), "value": cut}

    def request(self, pull: Pull) -> Any:
        states = {"open": "active", "closed": "abandoned", "merged": "completed"}
        known = {
            "pullRequestId": pull.number,
            "status": states[pull.state],
            "title": pull.title,
            "sourceRefName": f"refs/heads/{pull.source}",
            "targetRefName": f"refs/heads/{pull.target}",
            "lastMergeSourceCommit": {"commitId": "a" * 40},
            "createdBy": {**self.person(pull.author), "uniqueName": pull.author},
            "isDraft": pull.draft,
        }
        known |= {"description": pull.body} if pull.body else {}
        known |= {"closedBy": {"id": "1", "uniqueName": pull.closed_by}} if pull.closed_by else {}
        known |= {"labels": [{"name": one} for one in pull.labels]} if pull.labels else {}
        if pull.home != self.name:
            known["forkSource"] = {"repository": self.about(self.repo(pull.home))}
        return known

    def create(self, request: Request, project: str, name: str) -> Any:
        body = request.json
        by_id = {self.ident(one): one for one in self.repos}
        fork = body.get("forkSource", {"repository": {"id": self.ident(self.name)}})
        home = by_id[fork["repository"]["id"]]
        source, target = (
            body[end].removeprefix("refs/heads/") for end in ("sourceRefName", "targetRefName")
        )
        if self.duplicate(home, source, target):
            text = "TF401179: An active pull request for the source and target already exists."
            return Answer(409, {"message": text, "typeKey": "GitPullRequestExistsException"})
        names = {self.ident(one): one for one in self.users}
        made = self.add(
            title=body["title"], body=body["description"], draft=body["isDraft"], home=home,
            source=source, target=target, labels=[one["name"] for one in body["labels"]],
            reviewers=[names[one["id"]] for one in body["reviewers"]],
        )  # fmt: skip
        return Answer(201, self.request(made))

    def shown(self, request: Request, project: str, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, project: str, name: str, number: str) -> Any:
        pull, body = self.pull(number), request.json
        pull.title = body.get("title", pull.title)
        pull.body = body.get("description", pull.body)
        if body.get("status") == "abandoned":
            pull.close(ME)
        return self.request(pull)

    def threads(self, request: Request, project: str, name: str, number: str) -> Any:
        texts = self.pull(number).comments
        found: list[Any] = [{"id": 1, "comments": [{"content": one}]} for one in texts]
        return {"value": [*found, {"id": 2, "comments": [{"id": 1}]}]}

    def comment(self, request: Request, project: str, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.json["comments"][0]["content"])
        return {"id": 1, **request.json}
