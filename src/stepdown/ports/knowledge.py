"""Who knows of images, packages and vulnerabilities."""

from typing import Protocol

from stepdown.model.advisory import Feed, Query
from stepdown.model.image import Value


class ScannerReport(Value, frozen=True, kw_only=True):
    """What a scanner printed about one image.

    `scanner` names the program, empty where only a file is there. `document` is its report,
    `about` what it says of its own data and `packages` its list of packages, each empty where
    there is none. `asked` is the day on which it ran, empty for a report from elsewhere. `failure`
    says why there is no report.
    """

    scanner: str
    document: bytes = b""
    about: bytes = b""
    packages: bytes = b""
    asked: str = ""
    failure: str = ""


class Scanner(Protocol):
    """A program that looks for known vulnerabilities."""

    def scan(self, image: str) -> ScannerReport:
        """Look at one image. What goes wrong becomes a report with a `failure`."""


class Advisories(Protocol):
    """A source of advisories."""

    def fetch(self, queries: tuple[Query, ...]) -> Feed:
        """Return the advisories about each query. What goes wrong becomes a `failure`."""


class Registered(Value, frozen=True, kw_only=True, tag="registered"):
    """An image that a registry has.

    `digest` is that of the tag, for all platforms together; `platforms` are written `linux/amd64`;
    `compressed` is the download in bytes for the platform that was asked for, None if unknown.
    """

    digest: str
    platforms: tuple[str, ...] = ()
    compressed: int | None = None


class NotRegistered(Value, frozen=True, kw_only=True, tag="not_registered"):
    """A registry answered that there is no such image, or that this user may not have it."""

    reason: str
    denied: bool = False


class NotAsked(Value, frozen=True, kw_only=True, tag="not_asked"):
    """The registry could not be asked."""

    reason: str


Lookup = Registered | NotRegistered | NotAsked


class Registry(Protocol):
    """What registries know of images, with the user's own credentials; nothing is pulled."""

    def look_up(self, image: str, platform: str) -> Lookup:
        """Ask for an image; `platform` (linux/amd64) is the one whose download counts."""


class PackageIndex(Value, frozen=True, kw_only=True):
    """A distribution's index of packages, unpacked: `Packages` of Debian or Alpine's `APKINDEX`.

    `description` is what Alpine's says of itself. `failure` says why there is no index.
    """

    name: str
    kind: str = ""
    content: bytes = b""
    description: str = ""
    failure: str = ""
