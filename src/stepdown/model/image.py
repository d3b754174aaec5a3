"""Images: the ladder of tiers, references, and the configuration that an engine reports."""

import re
from enum import StrEnum
from typing import Self

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all nouns: immutable, compared by content, strictly decoded."""


class Tier(StrEnum):
    """The rungs of the ladder, largest first."""

    FULL = "full"
    SLIM = "slim"
    ALPINE = "alpine"
    DISTROLESS = "distroless"
    SCRATCH = "scratch"

    @property
    def rank(self) -> int:
        """Position on the ladder: 0 is full, 4 is scratch; a larger rank is a smaller base."""
        return list(Tier).index(self)


class Libc(StrEnum):
    """The C library that an image carries."""

    GLIBC = "glibc"
    MUSL = "musl"
    NONE = "none"


class PackageManager(StrEnum):
    """The operating system's package manager that an image carries.

    `other` is one for which the recipes have no package names: dnf, microdnf, tdnf, zypper, and
    Wolfi's apk, whose packages are not Alpine's.
    """

    APT = "apt"
    APK = "apk"
    OTHER = "other"
    NONE = "none"


# The grammar of the distribution project: host[:port]/path:tag@digest.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.?)+(?::\d+)?"
_REFERENCE = re.compile(
    rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    re.ASCII,
)


class ImageRef(Value, frozen=True, kw_only=True):
    """An image reference, split at tag and digest; `name` keeps registry and path as written."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split `text`; a colon before the last slash belongs to a registry's port."""
        rest, _, digest = text.partition("@")
        head, slash, last = rest.rpartition("/")
        last, _, tag = last.partition(":")
        return cls(name=head + slash + last, tag=tag, digest=digest)

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Tell whether a registry would understand `text`."""
        return _REFERENCE.fullmatch(text) is not None

    @property
    def registry(self) -> str:
        """The registry's host, with its port; Docker Hub where the name has none."""
        head, slash, _ = self.name.partition("/")
        named = slash and ("." in head or ":" in head or head == "localhost")
        return head if named else "docker.io"

    @property
    def repository(self) -> str:
        """The name without the spellings of Docker Hub's default registry and namespace."""
        name = self.name
        for prefix in ("docker.io/", "index.docker.io/"):
            name = name.removeprefix(prefix)
        return name.removeprefix("library/")

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


class Healthcheck(Value, frozen=True, kw_only=True):
    """A HEALTHCHECK as the engine holds it; times in seconds, 0 means the engine's default."""

    test: tuple[str, ...]
    interval: float = 0
    timeout: float = 0
    start_period: float = 0
    retries: int = 0


class ImageConfig(Value, frozen=True, kw_only=True):
    """What an engine says of one image.

    `size` is the engine's figure in bytes (sum of layers), `created` the day (YYYY-MM-DD), empty
    where it does not tell.
    """

    id: str
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    user: str = ""
    workdir: str = ""
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    healthcheck: Healthcheck | None = None
    stop_signal: str = ""
    architecture: str = ""
    size: int = 0
    layers: tuple[str, ...] = ()
    created: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The folders of PATH, in order; engines set this default where an image has none.

        A relative part counts from the working folder, and an empty part is that folder itself.
        """
        default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        here = self.workdir.rstrip("/")
        return tuple(
            part if part.startswith("/") else f"{here}/{part}".rstrip("/") or "/"
            for part in dict(self.env).get("PATH", default).split(":")
        )
