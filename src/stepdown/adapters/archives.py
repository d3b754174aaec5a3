"""Files in and out of a container through the archive endpoint of the Engine API."""

import base64
import io
import tarfile
from collections.abc import Iterator, Sequence

import msgspec
import requests
from docker import APIClient

from stepdown.adapters.answers import PathStat
from stepdown.adapters.connection import endpoint
from stepdown.errors import EngineError
from stepdown.ports import File

_LINKS = 10
_NOT_FOUND = 404
_NO_WAY = ("not a directory", "too many links", "too many levels of symbolic links")
"""Why a path leads nowhere, in the engine's words; it calls that its own fault (500)."""


def pack(files: Sequence[File], below: str = "/") -> bytes:
    """Make a tar stream of files of root, to be unpacked in the folder `below`.

    Folders are left out: the engine makes those that are missing, with mode 0755, while an entry
    for one that is there (/tmp) would change its mode.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            entry = tarfile.TarInfo(file.path.removeprefix(below).lstrip("/"))
            entry.size, entry.mode = len(file.content), file.mode
            archive.addfile(entry, io.BytesIO(file.content))
    return stream.getvalue()


def read_file(api: APIClient, container: str, path: str) -> bytes | None:
    """Return the content of a regular file, symbolic links followed; None where there is none.

    Raises the faults of `connection.FAULTS`, and EngineError for an answer that cannot be read.
    """
    for _ in range(_LINKS):
        found = _get(api, container, path)
        if not isinstance(found, str):
            return found
        path = found
    return None  # links in a circle


def read_files(api: APIClient, container: str, path: str) -> tuple[File, ...]:
    """Return the file at `path`, or the regular files directly in the folder; none if absent.

    Raises the faults of `connection.FAULTS`, and EngineError for an answer that cannot be read.
    """
    place = path
    for _ in range(_LINKS):
        found = _look(api, container, place)
        if isinstance(found, str):
            place = found if found.startswith("/") else f"{place.rpartition('/')[0]}/{found}"
            continue
        return tuple(
            File(path=path if below is None else f"{path}/{below}", content=content)
            for below, content in found
        )
    return ()  # links in a circle


def _look(api: APIClient, container: str, path: str) -> str | list[tuple[str | None, bytes]]:
    """Return where a link leads to, else (name in the folder or None, content) of the files."""
    url = endpoint(api, f"/containers/{container}/archive")
    with api.get(url, params={"path": path}, stream=True, timeout=api.timeout) as answer:
        if not answer.ok and _leads_nowhere(answer):
            return []
        answer.raise_for_status()
        stat = _stat(answer.headers.get("X-Docker-Container-Path-Stat", ""))
        if stat.link_target:
            return stat.link_target if stat.link_target != path else []
        return list(_files_of(answer.content))


def _files_of(stream: bytes) -> Iterator[tuple[str | None, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(stream)) as archive:
        for member in archive:
            _, *below = member.name.strip("/").split("/")
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None and len(below) <= 1:
                yield (below[0] if below else None), content.read()


def _get(api: APIClient, container: str, path: str) -> bytes | str | None:
    """Return the file's content, where a link leads to, or None."""
    url = endpoint(api, f"/containers/{container}/archive")
    with api.get(url, params={"path": path}, stream=True, timeout=api.timeout) as answer:
        if not answer.ok and _leads_nowhere(answer):
            return None
        answer.raise_for_status()
        stat = _stat(answer.headers.get("X-Docker-Container-Path-Stat", ""))
        if stat.link_target:
            return stat.link_target if stat.link_target != path else None
        return _only_file(answer.content) if stat.is_file else None


def _leads_nowhere(answer: requests.Response) -> bool:
    return answer.status_code == _NOT_FOUND or any(words in answer.text for words in _NO_WAY)


def _stat(header: str) -> PathStat:
    try:
        return msgspec.json.decode(base64.b64decode(header), type=PathStat)
    except (ValueError, msgspec.MsgspecError) as strange:
        raise EngineError(
            "The engine says nothing about a file that it sends.",
            hint="`stepdown doctor` tells whether the engine is new enough.",
        ) from strange


def _only_file(stream: bytes) -> bytes | None:
    with tarfile.open(fileobj=io.BytesIO(stream)) as archive:
        member = archive.next()
        content = archive.extractfile(member) if member else None
        return content.read() if content else None
