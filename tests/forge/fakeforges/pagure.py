"""Pagure. The schemas say in our words what a server documents at /api/0/; the answers have the
shape that Pagure's own source gives them.
"""

from typing import Any

from fakeforges.core import ME, TOKEN, Answer, Fake, InvalidError, Pull, Repo, Request, UnknownError
from fakeforges.schema import STRING, TEXT, check, thing

_FORMS = {
    "new": thing(
        {"title": TEXT, "branch_to": TEXT, "branch_from": TEXT},
        initial_comment=STRING,
        repo_from=TEXT,
        repo_from_username=TEXT,
        repo_from_namespace=TEXT,
    ),
    "pull-request": thing({"title": TEXT}, initial_comment=STRING),
    "comment": thing({"comment": TEXT}),
    "close": thing({}),
    "assign": thing({"assignee": TEXT}),
    "fork": thing({"repo": TEXT}, namespace=STRING, wait={"const": ""}),
    "whoami": thing({}),
}
_QUERY = {"page", "per_page", "status", "owner", "namespace"}


class Pagure(Fake):
    kind = "pagure"
    prefix = "/api/0"
    name = "acme/app"
    fork_name = f"fork/{ME}/acme/app"
    drafts = False
    labelled = False
    reviewed = False
    archives = False
    refuses_duplicates = False

    def paths(self) -> list[tuple[str, str, str]]:
        repo = "/((?:fork/[^/]+/)?[^/]+/[^/]+)"
        return [
            ("POST", "/-/whoami", "whoami"),
            ("POST", "/fork", "fork"),
            ("GET", "/projects", "projects"),
            ("GET", f"{repo}/git/branches", "branches"),
            ("GET", f"{repo}/git/urls", "urls"),
            ("GET", f"{repo}/pull-requests", "listed"),
            ("POST", f"{repo}/pull-request/new", "create"),
            ("GET", f"{repo}/pull-request/(\\d+)", "shown"),
            ("POST", f"{repo}/pull-request/(\\d+)", "edit"),
            ("POST", f"{repo}/pull-request/(\\d+)/comment", "comment"),
            ("POST", f"{repo}/pull-request/(\\d+)/close", "closed"),
            ("POST", f"{repo}/pull-request/(\\d+)/assign", "assign"),
            ("GET", repo, "project"),
        ]

    def allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"token {TOKEN}"

    def refused(self, status: int, text: str) -> Any:
        return {"error": text, "error_code": "EINVALIDREQ"}

    def validate(self, request: Request) -> None:
        if not set(request.query) <= _QUERY or int(request.query.get("per_page", "1")) > 100:
            raise InvalidError(request.query)
        if request.method == "POST":
            what = next(w for w in reversed(request.path.split("/")) if not w.isdigit())
            check(_FORMS[what], request.form)
            if (
                request.raw
                and request.headers["content-type"] != "application/x-www-form-urlencoded"
            ):
                raise InvalidError(request.headers)

    # Answers.

    def whoami(self, request: Request) -> Any:
        return {"username": ME}

    def about(self, repo: Repo) -> Any:
        name = repo.name.split("/")
        fork = name[0] == "fork"
        committers = [ME] if repo.writable else []
        return {
            "id": 1,
            "name": repo.short,
            "fullname": repo.name.replace("fork/", "forks/", 1) if fork else repo.name,
            "url_path": repo.name,
            "namespace": name[-2],
            "parent": self.about(Repo(repo.parent)) if repo.parent else None,
            "user": {"name": name[1] if fork else "ann", "fullname": ""},
            "access_users": {"owner": ["ann"], "admin": [], "commit": committers, "ticket": []},
        }

    def project(self, request: Request, name: str) -> Any:
        return self.about(self.repo(name))

    def branches(self, request: Request, name: str) -> Any:
        repo = self.repo(name)
        unfinished = repo.looks
        repo.looks -= repo.looks > 0
        if unfinished > 1:  # as the real one: it knows the project, and git does not yet
            raise UnknownError
        empty = repo.empty or unfinished > 0
        names = [] if empty else [repo.default]
        return {"branches": names, "default": repo.default, "total_branches": len(names)}

    def urls(self, request: Request, name: str) -> Any:
        path = self.about(self.repo(name))["fullname"]
        return {"total_urls": 2, "urls": {"git": f"{self.url}/{path}.git", "ssh": "ssh://git@x/"}}

    def paged(self, request: Request, items: list[Any], key: str) -> Any:
        per = int(request.query.get("per_page", "20"))
        some = self.page(request, items, "per_page")
        links = {
            "page": int(request.query.get("page", "1")),
            "pages": max(1, -(-len(items) // per)),
        }
        return {key: some, "pagination": links}

    def projects(self, request: Request) -> Any:
        wanted = request.query.get("namespace")
        found = [self.about(one) for one in self.owned if one.owner == wanted]
        return self.paged(request, found, "projects")

    def listed(self, request: Request, name: str) -> Any:
        if request.query["status"] != "all":
            raise InvalidError(request.query)
        return self.paged(request, [self.request(p) for p in self.newest()], "requests")

    def request(self, pull: Pull) -> Any:
        states = {"open": "Open", "closed": "Closed", "merged": "Merged"}
        return {
            "id": pull.number,
            "uid": f"{pull.number:032x}",
            "title": pull.title,
            "branch": pull.target,
            "branch_from": pull.source,
            "project": self.about(Repo(self.name)),
            "repo_from": self.about(Repo(pull.home, parent=self.name)),
            "user": {"name": pull.author, "fullname": ""},
            "status": states[pull.state],
            "commit_stop": "a" * 40,
            "closed_by": {"name": pull.closed_by, "fullname": ""} if pull.closed_by else None,
            "initial_comment": pull.body or None,
            "tags": [],
            "full_url": f"{self.url}/{self.name}/pull-request/{pull.number}",
            "comments": [{"id": n, "comment": one} for n, one in enumerate(pull.comments)],
        }

    def create(self, request: Request, name: str) -> Any:
        form, home = request.form, name
        if "repo_from" in form:
            words = ["fork", form["repo_from_username"], form.get("repo_from_namespace", "")]
            home = "/".join([one for one in words if one] + [form["repo_from"]])
        made = self.add(
            title=form["title"], body=form["initial_comment"].strip(), home=self.repo(home).name,
            source=form["branch_from"], target=form["branch_to"],
        )  # fmt: skip
        return self.request(made)

    def shown(self, request: Request, name: str, number: str) -> Any:
        return self.request(self.pull(number))

    def edit(self, request: Request, name: str, number: str) -> Any:
        pull, form = self.pull(number), request.form
        pull.title, pull.body = form["title"], form.get("initial_comment", "").strip()
        return self.request(pull)

    def comment(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).comments.append(request.form["comment"])
        return {"message": "Comment added"}

    def closed(self, request: Request, name: str, number: str) -> Any:
        self.pull(number).close(ME)
        return {"message": "Pull-request closed!"}

    def assign(self, request: Request, name: str, number: str) -> Any:
        who = request.form["assignee"]
        if who not in self.users:
            return Answer(400, {"error": f"No user {who} found", "error_code": "ENOCODE"})
        self.pull(number).assignees = [who]
        return {"message": "Request assigned"}

    def fork(self, request: Request) -> Any:
        name = f"{request.form['namespace']}/{request.form['repo']}"
        made = Repo(f"fork/{ME}/{name}", parent=name, looks=self.forks_take)
        self.repos[made.name] = made
        return {"message": "Project forking queued", "taskid": "1"}
