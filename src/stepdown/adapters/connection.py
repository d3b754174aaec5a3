"""The way to the container engine: which one, whether it answers, and what its faults mean."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from docker import APIClient
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from stepdown.errors import EngineError
from stepdown.model.image import Value

_DEFAULT = "unix:///var/run/docker.sock"
_SECONDS = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
FAULTS = (
    DockerException,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
)
"""What the docker SDK raises, beside its own exceptions, when an engine goes away."""


class Address(Value, frozen=True, kw_only=True):
    """Where an engine listens, and who said so. `tls` are the arguments of docker's TLSConfig."""

    host: str
    source: str
    tls: tuple[tuple[str, str], ...] = ()


def find_address(environment: Mapping[str, str]) -> Address:
    """Find the engine as the docker command does: DOCKER_HOST, then its current context."""
    if host := environment.get("DOCKER_HOST", ""):
        return Address(host=host, source="DOCKER_HOST")
    return _context() or Address(host=_DEFAULT, source="Docker's default")


def open_client(address: Address) -> APIClient:
    """Open a client of an engine that answers; one that is just starting gets three seconds.

    Raises EngineError with a hint.
    """
    waiting = Retrying(
        stop=stop_after_delay(3),
        wait=wait_exponential(0.2, max=1),
        retry=retry_if_exception_type(ConnectionRefusedError),
        reraise=True,
    )
    try:
        return waiting(_client, address)
    except FAULTS as fault:
        raise EngineError(
            f"No container engine answers at {address.host} ({address.source}).",
            details=explanation(fault),
            hint=_advice(fault),
        ) from fault


@contextmanager
def engine_faults(doing: str) -> Generator[None]:
    """Turn what the SDK raises into EngineError. `doing` completes "failed while ..."."""
    try:
        yield
    except FAULTS as fault:
        engine_failed(doing, fault)


def engine_failed(doing: str, fault: Exception) -> NoReturn:
    """Raise EngineError for a fault of the SDK."""
    raise EngineError(
        f"The container engine failed while {doing}.",
        details=explanation(fault),
        hint="Look whether it still runs (`docker info`) and into its log, then start again.",
    ) from fault


def explanation(fault: BaseException) -> str:
    """Return the engine's own words, without the SDK's around them."""
    if isinstance(fault, APIError) and fault.explanation:
        return str(fault.explanation).strip()
    return str(fault)


def endpoint(api: APIClient, path: str) -> str:
    """Return the URL of an endpoint, for answers that have to be read as a stream."""
    return f"{api.base_url}/v{api.api_version}{path}"


def _client(address: Address) -> APIClient:
    local = address.host.startswith("unix://")
    if local:
        _knock(address.host.removeprefix("unix://"))
    api = APIClient(
        base_url=address.host,
        version="auto",
        timeout=_SECONDS,
        tls=_tls(address),
        use_ssh_client=True,
        max_pool_size=32,
    )
    # No proxy stands before a socket; to look for one takes longer than the rest of a request.
    api.trust_env = not local
    return api


def _knock(path: str) -> None:
    """Connect once ourselves: the SDK hides the reason and leaves its socket open."""
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        probe.settimeout(_SECONDS)
        probe.connect(path)


def _tls(address: Address) -> TLSConfig | bool:
    if address.source == "DOCKER_HOST":
        return kwargs_from_env().get("tls", False)  # DOCKER_TLS_VERIFY and DOCKER_CERT_PATH
    files = dict(address.tls)
    if not files:
        return False
    return TLSConfig(
        client_cert=(files["cert"], files["key"]) if {"cert", "key"} <= files.keys() else None,
        ca_cert=files.get("ca"),
        verify="ca" in files,
    )


def _context() -> Address | None:
    """Ask the docker command for its current context; None where there is none to ask."""
    docker = shutil.which("docker")
    if docker is None:
        return None
    command = [docker, "context", "inspect", "--format", "{{json .}}"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)  # noqa: S603
    if done.returncode != 0:
        raise EngineError(
            "The docker command's current context cannot be read.",
            details=done.stderr.decode(errors="replace").strip(),
            hint="Choose one: `docker context use default`, or set DOCKER_HOST.",
        )
    answer = json.loads(done.stdout)
    folder = Path(answer.get("Storage", {}).get("TLSPath", "")) / "docker"
    files = ((name, folder / f"{name}.pem") for name in ("ca", "cert", "key"))
    return Address(
        host=str(answer["Endpoints"]["docker"]["Host"]),
        source=f"the context {answer['Name']}",
        tls=tuple((name, str(file)) for name, file in files if file.is_file()),
    )


def _advice(fault: BaseException) -> str:
    if isinstance(fault, PermissionError):
        return "This user may not use it: join the group `docker`, or set DOCKER_HOST to another."
    return "Start Docker, or set DOCKER_HOST to an engine that runs (`docker info` has to work)."


def reachable_from_here(address: Address, info: Mapping[str, object], kernel: str) -> "Reach":
    """Decide how a container's ports can be reached, from the address and the answer of /info.

    `kernel` is this machine's kernel release: an engine behind a local socket that runs on another
    kernel is in a virtual machine (Docker Desktop, Colima), and its bridge is not here.
    """
    url = urlsplit(address.host)
    if url.scheme == "ssh" or not (url.hostname or url.scheme == "unix"):
        return Unreachable(reason=f"the engine is behind {address.host}")
    if url.scheme != "unix" and url.hostname not in _LOOPBACK:
        return Published(host=url.hostname or "", bind="")
    if url.scheme == "unix" and info.get("KernelVersion") == kernel and not _rootless(info):
        return Direct()
    return Published(host="127.0.0.1", bind="127.0.0.1")


def _rootless(info: Mapping[str, object]) -> bool:
    """Whether the engine's bridge is in a network namespace of its own."""
    options = info.get("SecurityOptions")
    rootless = isinstance(options, list) and any("rootless" in str(option) for option in options)
    return rootless or "Docker Desktop" in str(info.get("OperatingSystem"))


class Direct(Value, frozen=True, kw_only=True, tag="direct"):
    """The containers' own addresses can be reached."""


class Published(Value, frozen=True, kw_only=True, tag="published"):
    """Only published ports can be reached: bound to `bind` over there, asked at `host`."""

    host: str
    bind: str


class Unreachable(Value, frozen=True, kw_only=True, tag="unreachable"):
    """No port of a container can be reached."""

    reason: str


Reach = Direct | Published | Unreachable


def command_environment(address: Address) -> dict[str, str]:
    """Give the variables by which the docker command finds the same engine as the SDK."""
    return {"DOCKER_HOST": address.host} if address.source == "DOCKER_HOST" else {}


def program(name: str) -> str | None:
    """Find a program on PATH."""
    return shutil.which(name, path=os.environ.get("PATH"))
