"""Whether a failure is that of the application or of the limits under which it was checked.

An honest image may need what an untrusted one does not get. The same limits hold for both images,
so such a failure says nothing of a base; what the application wanted is read from its own words.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from stepdown.model.trial import BuildFailed, CheckRun, CheckState

_READ_ONLY = re.compile(r"read-only file ?system|EROFS", re.IGNORECASE)
READ_ONLY = "its file system cannot be written"
_QUOTED = re.compile(r"(['\"`])(?P<path>[^'\"`\s][^'\"`]*)\1")
_ABSOLUTE = re.compile(r"(?:^|[\s(=:])(?P<path>/[^\s:;,()'\"`]+)")
_NEVER = ("/proc", "/sys", "/dev", "/.stepdown")
_LONGEST = 300

_LIMITS = (
    (
        READ_ONLY,
        re.compile(r"read-only file ?system|EROFS|readonly database", re.IGNORECASE),
    ),
    (
        "it has no network",
        re.compile(
            r"network is unreachable|ENETUNREACH|name resolution|EAI_AGAIN|getaddrinfo"
            r"|could not resolve host|bad address|no such host|name or service not known"
            r"|nodename nor servname|UnknownHostException",
            re.IGNORECASE,
        ),
    ),
    (
        "it has no capabilities",
        re.compile(r"operation not permitted|EPERM|must be root|not permitted", re.IGNORECASE),
    ),
    (
        "its processes are bounded",
        re.compile(
            r"resource temporarily unavailable|EAGAIN|can.?t (?:fork|start new thread)"
            r"|cannot fork|unable to create (?:new )?native thread",
            re.IGNORECASE,
        ),
    ),
    (
        "its memory is bounded",
        re.compile(
            r"out of memory|cannot allocate memory|ENOMEM|OutOfMemoryError|MemoryError",
            re.IGNORECASE,
        ),
    ),
    (
        "its files and /tmp are bounded",
        re.compile(r"file too large|EFBIG|no space left on device|ENOSPC", re.IGNORECASE),
    ),
    ("its output is bounded", re.compile(r"printed more than it may")),
)
_BUILD_LIMITS = (
    (
        "the build context has no .git",
        re.compile(r"/\.git\b.*not found|not a git repository", re.IGNORECASE),
    ),
    (
        "builds get no secrets here",
        re.compile(r"secret .*not found|/run/secrets/", re.IGNORECASE),
    ),
    (
        "builds get no extra permission here",
        re.compile(r"entitlement .* is not allowed|granting entitlement", re.IGNORECASE),
    ),
)


def wanted(runs: Iterable[CheckRun], workdir: str) -> tuple[str, ...]:
    """Return the folders that failed checks wanted to write to, as far as they name them."""
    lines = (line for line in _lines(runs) if _READ_ONLY.search(line))
    found = dict.fromkeys(folder for line in lines for folder in _folders(line, workdir or "/"))
    return tuple(f for f in found if not any(_within(f, other) for other in found if other != f))


def in_the_way(runs: Iterable[CheckRun]) -> str:
    """Say which limit a failed check ran into, with the line that shows it; empty if none."""
    return next((f"{why}: {line}" for line in _lines(runs) if (why := _named(_LIMITS, line))), "")


def in_the_way_of_building(failed: BuildFailed, *, network: bool) -> str:
    """Say which limit a build ran into, with the line that shows it; empty if none."""
    limits = _BUILD_LIMITS if network else (*_BUILD_LIMITS, _LIMITS[1])
    lines = (line.strip()[:_LONGEST] for line in (failed.reason, *failed.log))
    return next((f"{why}: {line}" for line in lines if (why := _named(limits, line))), "")


def _named(limits: tuple[tuple[str, re.Pattern[str]], ...], line: str) -> str:
    return next((why for why, signature in limits if signature.search(line)), "")


def _lines(runs: Iterable[CheckRun]) -> Iterator[str]:
    for run in runs:
        if run.state in (CheckState.FAILED, CheckState.BROKEN):
            yield run.summary[:_LONGEST]
            for message in run.messages:
                yield from (line.strip()[:_LONGEST] for line in message.text.splitlines())


def _folders(line: str, workdir: str) -> Iterator[str]:
    """Yield the folder of the path that a line names; that of the work where it names none."""
    found = _QUOTED.search(line) or _ABSOLUTE.search(line)
    path = posixpath.normpath(posixpath.join(workdir, found["path"])) if found else workdir
    folder = posixpath.dirname(path) if found else path
    chosen = path if folder == "/" else folder
    if chosen != "/" and not any(_within(chosen, never) for never in _NEVER):
        yield chosen


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
