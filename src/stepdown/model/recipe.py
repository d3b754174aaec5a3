"""Recipes: what the project knows about families of base images, packages and breakages, as data.

Loaded from `recipes/` by `stepdown.flow.catalog`; every stage receives these values as arguments.
"""

from collections.abc import Mapping
from enum import StrEnum

from stepdown.model.image import Libc, PackageManager, Tier, Value


class Rung(Value, frozen=True, kw_only=True):
    """One image of a family at one tier.

    `image` is a template: `{version}` and `{release}` are filled from the current tag.
    `tags` is a regular expression for the tags of this rung, with a group `version` (and `release`
    where the tag names one). `versions` lists the language versions for which the image exists,
    empty when every version has one. `needs_static` is true where only static programs run.
    `interpreter` is the language runtime's absolute path, empty where there is none.
    `on_path` tells whether that runtime is on PATH. `evidence` says where the facts come from.
    `withheld` says why the image is recognised but never proposed, empty where it may be.
    """

    tier: Tier
    image: str
    libc: Libc
    shell: bool
    package_manager: PackageManager
    tags: str = ""
    versions: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    interpreter: str = ""
    on_path: bool = True
    user: str = "root"
    workdir: str = "/"
    release: str = ""
    end_of_life: str = ""
    needs_static: bool = False
    expected_packages: int | None = None
    expected_megabytes: float | None = None
    withheld: str = ""
    reason: str
    evidence: str


class Family(Value, frozen=True, kw_only=True):
    """A family of base images, its rungs from the largest to the smallest.

    `repositories` are the image names that belong to it, `interpreters` the words by which a
    Dockerfile calls its runtime (`node`, `python3`, ...).
    """

    name: str
    language: str
    repositories: tuple[str, ...]
    interpreters: tuple[str, ...] = ()
    rungs: tuple[Rung, ...]


class PackageName(Value, frozen=True, kw_only=True):
    """One Debian package and what Alpine has for it; `alpine` is empty where nothing is needed.

    `how` is the kind of proof, followed by what both packages have (`command curl`), if anything.
    """

    debian: str
    alpine: tuple[str, ...]
    how: str
    note: str = ""


class Channel(StrEnum):
    """Where a message was seen."""

    DAEMON = "daemon"
    LOG = "log"
    BUILD = "build"
    HEALTH = "health"
    STATIC = "static"
    HTTP = "http"


class RemedyKind(StrEnum):
    """What a remedy does. `advice` is for people; the others can be applied as edits."""

    ADD_PACKAGES = "add_packages"
    ADVICE = "advice"


class Remedy(Value, frozen=True, kw_only=True):
    """One way out. `safe` remedies are applied and tried; the others are only proposed.

    `apt` and `apk` name the packages that `add_packages` adds on a base with that manager.
    """

    kind: RemedyKind
    text: str
    safe: bool = False
    apt: tuple[str, ...] = ()
    apk: tuple[str, ...] = ()


class Detector(StrEnum):
    """What proves a breakage where no message does: a check of `verify`, or a reading of files.

    `files` reads the image's file system, `dockerfile` and `source` the repository, `outside` what
    calls the image from elsewhere in it, `timing` compares durations of both sides.
    """

    AUDIT = "audit"
    COMMAND = "command"
    CONTRACT = "contract"
    ELF = "elf"
    HEALTHCHECK = "healthcheck"
    HTTP = "http"
    PROBE = "probe"
    START = "start"
    STOP = "stop"
    SWEEP = "sweep"
    DOCKERFILE = "dockerfile"
    FILES = "files"
    OUTSIDE = "outside"
    SOURCE = "source"
    TIMING = "timing"


class Signature(Value, frozen=True, kw_only=True):
    """How a breakage shows in one line, and the channels where that counts (none: any channel).

    Either `pattern`, a regular expression (Python's `re`) whose group `name` is the subject, or
    `commands`, whose absence shells, runtimes and the engine each report in their own words.
    """

    pattern: str = ""
    commands: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()


class Breakage(Value, frozen=True, kw_only=True):
    """One known way to break: how it shows, why, and the ways out in order of preference.

    `specific` breaks ties: when several match, the highest wins. `deterministic` is true where
    the signature alone proves the cause, so that no rerun is needed. A silent breakage has no
    signatures; then `detectors` prove it, and `evidence` says what to quote instead of a line.
    """

    id: str
    title: str
    cause: str
    tiers: tuple[Tier, ...] = ()
    languages: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    detectors: tuple[Detector, ...] = ()
    evidence: str = ""
    deterministic: bool = True
    specific: int = 0
    remedies: tuple[Remedy, ...]
    reference: str = ""


class CommandClass(Value, frozen=True, kw_only=True):
    """A class of commands, by exact names and by regular expressions over the whole name."""

    key: str
    title: str
    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Toolset(Value, frozen=True, kw_only=True):
    """Commands that some images bring: Debian's package to its commands.

    `images` are written `family/tier`; what an image has is the union of the sets that name it.
    A package without a command is listed too, such as time zone data.
    """

    images: tuple[str, ...]
    commands: Mapping[str, tuple[str, ...]]
    evidence: str


class Applet(Value, frozen=True, kw_only=True):
    """One of BusyBox's commands that does less than the one of the same name on Debian.

    `refused` are options of that one that BusyBox does not know, `valued` the letters of those
    that take a value. `package` is Alpine's package with the larger one, empty where none is known.
    """

    command: str
    package: str
    refused: frozenset[str]
    valued: str = ""


class Programs(Value, frozen=True, kw_only=True):
    """Which commands the images bring.

    `brings` says which other packages a Debian package installs, as far as this matters here, and
    `also` which it is of no use without and only recommends.
    """

    toolsets: tuple[Toolset, ...] = ()
    brings: Mapping[str, tuple[str, ...]] = {}
    also: Mapping[str, tuple[str, ...]] = {}
    applets: tuple[Applet, ...] = ()


class Catalog(Value, frozen=True, kw_only=True):
    """All recipes."""

    families: tuple[Family, ...]
    packages: tuple[PackageName, ...]
    breakages: tuple[Breakage, ...]
    classes: tuple[CommandClass, ...]
    programs: Programs = Programs()
