"""Which of some files the checks open on the baseline, told by the time of the last access.

Inside an image that time never changes. So the application and its tests run once more in copies
of the baseline where the files are touched first: each then lies in the container's own layer, its
last access years ago, and the kernel writes down the first time that it is opened for reading or
mapped into memory. Neither the application nor its user is changed; it only waits, at its own
start, until all files are touched. Whether the host keeps these times is tried on a file of our
own: where it does not, nothing is claimed.

What stays unseen: a file whose existence is only asked for, and what the checks do not lead to.
"""

import time
from collections.abc import Callable, Iterable

import msgspec

from stepdown.model.image import Healthcheck, Value
from stepdown.ports import Container, ContainerSpec, Exit, File
from stepdown.verify import command
from stepdown.verify.audit import Rehearsal, use
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX, FOLDER

_LIST, _GO = f"{FOLDER}/files", f"{FOLDER}/go"
# On the image's own file system, as the files are for which it stands.
_CANARY = f"{FOLDER}.canary"
_ENDED = "stepdown: it has ended"
_START = f"""until [ -e {_GO} ]; do {BUSYBOX} sleep 0.05; done
"$@"
echo; echo '{_ENDED}'
exec {BUSYBOX} sleep 86400"""
_EACH = f"{BUSYBOX} tr '\\n' '\\0' <{_LIST} | {BUSYBOX} xargs -0 -r {BUSYBOX}"
_LONG_AGO, _SINCE = "2000-01-01 00:00:00", 946_900_000  # seconds: two days later, in any time zone
_TOUCH = f"{_EACH} touch -c -a -d '{_LONG_AGO}'; : >{_GO}"
_LOOK = (
    f"{BUSYBOX} cat {_CANARY} >/dev/null; "
    f"{_EACH} stat -c '%X %n' | {BUSYBOX} awk "
    f"'$1 > {_SINCE} {{ print substr($0, index($0, \" \") + 1) }}'"
)
_ROOT = "0"
_LIMIT = 120.0  # seconds for the touching and for the looking
_POLL = 0.2
_NO_HEALTHCHECK = Healthcheck(test=("NONE",))


class Opened(Value, frozen=True, kw_only=True):
    """The files that were opened; `unsure` says why others may have been, empty where none was."""

    paths: frozenset[str] = frozenset()
    unsure: str = ""


def watch(rig: Rig, side: Side, files: Iterable[str], rehearsal: Rehearsal) -> Opened:
    """Run the application with its requests, then the tests; return what of `files` was opened."""
    if rig.toolbox.missing:
        return Opened(unsure=rig.toolbox.missing)
    listing = "".join(f"{path}\n" for path in files).encode(errors="surrogateescape")
    asked, policy = rehearsal.asked, rig.policy
    own = ContainerSpec(
        image=side.image,
        role=f"{side.role}-opened",
        entrypoint=side.config.entrypoint,
        command=side.config.cmd,
        environment=policy.environment,
        ports=() if asked.port is None else (asked.port,),
    )
    with rig.engine.start(_waiting(rig, own, listing)) as container:
        first = _seen(container, lambda: use(container, rehearsal, policy.start_timeout))
    if rehearsal.command is None or first.unsure:
        return first
    tests = command.spec(rig, side, rehearsal.command)
    with rig.engine.start(_waiting(rig, tests, listing)) as container:
        second = _seen(container, lambda: _ended(container, policy.test_timeout))
    return Opened(paths=first.paths | second.paths, unsure=second.unsure)


def _waiting(rig: Rig, spec: ContainerSpec, listing: bytes) -> ContainerSpec:
    """Return `spec` with a start that waits for the touching, and stays when all is over."""
    added = (
        *rig.toolbox.files,
        File(path=_LIST, content=listing + f"{_CANARY}\n".encode()),
        File(path=_CANARY, content=b"canary\n"),
    )
    argv = (*(spec.entrypoint or ()), *(spec.command or ()))
    return msgspec.structs.replace(
        spec,
        entrypoint=(BUSYBOX, "sh", "-c", _START, "stepdown"),
        command=argv,
        files=(*spec.files, *(one for one in added if one not in spec.files)),
        healthcheck=_NO_HEALTHCHECK,
    )


def _seen(container: Container, rehearse: Callable[[], str]) -> Opened:
    """Touch, let it run, and read what was opened since."""
    if container.refused:
        return Opened(unsure=container.refused)
    touched = container.execute((BUSYBOX, "sh", "-c", _TOUCH), _LIMIT, user=_ROOT)
    if touched.exit_code != 0:
        return Opened(unsure=f"the files could not be touched: {_reason(touched)}")
    unsure = rehearse()
    looked = container.execute((BUSYBOX, "sh", "-c", _LOOK), _LIMIT, user=_ROOT)
    if looked.exit_code != 0:
        return Opened(unsure=f"the times could not be read: {_reason(looked)}")
    paths = frozenset(looked.output.splitlines())
    if _CANARY not in paths:
        return Opened(unsure="the engine's host keeps no times of access")
    cut = "the list of opened files was cut" if looked.truncated else ""
    return Opened(paths=paths - {_CANARY}, unsure=unsure or cut)


def _reason(end: Exit) -> str:
    lines = (end.refused or end.output).strip().splitlines()
    return lines[-1] if lines else f"exit {end.exit_code}"


def _ended(container: Container, limit: float) -> str:
    """Wait until the tests are over; say so where they are not."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if not container.state().running or container.output().rstrip().endswith(_ENDED):
            return ""
        time.sleep(_POLL)
    return "the tests did not end"
