"""Times: what noise can explain is never claimed."""

import itertools
from random import Random

import pytest

from fakes import FakeContainer, FakeEngine
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.trial import Pace
from stepdown.ports import ContainerState, HttpAnswer
from stepdown.verify import timing
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.timing import FEWEST, Pairs, judge, take
from stepdown.verify.toolbox import Toolbox

OLD, NEW = (Side(role=name, image=name, config=ImageConfig(id=name)) for name in ("old", "new"))
ASKED = Endpoints(port=80, paths=("/",))


def pairs(factor: float, noise: float, number: int = 12) -> Pairs:
    dice = Random(7)
    return Pairs(
        before=tuple(1 + dice.uniform(-noise, noise) for _ in range(number)),
        again=tuple(1 + dice.uniform(-noise, noise) for _ in range(number)),
        after=tuple(factor * (1 + dice.uniform(-noise, noise)) for _ in range(number)),
    )


@pytest.mark.parametrize(
    ("factor", "noise", "pace"),
    [
        (4.0, 0.2, Pace.SLOWER),
        (1.5, 0.02, Pace.SLOWER),
        (0.3, 0.2, Pace.FASTER),
        (1.0, 0.02, Pace.INCONCLUSIVE),
        (1.1, 0.01, Pace.INCONCLUSIVE),  # true, but too little to speak of
        (1.3, 0.6, Pace.INCONCLUSIVE),  # lost in the noise
    ],
)
def test_a_claim_needs_more_than_noise(factor: float, noise: float, pace: Pace) -> None:
    found = judge("it", pairs(factor, noise))
    assert found.pace is pace
    assert found.low <= found.ratio <= found.high
    assert judge("it", pairs(factor, noise)) == found


def test_few_turns_claim_nothing() -> None:
    assert judge("it", pairs(4, 0.01, FEWEST)).pace is Pace.SLOWER
    assert judge("it", pairs(4, 0.01, FEWEST - 1)).pace is Pace.INCONCLUSIVE


def test_the_images_take_turns_and_the_first_turn_does_not_count() -> None:
    seen: list[str] = []
    clock = itertools.count(1)

    def run(side: Side) -> float:
        seen.append(side.image)
        return float(next(clock))

    found = take(run, OLD, NEW, 2)
    assert seen == ["new", "old", "old", "old", "old", "new", "new", "old", "old"]
    assert found == Pairs(before=(4, 9), again=(5, 8), after=(6, 7))


def test_a_run_that_goes_wrong_ends_it() -> None:
    assert take(lambda side: None if side is NEW else 1.0, OLD, NEW, 3) is None


def rig(container: FakeContainer) -> Rig:
    policy = Policy(start_timeout=0.05)
    return Rig(engine=FakeEngine(container=container), toolbox=Toolbox(), policy=policy)


def test_the_first_answer_counts_whatever_it_says() -> None:
    answer = HttpAnswer(status=500, headers=(), body=b"")
    seconds = timing.first_answer(rig(FakeContainer(answers=lambda _: answer)), OLD, ASKED)
    assert seconds is not None
    assert 0 <= seconds < 0.05


def test_no_answer_has_no_time() -> None:
    ended = FakeContainer(states=[ContainerState(running=False, exit_code=1)])
    assert timing.first_answer(rig(ended), OLD, ASKED) is None
    assert timing.first_answer(rig(FakeContainer()), OLD, ASKED) is None
    silent = Endpoints(port=None, paths=())
    assert timing.first_answer(rig(FakeContainer()), OLD, silent) is None
