"""One HTTP request, to servers of all kinds on a real socket."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from stepdown.adapters import web
from stepdown.ports import HttpAnswer

OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection; the request is read up to its empty line first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            with suppress(OSError), listener.accept()[0] as connection:
                serve(connection)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def request(connection: socket.socket) -> bytes:
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        text += connection.recv(65536)
    return text


def ask(
    serve: Callable[[socket.socket], None], path: str = "/", timeout: float = 5
) -> HttpAnswer | None:
    with server(serve) as port:
        return web.get("127.0.0.1", port, path, name="localhost:80", timeout=timeout)


def says(*pieces: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        request(connection)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return serve


def test_an_answer() -> None:
    answer = ask(says(OK + b"Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 5\r\n\r\nhello"))
    assert answer == HttpAnswer(
        status=200,
        headers=(("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Content-Length", "5")),
        body=b"hello",
    )


@pytest.mark.parametrize(
    ("text", "status", "body"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\ngone", 404, b"gone"),
        (b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 301, b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, b"abcde"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\nbroken", 200, b"abcbroken"),
        (OK + b"Content-Length: 100\r\n\r\nshort", 200, b"short"),
    ],
)
def test_all_kinds_of_bodies(text: bytes, status: int, body: bytes) -> None:
    answer = ask(says(text))
    assert answer is not None
    assert (answer.status, answer.body) == (status, body)


def test_the_request() -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(request(connection))
        connection.sendall(OK + b"\r\n")

    assert ask(serve, "/a b?q=é&r=%20#x")
    lines = seen[0].decode().split("\r\n")
    assert lines[0] == "GET /a%20b?q=%C3%A9&r=%20#x HTTP/1.1"
    assert {"Host: localhost:80", "Connection: close", "User-Agent: stepdown"} <= set(lines)
    assert sum(line.startswith("Host:") for line in lines) == 1


@pytest.mark.parametrize("text", [b"", b"HTTP", b"HTTP/1.1 2", b"SSH-2.0-OpenSSH\r\n", b"\0\1\2"])
def test_what_is_no_http_answer(text: bytes) -> None:
    assert ask(says(text)) is None


def test_nobody_listens() -> None:
    with server(says(b"")) as port:
        assert web.get("127.0.0.1", port, "/", name="x", timeout=2) is None
    assert web.get("127.0.0.1", port, "/", name="x", timeout=2) is None


def test_a_silent_server_costs_the_time_limit() -> None:
    began = time.monotonic()
    assert ask(says(b"", pause=3), timeout=1) is None
    assert time.monotonic() - began < 6


def test_a_body_without_end_is_cut_by_time() -> None:
    pieces = [OK + b"\r\n"] + [b"tick "] * 30
    began = time.monotonic()
    answer = ask(says(*pieces, pause=0.1), timeout=1)
    assert answer is not None
    assert 3 < len(answer.body) < 75
    assert time.monotonic() - began < 8


def test_a_body_without_end_is_cut_by_size() -> None:
    answer = ask(says(OK + b"\r\n", b"x" * (3 * web.LIMIT)))
    assert answer is not None
    assert len(answer.body) == web.LIMIT
