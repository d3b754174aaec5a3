"""Recipes: what the project knows about families of base images, packages and breakages, as data.

Loaded from `recipes/` by `stepdown.flow.catalog`; every stage receives these values as arguments.
"""

from collections.abc import Mapping
from enum import StrEnum

from stepdown.model.image import Libc, PackageManager, Tier, Value
from stepdown.model.support import Support


class Rung(Value, frozen=True, kw_only=True):
    """One image of a family at one tier.

    What it is: `image` is a template: `{version}`, `{release}` and `{variant}` are filled from the
    current tag. `tags` is a regular expression for the tags of this rung, with groups of these
    names; empty where the image is only proposed and not recognised. `version` is the language
    version of an image whose tag does not say it. `versions` lists the language versions for which
    the image exists, empty when every version has one. `vendor` is empty for the family's own
    publisher; another vendor's image is proposed only where the policy allows that vendor.
    `approved` marks a base of the user's own recipes. `withheld` says why the image is recognised
    but never proposed, empty where it may be.

    What is in it: `needs_static` is true where only static programs run. `interpreter` is the
    language runtime's absolute path, empty where there is none; `on_path` tells whether that
    runtime is on PATH, and `path` lists the folders of PATH where they are not the usual ones.
    `brings` are the commands on PATH beside those of the system. `user`, `home` and `workdir` are
    the image's own. `release` is the distribution's release, of which `recipes/releases.toml` knows
    the C library.

    How long: `end_of_life` is the last day on which it gets fixes, and `ends` the same by language
    version; both as in 2026-11-30.

    How large: `expected_packages` of the operating system, `expected_megabytes` on disk and
    `expected_download` (compressed megabytes), as seen on `as_of`; `evidence` says where.
    """

    tier: Tier
    image: str
    libc: Libc
    shell: bool
    package_manager: PackageManager
    tags: str = ""
    version: str = ""
    versions: tuple[str, ...] = ()
    vendor: str = ""
    approved: bool = False
    entrypoint: tuple[str, ...] = ()
    interpreter: str = ""
    on_path: bool = True
    path: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    user: str = "root"
    home: str = "/root"
    workdir: str = "/"
    release: str = ""
    end_of_life: str = ""
    ends: tuple[tuple[str, str], ...] = ()
    needs_static: bool = False
    expected_packages: int | None = None
    expected_megabytes: float | None = None
    expected_download: float | None = None
    as_of: str = ""
    withheld: str = ""
    reason: str
    evidence: str


class Family(Value, frozen=True, kw_only=True):
    """A family of base images, its rungs from the largest to the smallest.

    `repositories` are the image names that belong to it, `interpreters` the words by which a
    Dockerfile calls its runtime (`node`, `python3`, ...). Where the family `compiles`, that is only
    a toolchain: what it builds runs without it.
    """

    name: str
    language: str
    repositories: tuple[str, ...]
    interpreters: tuple[str, ...] = ()
    compiles: bool = False
    rungs: tuple[Rung, ...]


class Release(Value, frozen=True, kw_only=True):
    """A release of a distribution: its codename, the numbers by which tags call it, its glibc.

    `glibc` is empty where the distribution has another C library, `end_of_life` where it is not
    known.
    """

    name: str
    distribution: str
    numbers: tuple[str, ...] = ()
    glibc: str = ""
    end_of_life: str = ""


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
    DOCKERFILE = "dockerfile"


