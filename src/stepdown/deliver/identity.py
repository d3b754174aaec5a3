"""The fingerprint of a change, and the trailer that carries it."""

from hashlib import sha256

TRAILER = "Stepdown-Id"
_LENGTH = 40


def identity(path: str, content: bytes) -> str:
    """Return the fingerprint of a rewritten Dockerfile: equal for the same file at the same path.

    A commit whose file does not have the fingerprint of its trailer was changed by somebody.
    """
    name = path.encode("utf-8", "surrogateescape")
    return sha256(name + b"\0" + content).hexdigest()[:_LENGTH]


def with_trailers(message: str, fingerprint: str) -> str:
    """Return a commit's message that ends with the trailer, as git reads trailers.

    They are a paragraph of their own at the end; git itself adds a sign-off to it.
    """
    return f"{message.rstrip()}\n\n{TRAILER}: {fingerprint}\n"
