"""The running application: started, asked, probed and stopped."""

from itertools import count

import pytest

from fakes import ENDED, RUNNING, FakeContainer, FakeEngine
from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.trial import CheckRun, CheckState
from stepdown.ports import ContainerState, HttpAnswer, Stopped
from stepdown.verify import session
from stepdown.verify.compare import differences
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

QUICK = Policy(start_timeout=1)
WEB = Endpoints(port=80, paths=("/",))
HEALTH = Healthcheck(test=("CMD-SHELL", "curl -f http://localhost:3000/health || exit 1"))


def rig(engine: FakeEngine) -> Rig:
    return Rig(engine=engine, toolbox=Toolbox(missing="none"), policy=QUICK)


def side(health: Healthcheck | None = None) -> Side:
    return Side(role="r", image="i", config=ImageConfig(id="i", healthcheck=health))


def answer(body: bytes = b"hi", status: int = 200) -> HttpAnswer:
    return HttpAnswer(status=status, headers=(("Content-Type", "text/plain"),), body=body)


def observe(
    container: FakeContainer, asked: Endpoints = WEB, health: Healthcheck | None = None
) -> dict[str, CheckRun]:
    runs = session.check(rig(FakeEngine(container=container)), side(health), asked)
    return {run.check: run for run in runs}


def test_a_web_application() -> None:
    runs = observe(FakeContainer(answers=lambda _: answer()))
    assert {name: run.state for name, run in runs.items()} == {
        "start": CheckState.PASSED,
        "http": CheckState.PASSED,
        "healthcheck": CheckState.ABSENT,
        "stop": CheckState.PASSED,
    }
    facts = dict(runs["http"].facts)
    assert facts["GET / status"] == "200"
    assert facts["GET / content type"] == "text/plain"
    assert facts["GET / empty body"] == "no"
    assert facts["GET / body"].startswith("2 bytes")


def test_a_body_that_changes_is_not_compared() -> None:
    numbers = count()
    runs = observe(FakeContainer(answers=lambda _: answer(str(next(numbers)).encode())))
    assert dict(runs["http"].facts)["GET / body"] == "changes"


def test_a_port_that_only_the_base_exposes_is_asked() -> None:
    ports = ("53/udp", "80/tcp")
    based = Side(role="r", image="i", config=ImageConfig(id="i", ports=ports))
    assert session.endpoints(based, (), QUICK).port == 80
    assert session.endpoints(based, (3000,), QUICK).port == 3000
    assert session.endpoints(side(), (), QUICK).port is None


def test_nobody_answers() -> None:
    runs = observe(FakeContainer())
    assert runs["http"].state is CheckState.FAILED


def test_what_did_not_answer_before_is_watched_as_long() -> None:
    container = FakeContainer(states=[RUNNING] * 4 + [ContainerState(running=False, exit_code=3)])
    runs = session.check(rig(FakeEngine(container=container)), side(), WEB, answers=False)
    assert runs[0].state is CheckState.FAILED


def test_without_a_port_there_is_no_http() -> None:
    runs = observe(FakeContainer(), Endpoints(port=None, paths=("/",)))
    assert runs["http"].state is CheckState.ABSENT
    assert runs["start"].state is CheckState.PASSED


@pytest.mark.parametrize(("code", "state"), [(0, CheckState.PASSED), (1, CheckState.FAILED)])
def test_an_application_that_ends(code: int, state: CheckState) -> None:
    ended = ContainerState(running=False, exit_code=code)
    runs = observe(FakeContainer(states=[ended], text="the reason"))
    assert list(runs) == ["start"]
    assert runs["start"].state is state
    assert runs["start"].facts[0] == ("state", f"exit {code}")
    assert runs["start"].messages[0].text == "the reason"


def test_what_a_job_prints_is_compared() -> None:
    ended = ContainerState(running=False, exit_code=0)

    def ran(text: str) -> CheckRun:
        return observe(FakeContainer(states=[ended], text=text))["start"]

    once, again = ran("b 12\na took 3.5 s\n"), ran("a took 4.1 s\nb 12\n")
    assert dict(once.facts)["output"] == "a took 3.5 s\nb 12"
    steadied = session.steady(once, again)
    assert dict(steadied.facts) == {
        "state": "exit 0",
        "output": session.CHANGES,
        "output but numbers": "a took 0 s\nb 0",
    }
    assert differences((steadied,), (ran("a took 9 s\nb 11"),)) == ()
    [found] = differences((steadied,), (ran("a took 9 s"),))
    assert found.reason.startswith("output but numbers: a took 0 s\nb 0 became a took 0 s")


