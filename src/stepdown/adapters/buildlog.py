"""What the end of a build's log says: which step failed, and whether the build is to blame.

The form is that of `docker buildx build --progress=plain`, from buildx 0.10 on.
"""

import re
from collections.abc import Sequence

_STEP_CODE = re.compile(r"did not complete successfully: exit code: (\d+)")
_EXCERPT = re.compile(r"^\s*(\d+) \| >>> (.*)$")
_SOLVE = re.compile(r"^(?:ERROR|error): (?:failed to (?:build|solve): )*(.+)$")
_ENGINE_GONE = re.compile(
    r"Cannot connect to the Docker daemon|error reading from server: EOF|transport is closing"
    r"|code = Unavailable|error during connect|failed to dial|connection reset by peer"
    r"|Is the docker daemon running|no builder .* found|rpc error: code = Canceled",
    re.IGNORECASE,
)
_NO_BUILDX = re.compile(
    r"'buildx' is not a docker command|unknown command: docker buildx|unknown flag: --"
    r"|unknown shorthand flag"
)
_DISK_FULL = re.compile(r"no space left on device", re.IGNORECASE)


def reason(log: Sequence[str], exit_code: int) -> str:
    """Say in one sentence why the build failed."""
    message = _message(log)
    place = _place(log)
    if code := step_code(log):
        return f"{place or 'A step'} ended with exit code {code}."
    if message:
        return f"{place}: {message}" if place else message
    last = next((line for line in reversed(log) if line.strip()), "it printed nothing")
    return f"docker buildx ended with exit code {exit_code}: {last.strip()}"


def step_code(log: Sequence[str]) -> int | None:
    """Return the exit code of the step that failed, None where no program failed."""
    found = _STEP_CODE.search(_message(log))
    return int(found[1]) if found else None


def engine_gone(log: Sequence[str]) -> bool:
    """Whether the build ended because the engine did."""
    return bool(_ENGINE_GONE.search(_message(log)))


def no_buildx(log: Sequence[str]) -> bool:
    """Whether the docker command has no buildx, or one that is too old."""
    return any(_NO_BUILDX.search(line) for line in log[:3])


def disk_full(log: Sequence[str]) -> bool:
    """Whether the disk was full, for the engine or for a program in a step."""
    return any(_DISK_FULL.search(line) for line in log)


def _message(log: Sequence[str]) -> str:
    found = (_SOLVE.match(line) for line in reversed(log))
    return next((match[1].strip() for match in found if match), "")


def _place(log: Sequence[str]) -> str:
    """Name the failing instruction's line and its first words, from the excerpt in the log."""
    marked = [match for line in log if (match := _EXCERPT.match(line))]
    return f"Line {marked[0][1]} (`{marked[0][2].strip()}`)" if marked else ""
