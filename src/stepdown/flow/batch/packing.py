"""Large texts inside of JSON: gzip, base64."""

import base64
import binascii
import gzip
import zlib

_MOST = 64 << 20


def packed(content: bytes) -> str:
    """Return `content` as a short text."""
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")


def unpacked(text: str) -> bytes | None:
    """Return what was packed; None for an empty text, a damaged one and one beyond 64 MB."""
    if not text:
        return None
    try:
        unpacker = zlib.decompressobj(wbits=31)
        content = unpacker.decompress(base64.b64decode(text, validate=True), _MOST)
    except (binascii.Error, zlib.error):
        return None
    return content if unpacker.eof else None
