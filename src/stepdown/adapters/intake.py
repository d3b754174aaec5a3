"""What an untrusted repository may bring into a build, and what it may not."""

import os
from pathlib import Path

from stepdown.dockerfile.frontend import frontend, official
from stepdown.errors import DiskFullError, UntrustedError
from stepdown.model.profile import MB, BuildLimits
from stepdown.ports import BuildRequest

_SWITCH = "BUILDKIT_"
_TRUST = "Run it by itself, with `stepdown migrate`, if you trust the repository."


def admit(request: BuildRequest, limits: BuildLimits) -> None:
    """Raise UntrustedError for a build that is not done for an untrusted repository."""
    named = frontend(request.dockerfile)
    if named and not official(named):
        raise UntrustedError(
            f"The Dockerfile wants to be read by {named}, a program of its own.",
            details="A `# syntax=` line names an image that the builder runs.",
            hint=f"Only docker/dockerfile is allowed here. {_TRUST}",
        )
    switches = [name for name, _ in request.arguments if name.upper().startswith(_SWITCH)]
    if switches:
        raise UntrustedError(
            f"The build argument {switches[0]} would change the builder itself.",
            hint=f"Take it out. {_TRUST}",
        )
    if (size := _size(Path(request.context), limits.context)) > limits.context:
        raise UntrustedError(
            f"The build context has more than {limits.context // MB} MB ({size // MB} so far).",
            hint=f"Name a smaller context, or remove what no image needs. {_TRUST}",
        )


def options_of(limits: BuildLimits) -> tuple[str, ...]:
    """Return what is said to `docker buildx build`."""
    network = () if limits.network == "default" else (f"--network={limits.network}",)
    return (*network, *((f"--cgroup-parent={limits.cgroup}",) if limits.cgroup else ()))


def check_space(folder: Path, least: int) -> None:
    """Raise DiskFullError where the disk of `folder` has less than `least` bytes left."""
    found = os.statvfs(folder)
    if (free := found.f_bavail * found.f_frsize) < least:
        raise DiskFullError(
            f"The disk of {folder} has {free // MB} MB left; {least // MB} MB are wanted.",
            hint="Make room, or ask for less with --min-free.",
        )


def _size(folder: Path, enough: int) -> int:
    """Add up a folder's files, links as such and without .git, until it is more than enough."""
    total = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118  (bytes survive)
            if total > enough:
                return total
    return total
