"""The `audit` check: programs that the application calls and that the candidate does not have.

Half of the dangerous breakages are silent: a program that ignores a failed `popen` answers as
before, only without the side effect. So the tests and the requests run once more on a copy of the
candidate in which every command that only the baseline has is a canary: a script that writes down
its call and fails, as the missing program would. This run is never used for any other verdict,
because a canary answers "exit 127" where the truth is "no such file".
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec

from stepdown.model.facts import Command
from stepdown.model.image import Healthcheck, ImageConfig, Value
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.ports import Container, ContainerSpec, File
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import command
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX, FOLDER, Toolbox

NAME = "audit"
_CALLS = f"{FOLDER}/calls"
_CANARY = f'#!{BUSYBOX} sh\necho "$0 $*" >> {_CALLS}\nexit 127\n'.encode()
_POLL, _SETTLE, _ANSWER = 0.2, 3.0, 10.0
_NO_HEALTHCHECK = Healthcheck(test=("NONE",))
# Runtimes look for these and do without them: a call says nothing about the application.
_PROBES = frozenset(
    [
        "ldconfig",
        "ldd",
        "getconf",
        "lsb_release",
        "gcc",
        "cc",
        "clang",
        "ld",
        "objdump",
        "uname",
        "which",
        "stty",
        "tput",
    ]
)


class Call(Value, frozen=True, kw_only=True):
    """One call of a program that is not there: its path and its arguments."""

    path: str
    arguments: str

    @property
    def name(self) -> str:
        """The command's name."""
        return self.path.rpartition("/")[2]


def missing(before: RootFS, old: ImageConfig, after: RootFS, new: ImageConfig) -> tuple[str, ...]:
    """Return the paths of commands that the baseline has on PATH and the candidate lacks.

    The paths are real ones within the candidate, so that a canary never replaces a link.
    """
    gone: set[str] = set()
    for folder, name in _commands(before, old):
        if after.which(name, new.path) is None and after.get(f"{folder}/{name}") is None:
            gone.add(f"{after.resolve(folder) or folder}/{name}")
    return tuple(sorted(path for path in gone if after.get(path) is None))


def _commands(fs: RootFS, config: ImageConfig) -> Iterator[tuple[str, str]]:
    names: dict[str, list[str]] = {}
    for path in fs.entries:
        folder, _, name = path.rpartition("/")
        names.setdefault(folder, []).append(name)
    for folder in dict.fromkeys((*config.path, "/bin", "/usr/bin")):
        for name in names.get(fs.resolve(folder) or folder, []):
            if fs.executable(f"{folder}/{name}"):
                yield folder, name


class Rehearsal(Value, frozen=True, kw_only=True):
    """What is run once more with canaries: the application with requests, and the tests.

    `answers` tells whether the baseline answered the requests.
    """

    command: Command | None
    asked: Endpoints
    answers: bool


def check(rig: Rig, side: Side, gone: tuple[str, ...], rehearsal: Rehearsal) -> CheckRun:
    """Rehearse with canaries at the paths `gone`; it fails when a missing program is called."""
    if not gone:
        return _run(CheckState.PASSED, "the candidate has every command of the baseline")
    if rig.toolbox.missing:
        why = f"whether the application calls a missing program is unknown: {rig.toolbox.missing}"
        return _run(CheckState.BROKEN, why)
    calls, unsure = _rehearse(rig, side, gone, rehearsal)
    serious = tuple(call for call in dict.fromkeys(calls) if call.name not in _PROBES)
    if serious:
        lines = tuple(_sentence(call) for call in serious)
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        return _run(CheckState.FAILED, lines[0] + more, lines)
    if unsure:
        why = f"whether the application calls a missing program is unknown: {unsure}"
        return _run(CheckState.BROKEN, why)
    return _run(CheckState.PASSED, f"no missing command was called ({len(gone)} paths watched)")


def _rehearse(
    rig: Rig, side: Side, gone: tuple[str, ...], rehearsal: Rehearsal
) -> tuple[tuple[Call, ...], str]:
    """Run the tests, and meanwhile the application with its requests, each in its own container.

    Return the calls, and why more may have been missed (empty if nothing was).
    """
    files = _files(gone, rig.toolbox)
    with ExitStack() as stack:
        tests = None
        if rehearsal.command is not None:
            tests = stack.enter_context(
                rig.engine.start(_tests(rig, side, rehearsal.command, files))
            )
        app = stack.enter_context(rig.engine.start(_application(rig, side, rehearsal, files)))
        unsure = app.refused or use(app, rehearsal, rig.policy.start_timeout)
        calls, unread = _calls(app)
        if tests is None:
            return calls, unsure or unread
        ended = tests.ended(rig.policy.test_timeout)
        hung = "" if ended else "the tests did not end"
        more, still_unread = _calls(tests)
        return (*calls, *more), unsure or unread or tests.refused or hung or still_unread


def _application(
    rig: Rig, side: Side, rehearsal: Rehearsal, files: tuple[File, ...]
) -> ContainerSpec:
    return ContainerSpec(
        image=side.image,
        role=f"{side.role}-audit",
        environment=rig.policy.environment,
        files=files,
        healthcheck=_NO_HEALTHCHECK,
        ports=() if rehearsal.asked.port is None else (rehearsal.asked.port,),
    )


def _tests(rig: Rig, side: Side, wanted: Command, files: tuple[File, ...]) -> ContainerSpec:
    spec = command.spec(rig, side, wanted)
    return msgspec.structs.replace(spec, files=files, healthcheck=_NO_HEALTHCHECK)


def use(container: Container, rehearsal: Rehearsal, limit: float) -> str:
    """Send the requests, and give what they start the time to run; say what went wrong."""
    asked = rehearsal.asked
    _until(container, limit if rehearsal.answers else _SETTLE, asked)
    silent = [
        path
        for path in asked.paths
        if rehearsal.answers
        and asked.port is not None
        and container.http(asked.port, path, _ANSWER) is None
    ]
    container.ended(_SETTLE)
    return f"no answer to {', '.join(silent)}" if silent else ""


def _files(gone: tuple[str, ...], toolbox: Toolbox) -> tuple[File, ...]:
    canaries = tuple(File(path=path, content=_CANARY, mode=0o755) for path in gone)
    return (*toolbox.files, File(path=_CALLS, content=b"", mode=0o666), *canaries)


def _until(container: Container, limit: float, asked: Endpoints) -> None:
    """Wait until it answers or ends, or `limit` seconds are over."""
    if asked.port is None:
        container.ended(limit)
        return
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline and container.state().running:
        if container.http(asked.port, asked.paths[0], 1.0):
            return
        time.sleep(_POLL)


def _calls(container: Container) -> tuple[tuple[Call, ...], str]:
    content = container.read(_CALLS)
    if content is None:
        return (), "the list of calls cannot be read"
    lines = content.decode(errors="replace").splitlines()
    split = (line.partition(" ") for line in lines if line.startswith("/"))
    return tuple(Call(path=path, arguments=arguments) for path, _, arguments in split), ""


def _sentence(call: Call) -> str:
    shown = f"{call.path} {call.arguments}".strip()
    return f"`{shown}` was called, and the candidate has no {call.path}"


def _run(state: CheckState, summary: str, lines: tuple[str, ...] = ()) -> CheckRun:
    messages = tuple(Message(channel=Channel.STATIC, text=line) for line in lines)
    return CheckRun(check=NAME, state=state, summary=summary, messages=messages)
