"""The JSON with which containers are made: Docker Engine API v1.45, POST /containers/create."""

from collections.abc import Mapping

from stepdown.adapters.confining import confine
from stepdown.adapters.connection import Published, Reach
from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.ports import ContainerSpec

_SECOND = 1_000_000_000
_PIDS = 1024
_NO_ENTRYPOINT = [""]
"""Clears the image's entrypoint; an empty list also brings back the image's command."""


def create_body(
    spec: ContainerSpec,
    image: ImageConfig,
    labels: Mapping[str, str],
    reach: Reach,
    *,
    attached: bool = False,
) -> dict[str, object]:
    """Say how to make a container.

    Entrypoint and command are always both given: the engine drops the image's command when only
    the entrypoint changes, and a specification means what it says. PID 1 is the image's own
    program, never docker-init. No privilege is added. Whoever is `attached` reads the output
    itself, and the engine need not write it to its disk.
    """
    entrypoint = image.entrypoint if spec.entrypoint is None else spec.entrypoint
    command = image.cmd if spec.command is None else spec.command
    network = spec.network and spec.confinement is None
    host = _host(network=network, attached=attached)
    body: dict[str, object] = {
        "Image": spec.image,
        "Entrypoint": list(entrypoint) or _NO_ENTRYPOINT,
        "Cmd": list(command),
        "Env": [f"{name}={value}" for name, value in spec.environment],
        "Labels": dict(labels),
        "HostConfig": host,
    }
    if spec.confinement:
        confine(body, host, spec, spec.confinement, attached=attached)
    if spec.read_only:
        host["ReadonlyRootfs"] = True
    if spec.sysctls:
        host["Sysctls"] = dict(spec.sysctls)
    if spec.user:
        body["User"] = spec.user
    if spec.healthcheck:
        body["Healthcheck"] = _healthcheck(spec.healthcheck)
    if isinstance(reach, Published) and network:
        asked = sorted({f"{port}/tcp" for port in spec.ports} | set(image.ports))
        body["ExposedPorts"] = {port: {} for port in asked}
        host["PortBindings"] = {
            port: [{"HostIp": reach.bind, "HostPort": ""}] for port in asked if "/tcp" in port
        }
    return body


def never_started(image: str, labels: Mapping[str, str]) -> dict[str, object]:
    """Say how to make a container only to look into it; an image may have no command at all."""
    return {
        "Image": image,
        "Entrypoint": ["never-started"],
        "Labels": dict(labels),
        "HostConfig": {"NetworkMode": "none"},
    }


def _host(*, network: bool, attached: bool) -> dict[str, object]:
    # Two files: with one, each rotation would leave the log empty.
    log = {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}}
    return {
        "Init": False,
        "PidsLimit": _PIDS,
        "NetworkMode": "bridge" if network else "none",
        "LogConfig": {"Type": "none", "Config": {}} if attached else log,
    }


def _healthcheck(check: Healthcheck) -> dict[str, object]:
    return {
        "Test": list(check.test),
        "Interval": int(check.interval * _SECOND),
        "Timeout": int(check.timeout * _SECOND),
        "StartPeriod": int(check.start_period * _SECOND),
        "Retries": check.retries,
    }
