"""What the application does to its environment while it answers requests on the old base.

An error that nobody looks at leaves no trace on the candidate, but what works on the old base does:
files that are made, and libraries that are loaded by name. The baseline's container is looked into
for them when it has answered, with the private toolbox beside the application.
"""

import re

from stepdown.model.image import Value
from stepdown.ports import Container
from stepdown.verify.side import Rig
from stepdown.verify.toolbox import BUSYBOX, FOLDER

_SETTLE, _LIMIT = 1.0, 15.0
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


def look(rig: Rig, container: Container) -> Used:
    """Look what an application did that has been asked, as far as that can be seen.

    What it does on after its answer gets a second.
    """
    running = not container.ended(_SETTLE) and not rig.toolbox.missing
    written = tuple(path for path in container.changed() if not _NOT_ITS_OWN.search(path))
    running = running and container.put(rig.toolbox.files)
    looked = container.execute(rig.toolbox.shell(_LOOK), _LIMIT).output if running else ""
    program, _, maps = looked.partition("\n")
    libraries = tuple(sorted(set(_MAPPED.findall(maps))))
    return Used(written=written, libraries=libraries, program=program)
