"""The choices of a run, as the command line gave them."""

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from posixpath import normpath

from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import UsageError
from stepdown.model.gate import Gate, Waiver
from stepdown.model.image import Libc, Tier
from stepdown.model.plan import BuildSecret, Policy

_PACKAGE = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._+-]*")
_EDIT = re.compile(r"[a-z]+:[1-9][0-9]*")
_TOOL = re.compile(r"[\w.+-]+")
_SECRET = re.compile(
    r"id=(?P<id>[\w.-]+),(?:env=(?P<env>[A-Za-z_]\w*)|(?:src|source)=(?P<file>.+))"
)
SMALLEST = "smallest"
FORMS = ("alias", "arg", "literal")
REPORTS = (
    "text",
    "md",
    "html",
    "json",
    "sarif",
    "junit",
    "cyclonedx",
    "spdx",
    "structure-test",
)
FLEET_REPORTS = ("text", "md", "html", "csv", "json")
SCANNERS = ("trivy", "grype", "osv-scanner", "docker-scout", "osv", "auto", "none")


@dataclass(frozen=True, kw_only=True)
class Options:
    """One field for each flag of `migrate` and `plan`."""

    path: Path
    settings: str = ""  # the configuration that was taken into account
    file: str = ""
    stage: str = ""
    to: str = SMALLEST
    base: str = ""
    test: str | None = None
    test_source: str = "given by --test"
    test_stage: str = ""
    junit: str = ""
    form: str = "alias"
    paths: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    branch: str = ""
    merge_request: bool = False
    request: RequestOptions = field(default_factory=RequestOptions)
    saved: Path | None = None
    unsafe_fixes: bool = False
    accepted: tuple[str, ...] = ()
    yes: bool = False
    json: bool = False
    dry_run: bool = False
    verbose: bool = False
    color: str = "auto"
    reports: tuple[Path, ...] = ()
    record: Path | None = None
    log: Path | None = None
    timing: int = 0
    build_timeout: float = 1800
    test_timeout: float = 600
    start_timeout: float = 60
    stop_timeout: float = 10
    build_args: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    recipes: tuple[Path, ...] = ()
    like: str = ""
    limit: str = ""
    exposure: str = ""
    debugging: str = ""
    tools: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    libcs: tuple[str, ...] = ()
    approved_only: bool = False
    min_gain: float | None = None
    max_packages: int | None = None
    forbidden: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    day: str = ""
    online: bool = False
    scanner: str = "none"
    osv: Path | None = None
    kev: Path | None = None
    vex: tuple[Path, ...] = ()
    scan_timeout: float = 600

    def policy(self) -> Policy:
        """Return the choices that a plan holds. Raises UsageError for values out of range."""
        if self.to not in (SMALLEST, *Tier):
            known = ", ".join((*Tier, SMALLEST))
            raise UsageError(f"--to {self.to} is no tier.", hint=f"Use one of: {known}.")
        if self.form not in FORMS:
            raise UsageError(f"--form {self.form} is unknown.", hint=f"Use: {', '.join(FORMS)}.")
        return Policy(
            to=self.to,
            base=self.base,
            unsafe_fixes=self.unsafe_fixes,
            accepted=tuple(map(_edit, self.accepted)),
            packages=tuple(map(_package, self.packages)),
            copies=tuple(map(_path, self.copies)),
            leaves=tuple(map(_path, self.leaves)),
            form=self.form,
            test_stage=self.test_stage,
            junit=self.junit,
            paths=tuple(map(_rooted, self.paths)),
            environment=tuple(map(_pair, self.environment)),
            private=tuple(text for text in self.environment if "=" not in text),
            timing=self.timing,
            build_timeout=self.build_timeout,
            test_timeout=self.test_timeout,
            start_timeout=self.start_timeout,
            stop_timeout=self.stop_timeout,
            arguments=tuple(map(_argument, self.build_args)),
            secrets=tuple(map(_secret, self.secrets)),
            limit=self.limit,
            exposure=self.exposure,
            debugging=self.debugging,
            tools=tuple(map(_tool, self.tools)),
            vendors=self.vendors,
            libcs=tuple(map(Libc, self.libcs)),
            approved_only=self.approved_only,
            min_gain=self.min_gain,
            max_packages=self.max_packages,
            gates=self.wanted_gates(),
            waivers=self.waivers,
            day=self.day or datetime.now(tz=UTC).date().isoformat(),
        )

    def wanted_gates(self) -> tuple[Gate, ...]:
        """Return the gates, those of forbidden tools included."""
        if not self.gates and not self.forbidden:
            return ()
        from stepdown.flow import gates  # noqa: PLC0415  (keeps --help quick)

        tools = (f"{gates.TOOL}{_tool(name, '--forbid-tool')}" for name in self.forbidden)
        return gates.with_words((), (*tools, *self.gates))


def _tool(name: str, flag: str = "--require-tool") -> str:
    if not _TOOL.fullmatch(name):
        raise UsageError(f"{flag} {name} is no program's name.", hint=f"Give it like {flag} curl.")
    return name


def _secret(text: str) -> BuildSecret:
    found = _SECRET.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--secret {text} is no reference to a secret.",
            hint="Give it like --secret id=npm,env=NPM_TOKEN or --secret id=npmrc,src=.npmrc.",
        )
    return BuildSecret(id=found["id"], env=found["env"] or "", file=found["file"] or "")


def _rooted(path: str) -> str:
    if not path.startswith("/") or any(c.isspace() for c in path):
        raise UsageError(f"--path {path} is no HTTP path.", hint="Give it like /health.")
    return path


def _path(text: str) -> str:
    """Return an absolute path of an image, without a slash at its end."""
    path = normpath(text)
    if not text.startswith("/") or path == "/" or any(char.isspace() for char in text):
        raise UsageError(
            f"{text!r} is no absolute path in the image.", hint="Give it like --copy /srv/data."
        )
    return path


def _package(text: str) -> tuple[str, tuple[str, ...]]:
    debian, equals, alpine = text.partition("=")
    names = tuple(name for name in alpine.replace(",", " ").split() if name != "-")
    if not equals or not all(map(_PACKAGE.fullmatch, (debian, *names))) or not alpine.strip():
        raise UsageError(
            f"--package {text} is no DEBIAN=ALPINE.",
            hint="Give it like --package libfoo1=libfoo, or libfoo1=- where nothing is needed.",
        )
    return debian, names


def _edit(text: str) -> str:
    if not _EDIT.fullmatch(text):
        raise UsageError(
            f"--unsafe-fix {text} is no FIXER:LINE.",
            hint="`stepdown plan` names both of each proposed edit: give it like inits:12.",
        )
    return text


def _pair(text: str) -> tuple[str, str]:
    """Return a variable with its value; one without `=` has that of the environment here."""
    name, equals, value = text.partition("=")
    if not name:
        raise UsageError(f"--env {text} has no name.", hint="Give it like --env PORT=3000.")
    if not equals and name not in os.environ:
        raise UsageError(
            f"--env {name} is not set here.",
            hint=f"Set {name} in the environment of stepdown, or give it like --env {name}=VALUE.",
        )
    return name, value if equals else os.environ[name]


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(
            f"--build-arg {text} is no NAME=VALUE.", hint="Give it like --build-arg VERSION=1.2."
        )
    return name, value
