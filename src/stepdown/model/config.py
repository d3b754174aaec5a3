"""The configuration of a repository, as it stands in stepdown.toml or pyproject.toml.

Every field is UNSET where the file does not give it, so that flags, files and defaults can be told
apart. Names in the file are written with hyphens. Descriptions are shown by editors, through the
JSON Schema that is made from these structs, and stand in `stepdown help configuration`.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from stepdown.model.image import Libc, Tier

_PATH, _NAME, _TOOL = r"^[^\s/]", r"^[A-Za-z_][A-Za-z0-9_]*$", r"^[\w.+-]+$"
_IMAGE_PATH, _HTTP_PATH, _SIZE = r"^/[^\s]*[^\s/]$", r"^/\S*$", r"^\d+(\.\d+)? ?[kMG]B$"
PATTERNS = {
    _PATH: "a path relative to the folder of the file",
    _NAME: "a name of letters, digits and _",
    _TOOL: "the name of a program",
    _IMAGE_PATH: "an absolute path in the image, like /srv/data",
    _HTTP_PATH: "an HTTP path, like /health",
    _SIZE: "a number of bytes, or like 80 MB",
}
"""What is meant, in words, by the patterns of texts."""

Text = Annotated[str, Meta(min_length=1)]
Path = Annotated[str, Meta(pattern=_PATH)]
Name = Annotated[str, Meta(pattern=_NAME)]
Tool = Annotated[str, Meta(pattern=_TOOL)]
ImagePath = Annotated[str, Meta(pattern=_IMAGE_PATH)]
HttpPath = Annotated[str, Meta(pattern=_HTTP_PATH)]
Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=0)]
Size = Count | Annotated[str, Meta(pattern=_SIZE)]
Limit = Annotated[Count | UnsetType, Meta(description="At most so many.")]
Ban = Annotated[bool | UnsetType, Meta(description="true: none at all.")]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of all parts: unknown keys are errors."""


class Secret(Settings, frozen=True, kw_only=True):
    """A build secret, by reference: its value never stands in a file or a record."""

    id: Annotated[str, Meta(pattern=r"^[\w.-]+$", description="As in RUN --mount=type=secret,id=.")]
    env: Annotated[Name | UnsetType, Meta(description="The variable that holds it.")] = UNSET
    file: Annotated[Path | UnsetType, Meta(description="The file that holds it.")] = UNSET


class Build(Settings, frozen=True, kw_only=True):
    """How images are built."""

    args: Annotated[
        dict[Name, str | int] | UnsetType,
        Meta(description="Build arguments, the same for every image."),
    ] = UNSET
    secrets: Annotated[
        tuple[Secret, ...] | UnsetType, Meta(description="Build secrets, by reference.")
    ] = UNSET
    timeout: Annotated[Seconds | UnsetType, Meta(description="Seconds for one build.")] = UNSET


class Checks(Settings, frozen=True, kw_only=True):
    """What is checked on the old image and on each new one."""

    test: Annotated[
        str | UnsetType,
        Meta(description="Command that tests the application inside the image; empty: none."),
    ] = UNSET
    test_target: Annotated[
        Text | UnsetType, Meta(description="Stage on top of the image in which the tests run.")
    ] = UNSET
    junit: Annotated[
        Text | UnsetType, Meta(description="JUnit XML that the test command writes, in the image.")
    ] = UNSET
    paths: Annotated[
        tuple[HttpPath, ...] | UnsetType, Meta(description="HTTP paths to compare.")
    ] = UNSET
    timing: Annotated[
        Count | UnsetType, Meta(description="Turns in which times are compared; 0: none.")
    ] = UNSET
    test_timeout: Annotated[Seconds | UnsetType, Meta(description="Seconds for the tests.")] = UNSET
    start_timeout: Annotated[
        Seconds | UnsetType, Meta(description="Seconds in which the application has to answer.")
    ] = UNSET
    stop_timeout: Annotated[
        Seconds | UnsetType, Meta(description="Seconds between the stop signal and the kill.")
    ] = UNSET