class RemedyKind(StrEnum):
    """What a remedy does. `advice` is for people; the others can be applied as edits.

    `add_packages` needs a package manager and `copy_files` a base without one. `larger_sibling`
    takes another base of the same tier. `other_base` takes another rung of the ladder that has the
    C library or the shell which this one lacks, and `nearer_base` one that has the old tools with
    it. The others change the rest of the Dockerfile. `keep_development` leaves packages in that a
    split would have pruned.
    """

    ADD_PACKAGES = "add_packages"
    ADD_COMMAND = "add_command"
    ADD_INIT = "add_init"
    BUILD_PACKAGES = "build_packages"
    COPY_FILES = "copy_files"
    COPY_LIBRARY = "copy_library"
    COPY_PROGRAMS = "copy_programs"
    ADD_USER = "add_user"
    SET_ENVIRONMENT = "set_environment"
    MAKE_FOLDER = "make_folder"
    OWN_FILES = "own_files"
    SAME_RELEASE = "same_release"
    SAME_LIBC = "same_libc"
    LINK_STATICALLY = "link_statically"
    CGO_OFF = "cgo_off"
    MUSL_PACKAGES = "musl_packages"
    THREAD_STACK = "thread_stack"
    LOOPBACK = "loopback"
    REPLACE_WORDS = "replace_words"
    KEEP_DEVELOPMENT = "keep_development"
    LARGER_SIBLING = "larger_sibling"
    OTHER_BASE = "other_base"
    NEARER_BASE = "nearer_base"
    FREE_PATH = "free_path"
    RELINK_VENV = "relink_venv"
    ADVICE = "advice"


class Remedy(Value, frozen=True, kw_only=True):
    """One way out. `safe` remedies are applied and tried; the others are only proposed.

    `apt` and `apk` name the packages that `add_packages` adds on a base with that manager, the
    ones that `build_packages` adds for the time of a RUN, and for `copy_files` the ones that bring
    `paths` (a folder ends with a slash; without paths those of the evidence). `environment` is
    what is set, `renames` says which words of commands become which. It is a way out only where
    `when` is part of the finding's line. `evidence` is that line, from which paths and names are
    taken, and `lines` are the lines for one Dockerfile as a diff; no recipe has either.
    """

    kind: RemedyKind
    text: str
    safe: bool = False
    apt: tuple[str, ...] = ()
    apk: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    when: str = ""
    environment: Mapping[str, str] = {}
    renames: Mapping[str, str] = {}
    evidence: str = ""
    lines: tuple[str, ...] = ()


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


class Grounds(Value, frozen=True, kw_only=True):
    """What points to a breakage that no message names.

    Each condition that is given must hold: `musl` is the step from glibc to musl, `lost` are paths
    (`*` stands for anything) of which only the baseline has one, `replaced` commands of which one
    is BusyBox's on the candidate and was another program.
    One sign at least must be seen: `code` are regular expressions over lines of the code, `named`
    paths, of which the code or an error names one that is lost, `calls` functions that a compiled
    program calls, `shows` regular expressions over what went wrong. A `weak` one is only mentioned.
    """

    weak: bool = False
    musl: bool = False
    lost: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()


class Breakage(Value, frozen=True, kw_only=True):
    """One known way to break: how it shows, why, and the ways out in order of preference.

    `specific` breaks ties: when several match, the highest wins. `deterministic` is true where
    the signature alone proves the cause, so that no rerun is needed. A silent breakage has no
    signatures; then `detectors` prove it, and `evidence` says what to quote instead of a line.
    `grounds` make it a suspicion where no message tells. `follows` are the breakages of which it is
    a mere consequence where the same check shows them.
    """

    id: str
    title: str
    cause: str
    tiers: tuple[Tier, ...] = ()
    languages: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    grounds: Grounds | None = None
    follows: tuple[str, ...] = ()
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
    `also` which it is of no use without and only recommends. `wrappers` are packages of languages
    (by `pypi` or `npm` and the name) that call a program, with the command lines by which they do.
    """

    toolsets: tuple[Toolset, ...] = ()
    brings: Mapping[str, tuple[str, ...]] = {}
    also: Mapping[str, tuple[str, ...]] = {}
    applets: tuple[Applet, ...] = ()
    wrappers: Mapping[str, Mapping[str, tuple[str, ...]]] = {}


class Catalog(Value, frozen=True, kw_only=True):
    """All recipes."""

    families: tuple[Family, ...]
    packages: tuple[PackageName, ...]
    breakages: tuple[Breakage, ...]
    classes: tuple[CommandClass, ...]
    programs: Programs = Programs()
    releases: tuple[Release, ...] = ()
    support: tuple[Support, ...] = ()
