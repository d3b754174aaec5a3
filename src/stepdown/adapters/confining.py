"""How a container is confined in which something untrusted runs, in the words of the Engine API."""

from pathlib import PurePosixPath

from stepdown.model.profile import Confinement
from stepdown.ports import ContainerSpec

_NANO = 1_000_000_000
_NAME = "app"


def confine(
    body: dict[str, object],
    host: dict[str, object],
    spec: ContainerSpec,
    limits: Confinement,
    *,
    attached: bool,
) -> None:
    """Add the limits to the body of a container and to its HostConfig.

    What is only waited for gets an init, so that dead children do not count as processes; an
    application whose end is observed stays PID 1, as it is in production.
    """
    folder = folder_of(spec)
    read_only = limits.read_only and folder is not None
    host |= {
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "ReadonlyRootfs": read_only,
        "Init": attached,
        "Memory": limits.memory,
        "MemorySwap": limits.memory,
        "NanoCpus": int(limits.cpus * _NANO),
        "PidsLimit": limits.processes,
        "Ulimits": [
            {"Name": "fsize", "Soft": limits.file_size, "Hard": limits.file_size},
            {"Name": "core", "Soft": 0, "Hard": 0},
        ],
        # Without a capability nobody could bind a low port, which every engine's default allows.
        "Sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"},
        "ExtraHosts": [f"{_NAME}:127.0.0.1"],
    }
    body["Hostname"] = _NAME  # a program may look up its own, which no network would know
    if not spec.read_only:
        # Programs may lie there: Java unpacks its native libraries, and tests their builds.
        host["Tmpfs"] = {"/tmp": f"rw,exec,nosuid,nodev,mode=1777,size={limits.scratch}"}  # noqa: S108
    if read_only or spec.read_only:
        # Anonymous volumes begin with what the image has at their place, and go with the container.
        folders = {*limits.writable, *([folder] if folder else [])}
        body["Volumes"] = {one: {} for one in sorted(folders)}


def folder_of(spec: ContainerSpec) -> str | None:
    """Return the folder of the root that is made for a confined container's files, else empty.

    It needs one under a root that is read-only, whether the limits or the check make it so.
    None where they lie in several: the engine puts no file below a root that is read-only, so the
    container has to do without that limit.
    """
    if spec.confinement is None or not (spec.confinement.read_only or spec.read_only):
        return ""
    tops = {"/".join(PurePosixPath(file.path).parts[:2])[1:] for file in spec.files}
    return None if len(tops) > 1 else next(iter(tops), "")