class Edits(Settings, frozen=True, kw_only=True):
    """How the Dockerfile is rewritten."""

    form: Annotated[
        Literal["alias", "arg", "literal"] | UnsetType,
        Meta(description="How the base is written."),
    ] = UNSET
    unsafe_fixes: Annotated[
        bool | UnsetType, Meta(description="Apply edits that may change behaviour.")
    ] = UNSET
    packages: Annotated[
        dict[str, tuple[str, ...]] | UnsetType,
        Meta(description="What Alpine calls a package of Debian; an empty list: not needed."),
    ] = UNSET
    copy: Annotated[
        tuple[ImagePath, ...] | UnsetType,
        Meta(description="Paths that a split stage ships as well."),
    ] = UNSET
    leave: Annotated[
        tuple[ImagePath, ...] | UnsetType, Meta(description="Paths that it does not ship.")
    ] = UNSET


class Rules(Settings, frozen=True, kw_only=True):
    """How far down to go, and to what."""

    to: Annotated[
        Literal["full", "slim", "alpine", "distroless", "scratch", "smallest"] | UnsetType,
        Meta(description="The tier that is wanted; smallest tries every rung."),
    ] = UNSET
    base: Annotated[Text | UnsetType, Meta(description="Try this base image only.")] = UNSET
    like: Annotated[
        Text | UnsetType, Meta(description="Known image from which the base is made.")
    ] = UNSET
    limit: Annotated[Tier | UnsetType, Meta(description="Lowest tier that is ever proposed.")] = (
        UNSET
    )
    exposure: Annotated[
        Literal["public", "internal"] | UnsetType,
        Meta(description="internal: a gain below 10 % is not worth a step."),
    ] = UNSET
    debugging: Annotated[
        Literal["shell", "sidecar"] | UnsetType,
        Meta(description="shell: no image without one."),
    ] = UNSET
    require_tools: Annotated[
        tuple[Tool, ...] | UnsetType, Meta(description="Programs that the image has to have.")
    ] = UNSET
    forbid_tools: Annotated[
        tuple[Tool, ...] | UnsetType,
        Meta(description="Programs that it may not have; each is a gate, forbid.tool.NAME."),
    ] = UNSET
    vendors: Annotated[
        tuple[Text, ...] | UnsetType,
        Meta(description="Vendors of hardened images that may be proposed."),
    ] = UNSET
    libc: Annotated[
        tuple[Libc, ...] | UnsetType, Meta(description="C libraries that are allowed.")
    ] = UNSET
    approved_only: Annotated[
        bool | UnsetType, Meta(description="Only bases of your own recipes.")
    ] = UNSET
    min_gain: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | UnsetType,
        Meta(description="Percent that a step has to gain."),
    ] = UNSET
    max_packages: Annotated[
        Count | UnsetType, Meta(description="OS packages of a base, at most.")
    ] = UNSET


class Most(Settings, frozen=True, kw_only=True):
    """At most so many in the image that ships: one key for each measure of the card."""

    commands: Limit = UNSET
    os_packages: Limit = UNSET
    language_packages: Limit = UNSET
    runtimes: Limit = UNSET
    unowned_binaries: Limit = UNSET
    shells: Limit = UNSET
    package_managers: Limit = UNSET
    language_package_managers: Limit = UNSET
    network_tools: Limit = UNSET
    compilers: Limit = UNSET
    interpreters: Limit = UNSET
    debuggers: Limit = UNSET
    privilege_tools: Limit = UNSET
    setuid_setgid: Limit = UNSET
    file_capabilities: Limit = UNSET
    world_writable: Limit = UNSET
    size_visible: Annotated[
        Size | UnsetType, Meta(description='Bytes, or like "80 MB" (1 MB = 1,000,000 bytes).')
    ] = UNSET
    size_layers: Annotated[
        Size | UnsetType, Meta(description='Bytes, or like "80 MB" (1 MB = 1,000,000 bytes).')
    ] = UNSET


