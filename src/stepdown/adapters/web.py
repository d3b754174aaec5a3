"""One HTTP request to a server under test."""

import socket
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import quote

from stepdown.ports import HttpAnswer

LIMIT = 1024 * 1024
_RESERVED = "/?#[]@!$&'()*+,;=:%~"


def get(host: str, port: int, path: str, *, name: str, timeout: float) -> HttpAnswer | None:
    """GET `path` from host:port; None when nobody answers HTTP there within `timeout` seconds.

    An answer needs a whole status line: a published port accepts connections although nobody
    listens behind it. `name` is the value of the Host header, so that it does not
    change from one container to the next. Redirects are not followed. The body ends at one
    megabyte or with the time, whichever comes first.
    """
    deadline = time.monotonic() + timeout
    headers = {"Host": name, "User-Agent": "stepdown", "Accept": "*/*", "Connection": "close"}
    with closing(HTTPConnection(host, port, timeout=timeout)) as connection:
        try:
            connection.request("GET", quote(path, safe=_RESERVED), headers=headers)
            line = connection.sock
            answer = connection.getresponse()
        except (OSError, HTTPException):
            return None
        with answer:
            body = _body(answer, line, deadline)
        return HttpAnswer(status=answer.status, headers=tuple(answer.getheaders()), body=body)


def _body(answer: HTTPResponse, line: socket.socket, deadline: float) -> bytes:
    """Read what comes in time; a stream without end is cut, a broken one ends."""
    body = b""
    with suppress(OSError, HTTPException):
        while len(body) < LIMIT and (left := deadline - time.monotonic()) > 0:
            line.settimeout(left)
            if not (piece := answer.read1(LIMIT - len(body))):
                break
            body += piece
    return body
