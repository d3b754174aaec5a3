"""The output of a container or of a program in it, as it comes, in bounded memory."""

import threading
from collections import deque
from contextlib import suppress
from typing import Protocol

import requests
from docker import APIClient
from docker.errors import create_api_error_from_http_exception

from stepdown.adapters.connection import FAULTS, endpoint
from stepdown.adapters.signals import stops_wait

LIMIT = 1024 * 1024
"""How much of an output is kept, in bytes: its end."""

_HEADER = 8


class Tail:
    """The last `LIMIT` bytes of what was added."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self.total = 0
        self.truncated = False
        self.flooded = False

    def add(self, piece: bytes) -> None:
        """Add at the end; drop whole pieces from the beginning."""
        self._pieces.append(piece)
        self._size += len(piece)
        self.total += len(piece)
        while self._size - len(self._pieces[0]) >= LIMIT:
            self._size -= len(self._pieces.popleft())
            self.truncated = True

    def text(self) -> str:
        """Decode what is kept; bytes that are not UTF-8 are replaced."""
        whole = b"".join(tuple(self._pieces))
        self.truncated = self.truncated or len(whole) > LIMIT
        return whole[-LIMIT:].decode(errors="replace")


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Reader(threading.Thread):
    """Reads the frames of an attached stream until its end, in the background."""

    def __init__(self, answer: requests.Response, most: int = 0) -> None:
        super().__init__(daemon=True, name="output")
        self.tail = Tail()
        self._answer = answer
        self._most = most

    def run(self) -> None:
        """Read, then close: nobody else can while a read is blocked.

        A connection that breaks off ends the output; whoever waits finds out why.
        """
        with self._answer, suppress(*FAULTS, ValueError):
            read_frames(self._answer.raw, self.tail, self._most)


def read_frames(stream: _Stream, tail: Tail, most: int = 0) -> None:
    """Take off the headers of the multiplexed format: stream number, three zeros, length.

    After more than `most` bytes (0: any number) it stops, and the tail is `flooded`.
    """
    while len(header := stream.read(_HEADER)) == _HEADER:
        tail.add(stream.read(int.from_bytes(header[4:])))
        if 0 < most < tail.total:
            tail.flooded = True
            return


def read_in_background(
    api: APIClient, path: str, body: dict[str, object] | None, most: int = 0
) -> Reader:
    """POST to an endpoint that answers with a stream of frames, and start to read it.

    The SDK asks to upgrade the connection and then reads the bare socket, which loses what came
    together with the headers; without that request the same bytes come as a plain answer.
    Raises docker's APIError where the engine refuses.
    """
    url = endpoint(api, path)
    answer = api.post(url, json=body, stream=True, timeout=None)
    try:
        answer.raise_for_status()
    except requests.HTTPError as refused:
        with answer:
            raise create_api_error_from_http_exception(refused) from refused
    reader = Reader(answer, most)
    with stops_wait():  # an exception in the midst of `start` leaves a thread that is half known
        reader.start()
    return reader
