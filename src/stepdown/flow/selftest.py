"""Whether the memory of builds is limited here: nothing says so, it has to be tried."""

import secrets

from stepdown.model.profile import BuildLimits
from stepdown.model.trial import BuildFailed
from stepdown.ports import BuildRequest, Engine
from stepdown.verify.toolbox import IMAGE

_MORE = 64 << 20
_SECONDS = 120.0
_KILLED = 137


def unlimited_builds(engine: Engine, limits: BuildLimits, empty: str) -> str:
    """Return why build memory is not limited here, empty where it is.

    A build takes a little more memory than `limits.memory`, and has to be killed for it. `empty`
    is an empty folder.
    """
    what = "Build memory is not limited here"
    if not limits.cgroup:
        return f"{what}: no --build-cgroup is given (`stepdown help safety`)."
    most = limits.memory + _MORE
    hog = f"RUN : $ONCE; head -c {most} /dev/zero | tail -c {most} >/dev/null\n"
    ended = engine.build(
        BuildRequest(
            name="hog",
            dockerfile=f"FROM {IMAGE}\nARG ONCE\n{hog}",
            context=empty,
            arguments=(("ONCE", secrets.token_hex(8)),),  # a build that is remembered takes nothing
            timeout=_SECONDS,
            limits=limits,
        ),
        lambda _: None,
    )
    if not isinstance(ended, BuildFailed):
        return f"{what}: one took {most >> 20} MB in {limits.cgroup} (`stepdown help safety`)."
    killed = ended.exit_code == _KILLED or any("killed" in line.lower() for line in ended.log)
    return "" if killed else f"{what}, as far as is known: {ended.reason}"