class Forbidden(Settings, frozen=True, kw_only=True):
    """None of these in the image that ships."""

    shell: Ban = UNSET
    root: Annotated[bool | UnsetType, Meta(description="true: its user is not root.")] = UNSET
    setuid: Ban = UNSET
    package_manager: Ban = UNSET
    language_package_manager: Ban = UNSET
    network_tool: Ban = UNSET
    compiler: Ban = UNSET
    interpreter: Ban = UNSET
    debugger: Ban = UNSET
    privilege_tool: Ban = UNSET
    capability: Ban = UNSET
    world_writable: Ban = UNSET


class Gates(Settings, frozen=True, kw_only=True):
    """Limits for the image that ships. A gate whose number is unknown does not pass."""

    max: Annotated[Most | UnsetType, Meta(description="At most so many.")] = UNSET
    forbid: Annotated[Forbidden | UnsetType, Meta(description="None at all.")] = UNSET


class Waived(Settings, frozen=True, kw_only=True):
    """A gate or a finding that is accepted for a time."""

    reason: Annotated[str, Meta(min_length=1, description="Why it is accepted.")]
    expires: Annotated[date, Meta(description="The last day on which it counts.")]
    gate: Annotated[Text | UnsetType, Meta(description="Like max.commands.")] = UNSET
    finding: Annotated[
        Text | UnsetType,
        Meta(description="Id of a breakage, like A07. It stays a finding, and is said to be known"),
    ] = UNSET


class Scans(Settings, frozen=True, kw_only=True):
    """Who looks for known vulnerabilities."""

    scanner: Annotated[
        Literal["trivy", "grype", "osv-scanner", "docker-scout", "osv", "auto", "none"] | UnsetType,
        Meta(description="osv needs no program."),
    ] = UNSET
    osv: Annotated[
        Path | UnsetType, Meta(description="Folder or zip with osv.dev's dumps: osv, but offline.")
    ] = UNSET
    kev: Annotated[
        Path | UnsetType, Meta(description="CISA's list of exploited vulnerabilities.")
    ] = UNSET
    vex: Annotated[tuple[Path, ...] | UnsetType, Meta(description="OpenVEX files.")] = UNSET
    timeout: Annotated[Seconds | UnsetType, Meta(description="Seconds a scan.")] = UNSET


class Config(Settings, frozen=True, kw_only=True):
    """Settings of stepdown for one repository."""

    dockerfile: Annotated[Path | UnsetType, Meta(description="The Dockerfile.")] = UNSET
    context: Annotated[
        Path | UnsetType, Meta(description="The build context (default: the file's folder).")
    ] = UNSET
    target: Annotated[
        Text | UnsetType, Meta(description="Stage that ships (default: the last).")
    ] = UNSET
    recipes: Annotated[
        tuple[Path, ...] | UnsetType, Meta(description="Folders with recipes of your own.")
    ] = UNSET
    build: Annotated[Build | UnsetType, Meta(description="How images are built.")] = UNSET
    checks: Annotated[Checks | UnsetType, Meta(description="What is checked.")] = UNSET
    env: Annotated[
        dict[Name, str | int] | UnsetType,
        Meta(description="Environment of the application while it is checked. No secrets."),
    ] = UNSET
    rewrite: Annotated[Edits | UnsetType, Meta(description="How the file is rewritten.")] = UNSET
    policy: Annotated[Rules | UnsetType, Meta(description="How far down, and to what.")] = UNSET
    gates: Annotated[Gates | UnsetType, Meta(description="Limits for the image that ships.")] = (
        UNSET
    )
    waivers: Annotated[
        tuple[Waived, ...] | UnsetType, Meta(description="What is accepted, and until when.")
    ] = UNSET
    scan: Annotated[Scans | UnsetType, Meta(description="Known vulnerabilities.")] = UNSET
