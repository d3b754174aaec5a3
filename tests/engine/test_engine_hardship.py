"""Applications and tests that misbehave: each ends in time and with a result of its own."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.model.facts import Command
from stepdown.model.plan import Policy
from stepdown.model.trial import Built, CheckRun, CheckState
from stepdown.ports import BuildRequest, ContainerSpec
from stepdown.verify import command, session
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
NOTHING = Endpoints(port=None, paths=("/",))
SLEEPS = 'CMD ["sleep", "600"]\n'
BOMB = "bomb() { bomb | bomb & }; bomb; sleep 600"
Make = Callable[..., tuple[Rig, Side]]


@pytest.fixture
def make(engine: DockerEngine, context: Path) -> Make:
    """Build an image of these instructions, to be checked by these limits."""

    def built(text: str = "", **limits: float) -> tuple[Rig, Side]:
        request = BuildRequest(
            name="hardship", dockerfile=f"FROM alpine:3.23\n{text}", context=str(context)
        )
        done = engine.build(request, lambda _: None)
        assert isinstance(done, Built)
        policy = Policy(**limits)  # type: ignore[arg-type]
        rig = Rig(engine=engine, toolbox=Toolbox(missing="not needed"), policy=policy)
        return rig, Side(role="r", image=done.image, config=engine.inspect(done.image))

    return built


def judged(rig: Rig, side: Side, script: str) -> CheckRun:
    words = "sh", "-c", script
    return command.check(rig, side, Command(text="the tests", argv=words))


def test_a_test_that_hangs_and_ignores_signals(make: Make) -> None:
    run = judged(*make(test_timeout=2), "trap '' TERM INT; echo begun; while :; do sleep 1; done")
    assert run.state is CheckState.FAILED
    assert run.summary.startswith("`the tests` hung and was killed after ")
    assert run.messages[0].text == "begun\n"
    assert 2 <= run.seconds < 30


def test_a_fork_bomb(make: Make, engine: DockerEngine) -> None:
    rig, side = make(test_timeout=4)
    run = judged(rig, side, BOMB)
    assert run.state is CheckState.FAILED
    assert "hung and was killed" in run.summary
    assert "Resource temporarily unavailable" in run.messages[0].text
    assert run.seconds < 60
    spec = ContainerSpec(image=side.image, role="test", command=("echo", "still here"))
    assert engine.run(spec, 60).output == "still here\n"


def test_more_processes_than_are_allowed(make: Make) -> None:
    script = "i=0; while [ $i -lt 2000 ]; do sleep 600 & i=$((i+1)); done; wait"
    run = judged(*make(test_timeout=120), script)
    assert run.state is CheckState.FAILED
    assert run.summary == "`the tests` ended with exit 2"
    assert "can't fork: Resource temporarily unavailable" in run.messages[0].text


@pytest.mark.parametrize(("exit_code", "state"), [(0, CheckState.PASSED), (3, CheckState.FAILED)])
def test_a_test_that_prints_much(make: Make, exit_code: int, state: CheckState) -> None:
    script = f"dd if=/dev/zero bs=64k count=200 2>/dev/null; echo the end; exit {exit_code}"
    run = judged(*make(test_timeout=300), script)
    assert (run.state, run.exit_code) == (state, exit_code)
    assert run.summary == f"`the tests` ended with exit {exit_code}"
    assert run.messages[0].text.endswith("the end\n")
    assert len(run.messages[0].text) == 1024 * 1024


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("echo no pulse; exit 1", "it does not become healthy: no pulse"),
        ("sleep 600", "it does not become healthy: no probe ended in time"),
    ],
)
def test_an_application_that_never_gets_healthy(make: Make, probe: str, words: str) -> None:
    rig, side = make(f"HEALTHCHECK CMD {probe}\n{SLEEPS}", start_timeout=6, stop_timeout=1)
    began = time.monotonic()
    runs = {run.check: run for run in session.check(rig, side, NOTHING)}
    assert time.monotonic() - began < 60
    assert runs["start"].state is CheckState.PASSED
    assert runs["healthcheck"].state is CheckState.FAILED
    assert runs["healthcheck"].summary == words


def test_an_application_that_ignores_its_stop_signal(make: Make) -> None:
    rig, side = make(SLEEPS, stop_timeout=1)
    stop = session.check(rig, side, NOTHING)[-1]
    assert stop.state is CheckState.FAILED
    assert stop.summary.startswith("had to be killed after ")
    assert 1 <= stop.seconds < 30


def test_an_application_without_memory(make: Make) -> None:
    script = "ulimit -v 20000; exec tail /dev/zero"
    run = judged(*make(test_timeout=60), script)
    assert run.state is CheckState.FAILED
    assert "out of memory" in run.messages[0].text
