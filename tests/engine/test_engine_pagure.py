"""One real forge: Debian's Pagure in a container. Asked for by STEPDOWN_TEST_PAGURE=1.

Building the image takes some minutes and 450 MB, so that it is not part of the usual run.
"""

import base64
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from stepdown.adapters.forges.opening import Login, Manners, open_directory, open_forge
from stepdown.errors import ForgeError
from stepdown.model.request import NewRequest, RequestState, in_fork

pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(
        os.environ.get("STEPDOWN_TEST_PAGURE") != "1", reason="STEPDOWN_TEST_PAGURE=1 asks for it"
    ),
]
HERE = Path(__file__).parent / "pagure"
IMAGE = "stepdown.local/test-pagure"
BRANCH = "stepdown/dockerfile"


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + done.stderr


@dataclass
class Server:
    url: str
    tokens: dict[str, str]

    def ask(self, who: str, path: str, **form: str) -> httpx.Response:
        headers = {"Authorization": f"token {self.tokens[who]}"}
        answer = httpx.post(f"{self.url}/api/0{path}", headers=headers, data=form, timeout=60)
        assert answer.is_success, answer.text
        return answer

    def git(self, who: str, folder: Path, *words: str) -> None:
        basic = base64.b64encode(f"{who}:{self.tokens[who]}".encode()).decode()
        options = ["-c", f"http.extraHeader=Authorization: Basic {basic}"]
        people = ["-c", f"user.name={who}", "-c", f"user.email={who}@example.org"]
        subprocess.run(["git", *options, *people, *words], cwd=folder, check=True)


def until(ready: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    image = os.environ.get("STEPDOWN_TEST_PAGURE_IMAGE", "")
    if not image:
        docker("buildx", "build", "--load", "--tag", IMAGE, str(HERE))
    ident = docker("run", "--detach", "--publish", "127.0.0.1::5000", image or IMAGE).split()[0]
    try:
        url = f"http://{docker('port', ident, '5000').split()[0]}"
        until(lambda: _answers(url), 600)
        tokens = dict(re.findall(r"^token (\w+) (\w+)$", docker("logs", ident), re.MULTILINE))
        yield Server(url, tokens)
    finally:
        print(docker("logs", "--tail", "60", ident))
        docker("rm", "--force", "--volumes", ident)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/0/version", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _pushed(server: Server, who: str, folder: Path, url: str, branch: str) -> None:
    (folder / "Dockerfile").write_text(f"FROM {branch}\n")
    server.git(who, folder, "add", "Dockerfile")
    server.git(who, folder, "commit", "--quiet", "--message", "A smaller base")
    server.git(who, folder, "push", "--quiet", url, f"HEAD:refs/heads/{branch}")


def test_from_start_to_end(server: Server, tmp_path: Path) -> None:
    project = {"name": "app", "namespace": "", "description": "x", "default_branch": "main"}
    server.ask("ann", "/new", **project, wait="1")
    remote = f"{server.url}/app.git"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=tmp_path, check=True)
    _pushed(server, "ann", tmp_path, remote, "main")

    login = Login(server.tokens["ann"])
    forge = open_forge(remote, login, kind="pagure", manners=Manners(poll=0.5))
    until(lambda: not forge.repository().empty)
    there = forge.repository()
    assert (there.name, there.default_branch, there.writable) == ("app", "main", True)
    directory = open_directory("pagure", login, root=server.url)
    assert [one.name for one in directory.repositories("ann")] == ["app"]

    _pushed(server, "ann", tmp_path, remote, BRANCH)
    assert forge.find(BRANCH, "main") == ()
    new = NewRequest(
        source=BRANCH, target="main", title="A smaller base", body="| a |\n|---|\n| ü |",
        draft=True, labels=("x",), reviewers=("robot",), assignees=("robot", "nobody"),
    )  # fmt: skip
    made = forge.create(new)
    assert (made.state, made.title, made.body) == (RequestState.OPEN, new.title, new.body)
    assert len(made.notes) == 5  # only a project's own token may assign, says this Pagure
    assert "robot is not assigned: " in made.notes[-1]
    found = forge.find(BRANCH, "main")
    assert [one.number for one in found] == [made.number]

    changed = forge.update(made.number, "A far smaller base", "New.")
    assert (changed.title, changed.body) == ("A far smaller base", "New.")
    forge.comment(made.number, "Only once.\n\nReally.")
    forge.comment(made.number, "Only once.\n\nReally.")
    seen = httpx.get(f"{server.url}/api/0/app/pull-request/{made.number}", timeout=60).json()
    assert [one["comment"] for one in seen["comments"] if not one["notification"]] == [
        "Only once.\n\nReally."
    ]
    assert seen["assignee"] is None

    server.ask("ann", f"/app/pull-request/{made.number}/merge", wait="")
    until(lambda: forge.find(BRANCH, "main")[0].state is RequestState.MERGED, 300)

    robot = open_forge(remote, Login(server.tokens["robot"]), kind="pagure")
    assert not robot.repository().writable
    fork = robot.fork()
    assert (fork.name, fork.fork) == ("fork/robot/app", True)
    assert robot.fork() == fork
    url = f"{server.url}/forks/robot/app.git"
    _pushed(server, "robot", tmp_path, url, f"{BRANCH}-2")
    source = in_fork(fork, f"{BRANCH}-2")
    forked = robot.create(NewRequest(source=source, target="main", title="From a fork", body="b"))
    assert [one.number for one in robot.find(source, "main")] == [forked.number]
    robot.close(forked.number)
    closed = forge.find(source, "main")[0]
    assert (closed.state, closed.closed_by) == (RequestState.CLOSED, "robot")


def test_what_it_refuses(server: Server) -> None:
    wrong = open_forge(f"{server.url}/app.git", Login("wrong"), kind="pagure")
    with pytest.raises(ForgeError) as caught:
        wrong.create(NewRequest(source=BRANCH, target="main", title="t", body="b"))
    assert "does not accept the token" in caught.value.brief
    absent = open_forge(f"{server.url}/nothing.git", Login(server.tokens["ann"]), kind="pagure")
    with pytest.raises(ForgeError) as caught:
        absent.repository()
    assert "does not have it" in caught.value.brief
