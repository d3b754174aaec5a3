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
_LOOK = f"{BUSYBOX} readlink /proc/1/exe; {BUSYBOX} cat /proc/1/maps"
_MAPPED = re.compile(r"(?<= )/\S+\.so[.\d]*$", re.MULTILINE)
# Bytecode and counters, which Python and Java do without, and what engines and the toolbox put
# there.
_NOT_ITS_OWN = re.compile(
    rf"/__pycache__(?:/|$)|^/tmp/hsperfdata_|^(?:{FOLDER}(?:/|$)|/\.dockerenv$|/run/\.containerenv$"
    r"|/etc/(?:hosts|hostname|resolv\.conf|mtab)$)"
)


class Used(Value, frozen=True, kw_only=True):
    """Paths: what was written, libraries that are loaded, the first process's program."""

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
    """Ask the application, and look what it did, as far as that can be seen."""
    _ask(container, asked, answers=answers)
    written = tuple(path for path in container.changed() if not _NOT_ITS_OWN.search(path))
    running = not rig.toolbox.missing and container.state().running
    looked = container.execute(rig.toolbox.shell(_LOOK), _LIMIT).output if running else ""
    program, _, maps = looked.partition("\n")
    libraries = tuple(sorted(set(_MAPPED.findall(maps))))
    return Used(written=written, libraries=libraries, program=program)


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