def test_an_engine_that_refuses() -> None:
    runs = observe(FakeContainer(refusal='exec: "/bin/sh": no such file'))
    assert runs["start"].state is CheckState.FAILED
    assert "/bin/sh" in runs["start"].summary


def healthy(health: str, *codes: int) -> ContainerState:
    log = tuple((code, f"probe {code}") for code in codes)
    return ContainerState(running=True, exit_code=None, health=health, health_log=log)


def test_health() -> None:
    states = [RUNNING, RUNNING, RUNNING, healthy("starting"), healthy("healthy", 0)]
    container = FakeContainer(states=states, answers=lambda _: answer())
    assert observe(container, health=HEALTH)["healthcheck"].state is CheckState.PASSED


@pytest.mark.parametrize(
    "last", [healthy("unhealthy", 1), healthy("starting", 1, 1, 1, 1, 1), healthy("starting")]
)
def test_no_health(last: ContainerState) -> None:
    container = FakeContainer(states=[RUNNING, last], answers=lambda _: answer())
    run = observe(container, health=HEALTH)["healthcheck"]
    assert run.state is CheckState.FAILED
    if last.health_log:
        assert run.messages[0].text == "probe 1"


def test_the_application_ends_while_its_health_is_awaited() -> None:
    container = FakeContainer(states=[RUNNING, RUNNING, ENDED], answers=lambda _: answer())
    runs = observe(container, health=HEALTH)
    assert runs["healthcheck"].state is CheckState.FAILED
    assert runs["stop"].state is CheckState.FAILED
    assert "by itself" in runs["stop"].summary


def test_one_that_must_be_killed() -> None:
    killed = Stopped(seconds=10, exit_code=137, killed=True)
    runs = observe(FakeContainer(answers=lambda _: answer(), stopped=killed))
    assert runs["stop"].state is CheckState.FAILED


def test_the_health_check_is_asked_every_second() -> None:
    engine = FakeEngine(container=FakeContainer(answers=lambda _: answer()))
    session.check(rig(engine), side(HEALTH), WEB)
    (spec,) = engine.specs
    assert spec.healthcheck is not None
    assert spec.healthcheck.interval == 1
    assert spec.healthcheck.test == HEALTH.test


def test_endpoints_come_from_the_user_the_health_check_and_expose() -> None:
    assert session.endpoints(side(), (), Policy()) == Endpoints(port=None, paths=("/",))
    assert session.endpoints(side(), (80, 81), Policy()).port == 80
    found = session.endpoints(side(HEALTH), (80,), Policy())
    assert found == Endpoints(port=3000, paths=("/", "/health"))
    given = session.endpoints(side(HEALTH), (80,), Policy(paths=("/x",)))
    assert given.paths == ("/x",)


def test_what_differs_from_itself_is_not_compared() -> None:
    first = observe(FakeContainer(answers=lambda _: answer(b"a")))["http"]
    again = observe(FakeContainer(answers=lambda _: answer(b"b")))["http"]
    facts = dict(session.steady(first, again).facts)
    assert facts["GET / body"] == session.CHANGES
    assert facts["GET / status"] == "200"
    assert session.steady(first, None) == first
    silent = observe(FakeContainer())["http"]
    assert session.steady(first, silent) == first
    worse = observe(FakeContainer(answers=lambda _: answer(b"a", status=404)))["http"]
    assert dict(session.steady(first, worse).facts)["GET / status"] == "200"


def test_an_application_that_only_fails_is_no_evidence() -> None:
    run = observe(FakeContainer(answers=lambda _: answer(status=500)))["http"]
    assert run.state is CheckState.FAILED
    assert "500" in run.summary


def test_what_is_known_before_the_stop() -> None:
    container = FakeContainer(answers=lambda _: answer(), text="the log")
    with session.observe(rig(FakeEngine(container=container)), side(), WEB) as observed:
        assert [run.check for run in observed.runs] == ["start", "http", "healthcheck"]
        assert observed.running
        every = {run.check: run for run in observed.stop()}
    assert list(every) == ["start", "http", "healthcheck", "stop"]
    assert every["start"].messages[-1].text == "the log"


def test_nothing_to_stop() -> None:
    with session.observe(
        rig(FakeEngine(container=FakeContainer(states=[ENDED]))), side(), WEB
    ) as it:
        assert not it.running
        assert [run.check for run in it.stop()] == ["start"]
