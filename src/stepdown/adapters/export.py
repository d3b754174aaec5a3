"""The file system of a container as a tar stream that is known to be whole."""

import socket
import struct
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

from docker import APIClient
from docker.transport import UnixHTTPAdapter
from urllib3.response import BaseHTTPResponse

from stepdown.adapters.connection import endpoint, engine_faults
from stepdown.errors import EngineError

_CHUNK = 256 * 1024
_ERROR = 64 * 1024
_OK = 200
_DOING = "exporting an image"
_END = bytes(1024)
"""Two blocks of zeros close a tar stream (POSIX.1-2017, pax, "ustar Interchange Format")."""


@contextmanager
def exported(api: APIClient, container: str) -> Generator[Iterator[bytes]]:
    """Yield a container's file system as chunks. Raises EngineError also where they break off."""
    with _asked(api, endpoint(api, f"/containers/{container}/export")) as chunks:
        yield whole_archive(chunks)


def whole_archive(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks of an archive. Raises EngineError where they end before the archive does.

    The engine has already said "200 OK" when something goes wrong, and just stops.
    """
    last = b""
    with engine_faults(_DOING):
        for chunk in chunks:
            yield chunk
            last = (last + chunk)[-len(_END) :] if len(chunk) < len(_END) else chunk[-len(_END) :]
    if last != _END:
        raise EngineError(
            "The engine broke off while exporting an image.",
            hint="Look into the engine's log; its disk may be full or an image's layer damaged.",
        )


class _OldConnection(HTTPConnection):
    """Speaks HTTP/1.0 over a socket of this machine.

    An engine cuts an answer of HTTP/1.1 into chunks of 32 kB, each in three writes, which costs
    both sides twice the processor time. That the end of an answer of HTTP/1.0 looks like a broken
    connection does no harm: an archive has an end mark.
    """

    _http_vsn, _http_vsn_str = 10, "HTTP/1.0"

    def __init__(self, wire: socket.socket) -> None:
        super().__init__("localhost")
        self.sock = wire


@contextmanager
def _asked(api: APIClient, url: str) -> Generator[Iterator[bytes]]:
    """GET `url`. Over a network, the SDK's own way is as fast as the network."""
    adapter = api.get_adapter(url)
    if not isinstance(adapter, UnixHTTPAdapter):
        with engine_faults(_DOING):
            answer = api.get(url, stream=True, timeout=api.timeout).raw
        with closing(answer):
            yield _accepted(answer)
        return
    with closing(socket.socket(socket.AF_UNIX)) as wire:
        with engine_faults(_DOING):
            wire.settimeout(api.timeout)
            wire.connect(adapter.socket_path)
        # A copy for the library, which closes it when it has the headers.
        with closing(_OldConnection(wire.dup())) as connection:
            with engine_faults(_DOING):
                connection.request("GET", urlsplit(url).path)
                local = connection.getresponse()
            with closing(local):
                chunks = _accepted(local)
                framed = local.chunked or local.length is not None
                yield chunks if framed else _bare(local, wire, api.timeout)


def _accepted(answer: HTTPResponse | BaseHTTPResponse) -> Iterator[bytes]:
    """Return the chunks of an answer. Raises EngineError where it is a refusal."""
    if answer.status == _OK:
        return iter(partial(answer.read, _CHUNK), b"")
    with engine_faults(_DOING):
        words = answer.read(_ERROR).decode(errors="replace").strip()
    raise EngineError(
        "The container engine does not export an image.",
        details=words,
        hint="Look into the engine's log.",
    )


def _bare(answer: HTTPResponse, wire: socket.socket, seconds: int) -> Iterator[bytes]:
    """Yield an answer that is nothing but bytes up to the connection's end.

    A library's layers cost more processor time than the system does for the bytes. What was read
    beyond the headers comes from there, the rest from the connection in calls that wait for a
    whole chunk. Their time limit is the system's own, as Python's makes every call return early.
    """
    wire.settimeout(None)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", seconds, 0))
    chunk = answer.read1(_CHUNK)
    try:
        while chunk:
            yield chunk
            chunk = wire.recv(_CHUNK, socket.MSG_WAITALL)
    except BlockingIOError:
        raise TimeoutError(f"Nothing came for {seconds} s.") from None
