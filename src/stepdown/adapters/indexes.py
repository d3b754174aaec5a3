"""Package indexes of Debian and Alpine, from a file or over HTTP, unpacked."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from stepdown.model.image import Value
from stepdown.ports import PackageIndex

_LARGEST = 512 * 1024 * 1024
_SECONDS = 60
_PACKED: dict[bytes, Callable[[io.BytesIO], BinaryIO]] = {
    b"\x1f\x8b": lambda stream: cast("BinaryIO", gzip.GzipFile(fileobj=stream)),
    b"\xfd7zXZ\x00": lambda stream: cast("BinaryIO", lzma.LZMAFile(stream)),  # noqa: SIM115  (closed by who reads)
    b"BZh": lambda stream: cast("BinaryIO", bz2.BZ2File(stream)),
}
_FAULTS = (OSError, EOFError, lzma.LZMAError, zlib.error, tarfile.TarError, ValueError)


class TooLargeError(ValueError):
    """An index that would not fit into memory."""


class _Parts(Value, frozen=True, kw_only=True):
    content: bytes = b""
    description: bytes = b""


def fetch_index(place: str) -> PackageIndex:
    """Return the index at `place`, a path or an http(s) URL.

    What goes wrong becomes an index with a `failure`.
    """
    try:
        content = _unpacked(_downloaded(place) if "://" in place else Path(place).read_bytes())
        if _is_tar(content):
            parts = _parts(content)
            description = parts.description.decode("utf-8", "replace").strip()
            return PackageIndex(
                name=place, kind="apk", content=parts.content, description=description
            )
    except _FAULTS as fault:
        return PackageIndex(name=place, failure=f"{place} cannot be read: {fault}")
    if not content.startswith((b"Package:", b"\nPackage:")) and b"\nPackage:" not in content[:4096]:
        return PackageIndex(name=place, failure=f"{place} is no index of packages.")
    return PackageIndex(name=place, kind="deb", content=content)


def _downloaded(place: str) -> bytes:
    import httpx  # noqa: PLC0415  (only a scan needs it)
    from tenacity import (  # noqa: PLC0415
        Retrying,
        retry_if_exception_type,
        stop_after_attempt,
        wait_random_exponential,
    )

    def get() -> bytes:
        answer = httpx.get(place, timeout=_SECONDS, follow_redirects=True)
        return answer.raise_for_status().content

    trying = Retrying(
        stop=stop_after_attempt(3),
        wait=wait_random_exponential(max=4),
        retry=retry_if_exception_type(httpx.TransportError),
        reraise=True,
    )
    try:
        return trying(get)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise OSError(str(fault) or type(fault).__name__) from fault


def _unpacked(content: bytes) -> bytes:
    """Undo what the file is packed with, up to a limit."""
    opened = next((how for magic, how in _PACKED.items() if content.startswith(magic)), None)
    if opened is None:
        return content
    with opened(io.BytesIO(content)) as stream:
        unpacked = stream.read(_LARGEST + 1)
    if len(unpacked) > _LARGEST:
        raise TooLargeError(f"it is larger than {_LARGEST} bytes")
    return unpacked


def _is_tar(content: bytes) -> bool:
    return content[257:262] == b"ustar"


def _parts(content: bytes) -> _Parts:
    """Read APKINDEX and DESCRIPTION; the signature before them is an archive without an end."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content), ignore_zeros=True) as archive:
        for member in archive:
            if member.name in ("APKINDEX", "DESCRIPTION") and (file := archive.extractfile(member)):
                found[member.name] = file.read()
    if "APKINDEX" not in found:
        raise ValueError("there is no APKINDEX in it")
    return _Parts(content=found["APKINDEX"], description=found.get("DESCRIPTION", b""))
