"""What a process finds in a container of an image, asked by the private toolbox.

Best beside the application, where it runs anyway; else in a container of its own.
"""

import re

from stepdown.model.image import Healthcheck
from stepdown.ports import Container, ContainerSpec, Exit
from stepdown.verify.probe_files import BUNDLES, Facts
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX

_NO_HEALTHCHECK = Healthcheck(test=("NONE",))
_LIMIT = 30.0
_SCRIPT = f"""
say() {{ {BUSYBOX} printf '%s\\t%s\\n' "$1" "$2"; }}
writable() {{
  if [ ! -d "$1" ]; then echo missing
  elif ( : > "$1/.stepdown-probe" ) 2>/dev/null; then echo writable
  else echo 'not writable'; fi
}}
say '/tmp' "$(writable /tmp)"
say HOME "${{HOME:-not set}}, $(writable "${{HOME:-/nowhere}}")"
say 'working directory' "$(writable .)"
hosts=$({BUSYBOX} grep -s '^hosts:' /etc/nsswitch.conf)
[ -z "$hosts" ] || say 'name services' "${{hosts#hosts:}}"
for bundle in {" ".join(BUNDLES)}; do
  [ ! -s "$bundle" ] || {{ say certificates "$({BUSYBOX} grep -c 'BEGIN CERT' "$bundle")"; break; }}
done
say end ''
"""


def beside(rig: Rig, container: Container) -> Facts:
    """Return observations by name from within a running container; none where that cannot be."""
    if rig.toolbox.missing or not container.put(rig.toolbox.files):
        return ()
    return _told(container.execute(rig.toolbox.shell(_SCRIPT), _LIMIT))


def facts(rig: Rig, side: Side) -> Facts:
    """Return observations by name; `inside` says why there are none, where there are none."""
    if rig.toolbox.missing:
        return (("inside", f"unknown: {rig.toolbox.missing}"),)
    argv = rig.toolbox.shell(_SCRIPT)
    spec = ContainerSpec(
        image=side.image,
        role=f"{side.role}-probe",
        entrypoint=argv[:1],
        command=argv[1:],
        environment=rig.policy.environment,
        files=rig.toolbox.files,
        healthcheck=_NO_HEALTHCHECK,
        network=False,
    )
    end = rig.engine.run(spec, _LIMIT)
    return _told(end) or (("inside", f"unknown: {end.refused or 'the toolbox did not run'}"),)


def _told(end: Exit) -> Facts:
    """Return what the script told, nothing where it did not come to its end."""
    told = re.findall(r"^([^\t\n]+)\t(.*)$", end.output, re.MULTILINE)
    if not told or told[-1][0] != "end":
        return ()
    return tuple((name, " ".join(value.split())) for name, value in told[:-1])
