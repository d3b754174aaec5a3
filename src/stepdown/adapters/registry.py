"""Look-ups in registries without pulling, through the engine and with the user's credentials.

The docker SDK asks for existence, digest and platforms. It does not tell how large the layers are:
for that the docker command reads the manifest, which needs its buildx.
"""

import os
import subprocess
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from docker import APIClient
from docker.errors import APIError, NotFound
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from stepdown.adapters.connection import FAULTS, explanation, program
from stepdown.model.image import ImageRef
from stepdown.ports import Lookup, NotAsked, NotRegistered, Registered, Registry

_ATTEMPTS = 3
_SECONDS = 30
_DENIED = frozenset((401, 403))
_BUSY = 429
# What an engine says when it has no way to the registry; asking again at once does not help.
_CUT_OFF = (
    "no such host", "connection refused", "network is unreachable", "no route to host",
    "i/o timeout", "server misbehaving", "context deadline exceeded",
)  # fmt: skip
_UNKNOWN = ("manifest unknown", "name unknown", "not found", "does not exist")
_LOGIN = ("unauthorized", "denied", "authentication required", "no basic auth credentials")


class Platform(msgspec.Struct, frozen=True):
    """A platform as registries write it."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(msgspec.Struct, frozen=True):
    """One entry of a manifest."""

    digest: str
    size: int = 0
    platform: Platform | None = None


class Manifest(msgspec.Struct, frozen=True):
    """A manifest of one image, or an index of several."""

    manifests: tuple[Descriptor, ...] = ()
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()


class Distribution(msgspec.Struct, frozen=True, rename="pascal"):
    """What the engine answers."""

    descriptor: Descriptor
    platforms: tuple[Platform, ...] = ()


class EngineRegistry(Registry):
    """Registries, asked by an engine. One that cannot be reached is asked only once."""

    def __init__(self, api: APIClient, environment: Mapping[str, str]) -> None:
        self._api = api
        self._environment = dict(environment)
        self._silent: dict[str, str] = {}

    def look_up(self, image: str, platform: str) -> Lookup:
        """Ask for an image; passing faults of a registry are tried again."""
        found = self.digest(image)
        if not isinstance(found, Registered):
            return found
        size = self._compressed(image, found.digest, platform)
        return msgspec.structs.replace(found, compressed=size)

    def digest(self, image: str) -> Lookup:
        """Ask for an image, but not how large it is: that is one request less, or two."""
        host = ImageRef.parse(image).registry
        if host in self._silent:
            return NotAsked(reason=self._silent[host])
        try:
            found = _patiently(lambda: self._distribution(image))
        except FAULTS as fault:
            answer = _refusal(fault, host)
            if isinstance(answer, NotAsked):
                self._silent[host] = answer.reason
            return answer
        platforms = tuple(str(one) for one in found.platforms if one.os not in ("", "unknown"))
        return Registered(digest=found.descriptor.digest, platforms=platforms)

    def _distribution(self, image: str) -> Distribution:
        ref = ImageRef.parse(image)
        whole = image if ref.tag or ref.digest else f"{image}:latest"
        with warnings.catch_warnings():
            # Of a credential helper that is not there the fault tells as well.
            warnings.simplefilter("ignore", UserWarning)
            answer: Any = self._api.inspect_distribution(whole)  # type: ignore[no-untyped-call]
        return msgspec.convert(answer, Distribution)

    def _compressed(self, image: str, digest: str, platform: str) -> int | None:
        """Add up the layers; None where no manifest can be read."""
        name = ImageRef.parse(image).name
        manifest = self._manifest(f"{name}@{digest}")
        if manifest is not None and manifest.manifests:
            mine = [one for one in manifest.manifests if _is(one.platform, platform)]
            manifest = self._manifest(f"{name}@{mine[0].digest}") if mine else None
        if manifest is None or manifest.config is None:
            return None
        return manifest.config.size + sum(layer.size for layer in manifest.layers)

    def _manifest(self, image: str) -> Manifest | None:
        docker = program("docker")
        if docker is None:
            return None
        command = [docker, "buildx", "imagetools", "inspect", "--raw", image]
        environment = {**os.environ, **self._environment}
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, check=True, timeout=_SECONDS, env=environment
            )
            return msgspec.json.decode(done.stdout, type=Manifest)
        except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
            return None


def _patiently(ask: Callable[[], Distribution]) -> Distribution:
    trying = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(0.2, max=2),
        retry=retry_if_exception(_passes),
        reraise=True,
    )
    return trying(ask)


def _passes(fault: BaseException) -> bool:
    """Tell whether the same question may be answered a moment later."""
    if not isinstance(fault, APIError) or _says(fault, (*_CUT_OFF, *_UNKNOWN, *_LOGIN)):
        return False
    status = fault.status_code or 0
    return status == _BUSY or fault.is_server_error()


def _refusal(fault: Exception, host: str) -> Lookup:
    words = explanation(fault)
    if isinstance(fault, APIError):
        if fault.status_code in _DENIED or _says(fault, _LOGIN):
            reason = f"{host} gives it to nobody without the right to it, if it is there: {words}"
            return NotRegistered(reason=reason, denied=True)
        if isinstance(fault, NotFound) or _says(fault, _UNKNOWN):
            return NotRegistered(reason=f"{host} has no such image: {words}")
        if _says(fault, _CUT_OFF):
            # The engine's words name the question and its resolver first; the cause comes last.
            words = words.rpartition(": ")[2]
    return NotAsked(reason=f"{host} could not be asked: {words}")


def _says(fault: APIError, words: tuple[str, ...]) -> bool:
    text = explanation(fault).lower()
    return any(word in text for word in words)


def _is(platform: Platform | None, wanted: str) -> bool:
    return platform is not None and f"{platform.os}/{platform.architecture}" == "/".join(
        wanted.split("/")[:2]
    )
