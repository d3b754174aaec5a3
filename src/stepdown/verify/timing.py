"""Times of both images, compared in a way that noise cannot fool.

The two images take turns, so that a busy moment hits both, and the old image runs against itself
as well: what it shows there is noise. A claim needs the whole interval to lie beyond both the
noise and a margin; everything else is inconclusive.
"""

import time
from collections.abc import Callable
from random import Random
from statistics import median

from stepdown.model.image import Healthcheck, Value
from stepdown.model.trial import Pace, Timing
from stepdown.ports import ContainerSpec
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side

MARGIN = 1.2
"""A ratio below this (or above its inverse) is never called slower (faster)."""
FEWEST = 10
"""Pairs below this number give no interval worth a claim."""
_RESAMPLES = 2000
_ANSWER, _POLL = 10.0, 0.01
_TAILS = 0.025, 0.975

Run = Callable[[Side], float | None]


def first_answer(rig: Rig, side: Side, asked: Endpoints) -> float | None:
    """Return the seconds from the start of the container to its first HTTP answer, if it gives one.

    What the engine needs to make a container is left out.
    """
    spec = ContainerSpec(
        image=side.image,
        role=f"{side.role}-timing",
        environment=rig.policy.environment,
        healthcheck=Healthcheck(test=("NONE",)),
        ports=() if asked.port is None else (asked.port,),
    )
    with rig.engine.start(spec) as container:
        began = time.monotonic()
        while asked.port and time.monotonic() - began < rig.policy.start_timeout:
            if container.http(asked.port, asked.paths[0], _ANSWER) is not None:
                return time.monotonic() - began
            if not container.state().running:
                return None
            time.sleep(_POLL)
    return None


class Pairs(Value, frozen=True, kw_only=True):
    """The times in seconds of each turn: the old image, the old image again, the new one."""

    before: tuple[float, ...]
    again: tuple[float, ...]
    after: tuple[float, ...]


def take(run: Run, before: Side, after: Side, number: int) -> Pairs | None:
    """Run `number` turns, the order changing from turn to turn; None where a run went wrong.

    The first turn warms up and is not counted.
    """
    turns: list[tuple[float, float, float]] = []
    for turn in range(number + 1):
        sides = [(0, before), (1, before), (2, after)]
        times = dict.fromkeys(range(3), 0.0)
        for place, side in sides if turn % 2 else reversed(sides):
            seconds = run(side)
            if seconds is None:
                return None
            times[place] = seconds
        turns.append((times[0], times[1], times[2]))
    columns = zip(*turns[1:], strict=True)
    return Pairs(before=next(columns), again=next(columns), after=next(columns))


def judge(what: str, pairs: Pairs) -> Timing:
    """Compare the times; the same pairs give the same answer."""
    ratios = _ratios(pairs.before, pairs.after)
    low, high = _interval(ratios)
    noise_low, noise_high = _interval(_ratios(pairs.before, pairs.again))
    return Timing(
        what=what,
        pairs=len(ratios),
        before=median(pairs.before),
        after=median(pairs.after),
        ratio=median(ratios),
        low=low,
        high=high,
        noise_low=noise_low,
        noise_high=noise_high,
        pace=_pace(len(ratios), (low, high), (noise_low, noise_high)),
    )


def _pace(number: int, found: tuple[float, float], noise: tuple[float, float]) -> Pace:
    if number < FEWEST:
        return Pace.INCONCLUSIVE
    if found[0] > max(MARGIN, noise[1]):
        return Pace.SLOWER
    if found[1] < min(1 / MARGIN, noise[0]):
        return Pace.FASTER
    return Pace.INCONCLUSIVE


def _ratios(before: tuple[float, ...], after: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(new / max(old, 1e-9) for old, new in zip(before, after, strict=True))


def _interval(ratios: tuple[float, ...]) -> tuple[float, float]:
    """Return the 95 % interval of the median by resampling, with numbers that never change."""
    dice = Random(len(ratios))  # noqa: S311  (statistics, not secrets)
    medians = sorted(median(dice.choices(ratios, k=len(ratios))) for _ in range(_RESAMPLES))
    low, high = (medians[int(tail * (_RESAMPLES - 1))] for tail in _TAILS)
    return low, high
