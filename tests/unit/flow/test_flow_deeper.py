"""When the audit goes on beside the deeper look into a candidate."""

from dataclasses import replace

import pytest

from fakes import FakeContainer, FakeEngine, image
from stepdown.build.requests import Source
from stepdown.discover import target
from stepdown.flow import catalog, deeper, planner
from stepdown.flow.bench import Bench, Seen
from stepdown.flow.deeper import SoFar
from stepdown.measure import surface
from stepdown.model.events import Event, StepFinished
from stepdown.model.facts import Facts
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.trial import CheckRun, CheckState
from stepdown.ports import HttpAnswer
from stepdown.verify import elf
from stepdown.verify.probe import Beside
from stepdown.verify.probe_use import Used
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

WEB = Endpoints(port=8080, paths=("/",))
SIDE = Side(role="r", image="i", config=ImageConfig(id="i"))
GOOD = HttpAnswer(status=200, headers=(), body=b"")
AUDIT = CheckRun(check="audit", state=CheckState.PASSED, summary="no missing command was called")
STARTED = CheckRun(check="start", state=CheckState.PASSED, summary="it stays up")


def bench(events: list[Event]) -> Bench:
    recipes, policy = catalog.load(), Policy()
    wanted = target(
        'FROM debian:trixie\nCMD ["/app"]\n',
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    engine = FakeEngine(container=FakeContainer(answers=lambda _: GOOD))
    return Bench(
        rig=Rig(engine=engine, toolbox=Toolbox(busybox=b"elf"), policy=policy),
        emit=events.append,
        catalog=recipes,
        plan=planner.plan(wanted, Facts(), recipes, policy),
        source=Source(target=wanted, policy=policy, context="/c"),
        empty="/e",
    )


def seen(*paths: str) -> Seen:
    fs, recipes = image(*paths), catalog.load()
    card = surface(fs, SIDE.config, recipes, "i")
    return Seen(side=SIDE, fs=fs, scan=elf.Scan(problems=()), surface=card)


@pytest.mark.parametrize(("kept", "audited"), [("/tmp/x", True), ("/opt/x", False)])
def test_the_audit_runs_where_nothing_is_lost(kept: str, audited: bool) -> None:  # noqa: FBT001
    events: list[Event] = []
    desk = bench(events)
    inside = Beside(facts=(("/tmp", "writable"),), used=Used(written=("/tmp/cache/page",)))
    _, known = deeper.baseline(desk, seen("/tmp/x"), WEB, lambda: inside, answers=True)
    candidate = SoFar(before=(STARTED,), inside=replace(inside, used=Used()), audit=lambda: AUDIT)
    found = deeper.candidate(desk, SIDE, image(kept), known, candidate)
    assert (found.audit == AUDIT) is audited
    states = {run.check: run.state for run in found.runs}
    assert (states["probe"] is CheckState.PASSED) is audited
    assert [e.step for e in events if isinstance(e, StepFinished)] == [
        "deeper baseline",
        "deeper r",
    ]


def test_no_audit_where_something_speaks_against_the_candidate_already() -> None:
    desk = bench([])
    _, known = deeper.baseline(desk, seen("/tmp/x"), WEB, Beside, answers=True)
    assert (
        deeper.candidate(desk, SIDE, image("/tmp/x"), known, SoFar(before=(STARTED,))).audit is None
    )
