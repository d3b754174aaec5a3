"""What child processes get of our environment: an allow-list, so that no token comes along."""

import os
from collections.abc import Iterable, Mapping

_NAMES = frozenset((
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "TZ", "LANG"),
    *("LANGUAGE", "TERM", "COLUMNS", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS"),
    *("DOCKER_TLS_VERIFY", "DOCKER_API_VERSION", "DOCKER_DEFAULT_PLATFORM", "CONTAINER_HOST"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSH_AUTH_SOCK", "SSH_AGENT_PID"),
))  # fmt: skip
_BEGINNINGS = ("LC_", "XDG_", "BUILDX_", "BUILDKIT_")
_NEVER = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")


def inherited(extra: Iterable[str] = ()) -> Mapping[str, str]:
    """Return what a child process may know of our environment, and the variables in `extra`."""
    named = frozenset(extra)
    return {name: value for name, value in os.environ.items() if name in named or _allowed(name)}


def _allowed(name: str) -> bool:
    upper = name.upper()
    if any(word in upper for word in _NEVER):
        return False
    return upper in _NAMES or upper.startswith(_BEGINNINGS)
