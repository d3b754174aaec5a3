"""Files that a container opens, told by the times of access of a real kernel."""

from typing import TYPE_CHECKING

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.model.facts import Command
from stepdown.model.plan import Policy
from stepdown.verify import toolbox
from stepdown.verify.audit import Rehearsal
from stepdown.verify.opened import Opened, watch
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side

if TYPE_CHECKING:
    from pathlib import Path

    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
IMAGE = "debian:bookworm-slim"
BOUND = "/usr/share/perl5/Debconf/Client/ConfModule.pm"
READ = "/etc/debian_version"
MAPPED = "/usr/lib/x86_64-linux-gnu/gconv/UTF-32.so"
ONLY_ASKED = "/etc/issue"


def test_what_is_read_and_mapped_is_seen_and_nothing_else(
    engines: "Engines", tmp_path: "Path"
) -> None:
    with engines.open() as engine:
        seen = _seen(engine, tmp_path)
    assert not seen.unsure
    assert seen.paths == {READ, MAPPED}


def _seen(engine: DockerEngine, tmp_path: "Path") -> Opened:
    box = toolbox.fetch(engine, str(tmp_path), lambda _: None)
    config = engine.inspect(IMAGE)
    rig = Rig(engine=engine, toolbox=box, policy=Policy(start_timeout=1, test_timeout=30))
    script = f"test -e {ONLY_ASKED}; cat {READ}; echo a | iconv -t UTF-32 >/dev/null"
    rehearsal = Rehearsal(
        command=Command(text=script, argv=("sh", "-c", script)),
        asked=Endpoints(port=None, paths=("/",)),
        answers=False,
    )
    side = Side(role="test", image=IMAGE, config=config)
    return watch(rig, side, (READ, MAPPED, ONLY_ASKED, BOUND), rehearsal)
