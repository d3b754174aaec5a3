"""os-release(5): which distribution an image was made from."""

import shlex


def parse(content: bytes) -> dict[str, str]:
    """Return the assignments; lines that are none, and values that no shell reads, are left out."""
    found: dict[str, str] = {}
    for line in content.decode("utf-8", "surrogateescape").splitlines():
        key, equals, value = line.strip().partition("=")
        if not equals or not key.isidentifier():
            continue
        try:
            found[key] = "".join(shlex.split(value))
        except ValueError:  # an open quotation
            continue
    return found
