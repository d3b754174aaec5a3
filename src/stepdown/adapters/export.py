"""The file system of a container as a tar stream that is known to be whole."""

from collections.abc import Iterator

import requests

from stepdown.adapters.connection import engine_faults
from stepdown.errors import EngineError

_CHUNK = 1024 * 1024
_END = bytes(1024)
"""Two blocks of zeros close a tar stream (POSIX.1-2017, pax, "ustar Interchange Format")."""


def whole_archive(answer: requests.Response) -> Iterator[bytes]:
    """Yield the chunks of an answer. Raises EngineError where it ends before the archive does.

    The engine has already said "200 OK" when something goes wrong, and just stops.
    """
    last = b""
    with engine_faults("exporting an image"):
        answer.raise_for_status()
        for chunk in answer.iter_content(_CHUNK):
            yield chunk
            last = (last + chunk)[-len(_END) :] if len(chunk) < len(_END) else chunk[-len(_END) :]
    if last != _END:
        raise EngineError(
            "The engine broke off while exporting an image.",
            hint="Look into the engine's log; its disk may be full or an image's layer damaged.",
        )
