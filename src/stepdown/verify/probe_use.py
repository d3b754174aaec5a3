"""What the application does to its environment while it answers requests on the old base.

An error that nobody looks at leaves no trace on the candidate, but what works on the old base does:
files that are made, and libraries that are loaded by name. One more container of the baseline,
with the private toolbox beside the application, is looked into for them.
"""

import re
import time

from stepdown.model.image import Healthcheck, Value
from stepdown.ports import Container, ContainerSpec
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX, FOLDER

_NO_HEALTHCHECK = Healthcheck(test=("NONE",))
_POLL, _SETTLE, _LIMIT, _ANSWER = 0.2, 1.0, 15.0, 5.0
_MARK = "-- process\n"
# Of the last minutes: that spares the list of a whole image; what the image has is left out later.
_LOOK = f"""
{BUSYBOX} find / -xdev -type f -mmin -5 2>/dev/null
echo '{_MARK.strip()}'
{BUSYBOX} readlink /proc/1/exe
{BUSYBOX} cat /proc/1/maps
"""
_MAPPED = re.compile(r"(?<= )/\S+\.so[.\d]*$", re.MULTILINE)
# Bytecode, which Python does without, and what engines and the toolbox put there.
_NOT_ITS_OWN = re.compile(
    rf"/__pycache__/|^(?:{FOLDER}/|/\.dockerenv$|/run/\.containerenv$"
    r"|/etc/(?:hosts|hostname|resolv\.conf|mtab)$)"
)


class Used(Value, frozen=True, kw_only=True):
    """Paths: new files, libraries that are loaded, the first process's program.

    `written` has files of the image, too, where that was made just before.
    """

    written: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    program: str = ""


def spec(rig: Rig, side: Side, asked: Endpoints) -> ContainerSpec:
    """Return how the application is started with the toolbox beside it."""
    return ContainerSpec(
        image=side.image,
        role=f"{side.role}-use",
        environment=rig.policy.environment,
        files=rig.toolbox.files,
        healthcheck=_NO_HEALTHCHECK,
        ports=() if asked.port is None else (asked.port,),
    )


def look(rig: Rig, container: Container, asked: Endpoints, *, answers: bool) -> Used:
    """Ask the application, and look what it did; nothing where that cannot be seen."""
    if rig.toolbox.missing:
        return Used()
    _ask(container, asked, answers=answers)
    return read(container.execute(rig.toolbox.shell(_LOOK), _LIMIT).output)


def read(looked: str) -> Used:
    """Read what was found, and what the kernel says of the first process."""
    written, _, process = looked.partition(_MARK)
    program, _, maps = process.partition("\n")
    paths = (path for path in written.splitlines() if path.startswith("/"))
    return Used(
        written=tuple(sorted(p for p in paths if not _NOT_ITS_OWN.search(p))),
        libraries=tuple(sorted(set(_MAPPED.findall(maps)))),
        program=program,
    )


def _ask(container: Container, asked: Endpoints, *, answers: bool) -> None:
    deadline = time.monotonic() + _LIMIT
    port = asked.port if answers else None
    while port and container.http(port, asked.paths[0], 1.0) is None:
        if time.monotonic() >= deadline or not container.state().running:
            return
        time.sleep(_POLL)
    for path in asked.paths if port else ():
        container.http(port or 0, path, _ANSWER)
    time.sleep(_SETTLE)
