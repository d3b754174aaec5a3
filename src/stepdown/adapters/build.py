"""Builds, by `docker buildx build`: the SDK's builder drops heredocs and refuses RUN --mount."""

import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from stepdown.adapters import buildlog
from stepdown.adapters.environment import inherited
from stepdown.adapters.intake import admit, options_of
from stepdown.adapters.processes import MARK, Ended, run_lines
from stepdown.adapters.runs import Run
from stepdown.errors import DiskFullError, EngineError
from stepdown.model.image import Value
from stepdown.model.plan import BuildSecret
from stepdown.model.trial import BuildFailed
from stepdown.ports import BuildRequest, OnLine

_LINES = 200
_INSIDE = " instance using docker driver"
_NO_IGNORES = "# Nothing is ignored.\n"
"""An empty ignore file would make BuildKit look for the context's own."""


class BuildLog(Value, frozen=True, kw_only=True):
    """A build that went well: the end of its log, and how long it took."""

    seconds: float
    log: tuple[str, ...]


class Builder:
    """The builds of one run. `environment` makes the docker command find the engine.

    `inside` is true once a build has shown that it happens in the engine itself.
    """

    def __init__(self, run: Run, environment: Mapping[str, str]) -> None:
        self._run = run
        self._environment = {**environment, MARK: run.id, "DOCKER_CLI_HINTS": "false"}
        self.inside = False

    def version(self) -> str:
        """Return the builder's version, empty where there is no buildx."""
        lines: list[str] = []
        command = ("docker", "buildx", "version")
        try:
            ended = run_lines(command, env=self._environment, timeout=30, on_line=lines.append)
        except FileNotFoundError:
            return ""
        found = re.search(r"buildx v?(\d\S*)", " ".join(lines))
        return f"buildx {found[1]}" if ended.exit_code == 0 and found else ""

    def build(
        self, request: BuildRequest, tag: str, labels: Mapping[str, str], on_line: OnLine
    ) -> BuildLog | BuildFailed:
        """Build and tag an image.

        The Dockerfile lies outside of the context, so that no COPY can see it change. An exception
        in `on_line` and a signal end the build. Raises EngineError where the docker command has no
        buildx or the engine went away, DiskFullError where the disk is full.
        """
        if request.limits:
            admit(request, request.limits)
        file = self._dockerfile(request)
        log: deque[str] = deque(maxlen=_LINES)

        def note(line: str) -> None:
            log.append(line)
            self.inside = self.inside or line.endswith(_INSIDE)
            on_line(line)

        command = _command(request, file, tag, labels)
        self._run.log(" ".join(command))
        try:
            ended = run_lines(
                command,
                env={**inherited(), **self._environment} if request.limits else self._environment,
                timeout=request.timeout,
                on_line=note,
                whole=request.limits is not None,
            )
        except FileNotFoundError as missing:
            raise _no_builder(str(missing)) from missing
        self._run.log(f"the build of {tag} ended with {ended.exit_code}")
        return _judge(ended, tuple(log), request.timeout)

    def _dockerfile(self, request: BuildRequest) -> Path:
        file = self._run.scratch("build") / "Dockerfile"
        file.write_bytes(request.dockerfile.encode(errors="surrogateescape"))
        if (text := _ignored(request)) is not None:
            ignore = text or _NO_IGNORES
            beside = file.with_name("Dockerfile.dockerignore")
            beside.write_bytes(ignore.encode(errors="surrogateescape"))
        return file


def _ignored(request: BuildRequest) -> str | None:
    """Return the text of the ignore file; an untrusted build never gets what git keeps."""
    if request.limits is None:
        return request.ignore
    own = Path(request.context) / ".dockerignore"
    text = request.ignore
    if text is None:
        regular = own.is_file() and not own.is_symlink()
        text = own.read_text("utf-8", "surrogateescape") if regular else ""
    return f"{text}\n.git\n**/.git\n"


def _command(
    request: BuildRequest, file: Path, tag: str, labels: Mapping[str, str]
) -> tuple[str, ...]:
    arguments = [f"--build-arg={name}={value}" for name, value in request.arguments]
    known = () if request.limits else request.secrets
    secrets = [f"--secret={_reference(secret)}" for secret in known]
    marks = [f"--label={name}={value}" for name, value in labels.items()]
    target = [f"--target={request.target}"] if request.target else []
    limits = options_of(request.limits) if request.limits else ()
    return (
        *("docker", "buildx", "build", "--progress=plain", "--provenance=false", "--load"),
        *(f"--file={file}", f"--tag={tag}", *arguments, *secrets, *marks, *target, *limits),
        *("--", request.context),
    )


def _reference(secret: BuildSecret) -> str:
    """Name the secret for the builder, which reads its value itself."""
    return f"id={secret.id},env={secret.env}" if secret.env else f"id={secret.id},src={secret.file}"


def _judge(ended: Ended, log: tuple[str, ...], limit: float) -> BuildLog | BuildFailed:
    if ended.timed_out:
        words = f"The build took longer than {limit:g} seconds and was ended."
        return BuildFailed(reason=words, seconds=ended.seconds, log=log, timed_out=True)
    if ended.exit_code == 0:
        return BuildLog(seconds=ended.seconds, log=log)
    _refuse_to_blame(log)
    return BuildFailed(
        reason=buildlog.reason(log, ended.exit_code),
        seconds=ended.seconds,
        log=log,
        exit_code=buildlog.step_code(log) or ended.exit_code,
    )


def _refuse_to_blame(log: tuple[str, ...]) -> None:
    """Raise where the machine is at fault, and not the Dockerfile."""
    end = "\n".join(log[-20:])
    if buildlog.no_buildx(log):
        raise _no_builder(end)
    if buildlog.engine_gone(log):
        raise EngineError(
            "The container engine went away during a build.",
            details=end,
            hint="Look whether it still runs (`docker info`) and into its log, then start again.",
        )
    if buildlog.disk_full(log):
        raise DiskFullError(
            "A build found no space left on the engine's disk.",
            details=end,
            hint="See `docker system df`; `docker builder prune` frees the build cache.",
        )


def _no_builder(details: str) -> EngineError:
    return EngineError(
        "The docker command cannot build: buildx, version 0.10 or later, is needed.",
        details=details,
        hint="Install Docker's command line and its buildx plug-in (docker-cli, docker-buildx).",
    )
