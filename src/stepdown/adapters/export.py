"""The file system of a container as a tar stream that is known to be whole."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from docker import APIClient
from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection
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
    with _asked(api, endpoint(api, f"/containers/{container}/export")) as answer:
        if answer.status != _OK:
            words = answer.read(_ERROR).decode(errors="replace").strip()
            raise EngineError(
                "The container engine does not export an image.",
                details=words,
                hint="Look into the engine's log.",
            )
        yield whole_archive(answer.stream(_CHUNK, decode_content=False))


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


class _OldConnection(UnixHTTPConnection):
    """Speaks HTTP/1.0.

    An engine cuts an answer of HTTP/1.1 into chunks of 32 kB, each in three writes, which costs
    both sides twice the processor time. That the end of an answer of HTTP/1.0 looks like a broken
    connection does no harm: an archive has an end mark.
    """

    _http_vsn, _http_vsn_str = 10, "HTTP/1.0"


@contextmanager
def _asked(api: APIClient, url: str) -> Generator[BaseHTTPResponse]:
    """GET `url`. Over a network, the SDK's own way is as fast as the network."""
    adapter = api.get_adapter(url)
    if not isinstance(adapter, UnixHTTPAdapter):
        with engine_faults(_DOING):
            answer: BaseHTTPResponse = api.get(url, stream=True, timeout=api.timeout).raw
        with closing(answer):
            yield answer
        return
    with closing(_OldConnection(url, adapter.socket_path, api.timeout)) as connection:
        with engine_faults(_DOING):
            path = urlsplit(url).path
            connection.request("GET", path, preload_content=False, decode_content=False)
            answer = connection.getresponse()
        with closing(answer):
            yield answer
