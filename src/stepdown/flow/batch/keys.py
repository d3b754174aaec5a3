"""What an entry is called, and when its work is the same as before. Pure."""

import re
from hashlib import sha256

import msgspec

from stepdown.model.fleet import Entry

_SLUG = 24
_HASH = 10


def entry_key(entry: Entry, source: str = "") -> str:
    """Return a short name that is the same in every batch: readable, then a hash of what it names.

    `source` is the key of the line of the selection that the entry came from.
    """
    what = (entry.repository, entry.base, entry.dockerfile, entry.context, source)
    last = entry.repository.rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")[2]
    slug = re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")[:_SLUG] or "repository"
    return f"{slug}-{_digest(what)[:_HASH]}"


def stamp(*parts: str) -> str:
    """Return one name for all that every entry of a batch has in common: options, tool, recipes."""
    return _digest(parts)


def fingerprint(stamp: str, entry: Entry, commit: str, digest: str) -> str:
    """Return what is equal for equal work; `digest` is that of the Dockerfile's bytes.

    Labels have no say: they group reports.
    """
    return _digest(
        (stamp, entry.repository, commit, entry.dockerfile, digest, entry.context, entry.test)
    )


def _digest(parts: tuple[str, ...]) -> str:
    return sha256(msgspec.json.encode(parts)).hexdigest()
