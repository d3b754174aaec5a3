"""What all fake forges share: a world of repositories and requests, and a server that is strict.

A fake answers only what it knows, checks the token, and has each request validated; what is wrong
is answered with 599 and kept in `problems`, which every test looks at in the end.
"""

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

TOKEN = "t0ken-a/b+c"
ME = "robot"


@dataclass
class Repo:
    name: str
    default: str = "main"
    empty: bool = False
    archived: bool = False
    parent: str = ""
    writable: bool = True
    looks: int = 0
    """How often it is still shown unfinished."""

    @property
    def owner(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def short(self) -> str:
        return self.name.rpartition("/")[2]


@dataclass
class Pull:
    number: int
    title: str
    body: str
    home: str
    source: str
    target: str
    draft: bool = False
    state: str = "open"
    author: str = ME
    closed_by: str = ""
    version: int = 0
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def close(self, who: str) -> None:
        self.state, self.closed_by = "closed", who

    def merge(self) -> None:
        self.state = "merged"


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    every: list[tuple[str, str]]
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    silence: float | None = None
    """Seconds of silence in place of an answer; then the connection ends."""


@dataclass
class Trouble:
    """What happens to one of the next requests; `late` means: after it was carried out."""

    answer: Answer
    method: str = ""
    late: bool = False


class UnknownError(Exception):
    """There is no such thing."""


class InvalidError(Exception):
    """The request is not what the forge documents."""


Handler = Callable[..., Any]


class Fake:
    """One forge. Subclasses have `kind`, `owner`, `prefix` and the routes."""

    kind = ""
    prefix = ""
    name = "acme/app"
    page_size = 100
    login = ""
    owner = "acme"
    fork_name = f"{ME}/app"
    drafts = True
    labelled = True
    reviewed = True
    assigned = True
    archives = True
    refuses_duplicates = True
    """What this forge has at all."""
    makes_labels = False
    commenting = "POST"

    def __init__(self) -> None:
        self.repos = {self.name: Repo(self.name)}
        self.pulls: list[Pull] = []
        self.labels = ["base-image", "docker"]
        self.users = ["ann", "bob", ME]
        self.troubles: list[Trouble] = []
        self.problems: list[str] = []
        self.log: list[Request] = []
        self.url = ""
        self.owned: list[Repo] = []
        self.forks_take = 0
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (verb, re.compile(f"^{self.prefix}{pattern}$"), getattr(self, what))
            for verb, pattern, what in self.paths()
        ]

    # What a fake says of itself.

    def paths(self) -> list[tuple[str, str, str]]:
        raise NotImplementedError

    def allowed(self, request: Request) -> bool:
        raise NotImplementedError

    def validate(self, request: Request) -> None:
        raise NotImplementedError

    def refused(self, status: int, text: str) -> Any:
        return {"message": text}

    # The world.

    @property
    def remote(self) -> str:
        return f"{self.url}/{self.name}.git"

    @property
    def root(self) -> str:
        """The address of the forge's web pages."""
        return self.url

    @property
    def clone(self) -> str:
        return self.remote

    @property
    def asked_owner(self) -> str:
        return self.owner

    @property
    def secret(self) -> str:
        """The token as it travels."""
        return b64encode(f"{self.login}:{TOKEN}".encode()).decode()

    def next_page(self, url: str) -> "Answer | None":
        """A first page of requests that names the next one's address, None if there is no such."""
        return None

    @property
    def main(self) -> Repo:
        return self.repos[self.name]

    def repo(self, name: str) -> Repo:
        by_name = {one.lower(): repo for one, repo in self.repos.items()}
        if name.lower() not in by_name:
            raise UnknownError
        return by_name[name.lower()]

    def pull(self, number: str | int) -> Pull:
        found = [one for one in self.pulls if one.number == int(number)]
        if not found:
            raise UnknownError
        return found[0]

    def add(self, **values: Any) -> Pull:
        made = Pull(number=len(self.pulls) + 1, **values)
        self.pulls.append(made)
        return made

    def duplicate(self, home: str, source: str, target: str) -> bool:
        return any(
            (p.home, p.source, p.target, p.state) == (home, source, target, "open")
            for p in self.pulls
        )

    def many(self, count: int) -> None:
        """Requests of other people, all of them between other branches."""
        for number in range(count):
            state = ("open", "closed", "merged")[number % 3]
            self.add(
                title=f"Other {number}", body="", home=self.name, source=f"other-{number}",
                target=self.main.default, state=state, author="ann",
            )  # fmt: skip

    def newest(self) -> list[Pull]:
        return sorted(self.pulls, key=lambda one: -one.number)

    # The server.

    def answer(self, request: Request) -> Answer:
        self.log.append(request)
        trouble = self._trouble(request)
        if trouble is not None and not trouble.late:
            return trouble.answer
        done = self._answer(request)
        return trouble.answer if trouble is not None else done

    def _trouble(self, request: Request) -> Trouble | None:
        for one in self.troubles:
            if one.method in ("", request.method):
                self.troubles.remove(one)
                return one
        return None

    def _answer(self, request: Request) -> Answer:
        if not self.allowed(request):
            return Answer(401, self.refused(401, f"Bad credentials {request.headers}"))
        for verb, pattern, handler in self.routes:
            if verb == request.method and (match := pattern.match(request.path)):
                return self._handle(request, handler, match)
        self.problems.append(f"unknown: {request.method} {request.path}")
        return Answer(599, {"message": "unknown to the fake"})

    def _handle(self, request: Request, handler: Handler, match: re.Match[str]) -> Answer:
        try:
            self.validate(request)
            done = handler(request, *(unquote(one) for one in match.groups()))
        except UnknownError:
            return Answer(404, self.refused(404, "Not Found"))
        except Exception as fault:  # noqa: BLE001  (the test shall see it, not the adapter)
            self.problems.append(f"{request.method} {request.path} {request.raw!r}: {fault!r}")
            return Answer(599, {"message": "not valid"})
        return done if isinstance(done, Answer) else Answer(200, done)

    def page(
        self, request: Request, items: list[Any], size: str, number: str = "page"
    ) -> list[Any]:
        """Cut a list as page and size of the query say, at most as long as the forge allows."""
        per = min(int(request.query.get(size, "20")), self.page_size)
        start = (int(request.query.get(number, "1")) - 1) * per
        return items[start : start + per]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        every = parse_qsl(url.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        fake = self.server.fake
        with self.server.lock:
            done = fake.answer(Request(self.command, url.path, dict(every), every, headers, raw))
        if done.silence is not None:
            time.sleep(done.silence)
            self.close_connection = True
            return
        body = done.body if isinstance(done.body, bytes) else json.dumps(done.body).encode()
        body = b"" if done.body is None else body
        self.send_response(done.status)
        for name, value in {"Content-Type": "application/json", **done.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fake: Fake, tls: SSLContext | None) -> None:
        self.fake = fake
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving(fake: Fake, tls: SSLContext | None = None) -> Iterator[Fake]:
    server = _Server(fake, tls)
    scheme = "http" if tls is None else "https"
    fake.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
