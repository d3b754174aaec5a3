"""The `probe` check: the environment that an image gives, on both sides.

Time zones, locale, TLS roots, names, /tmp, HOME, the user, and whether the application also works
with a read-only file system, as a random user, and where low ports need root. All of it is written
down; most differences are harmless, and a smaller base is made of them. What breaks the candidate
is only what the application asks for (see `probe_rules`) or was seen to use on the old base (see
`probe_use`), and a low port on which it can no longer listen. A read-only file system and a random
user are told in plain words and are no verdict.
"""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.ports import Container
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import (
    probe_files,
    probe_inside,
    probe_lost,
    probe_named,
    probe_rules,
    probe_start,
    probe_use,
)
from stepdown.verify.probe_files import Facts
from stepdown.verify.probe_image import Image
from stepdown.verify.probe_rules import Wishes
from stepdown.verify.probe_start import Condition, Started
from stepdown.verify.probe_use import Used
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side

NAME = "probe"
_NOTHING_USED = Used()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the application is asked for, and what it asks for itself."""

    endpoints: Endpoints
    answers: bool
    wishes: Wishes


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the baseline showed."""

    image: Image
    facts: Facts
    starts: tuple[Started, ...]
    used: Used


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What was seen in the application's own container, after all its answers."""

    facts: Facts = ()
    used: Used = _NOTHING_USED


def beside(rig: Rig, container: Container, *, used: bool) -> Beside:
    """Look into the container of an application that has answered; `used` also for what it did."""
    if not container.state().running and not used:
        return Beside()
    did = probe_use.look(rig, container) if used else _NOTHING_USED
    running = container.state().running
    return Beside(facts=probe_inside.beside(rig, container) if running else (), used=did)


def look(rig: Rig, side: Side, fs: RootFS, inside: Beside) -> Known:
    """Return what one side shows without being started again."""
    env = {**dict(side.config.env), **dict(rig.policy.environment)}
    image = Image(
        fs=fs, config=side.config, env=env, read=lambda path: rig.engine.read(side.image, path)
    )
    told = inside.facts or probe_inside.facts(rig, side)
    facts = (*probe_files.facts(fs, side.config, env), *told)
    return Known(image=image, facts=facts, starts=(), used=inside.used)


def baseline(
    rig: Rig, side: Side, fs: RootFS, asked: Asked, inside: Callable[[], Beside]
) -> tuple[CheckRun, Known]:
    """Probe the baseline; `inside` waits for what was seen in its container."""
    began = time.monotonic()
    wanted = probe_start.conditions(asked.endpoints, side.config.ports)
    starts = _starts(rig, side, asked, wanted)
    known = _with(starts, look(rig, side, fs, inside()))
    good = [started.condition for started in known.starts if started.works]
    summary = f"works with: {', '.join(good)}" if good else "works only as it is started usually"
    return _run(CheckState.PASSED, summary, known, began), known


def missing(asked: Asked, known: Known, mine: Known) -> tuple[str, ...]:
    """Say what the application asks for, or was seen to use, that the candidate has no more."""
    named = probe_rules.broken(known.image, mine.image, asked.wishes)
    used = probe_lost.lost(known.image, mine.image, known.used)
    clues = asked.wishes.of(mine.image.fs, mine.image.config).clues
    around = probe_named.surroundings(dict(known.facts), dict(mine.facts), clues)
    return tuple(dict.fromkeys((*named, *used, *around)))


def check(  # noqa: PLR0913, PLR0917  (both sides, and what is asked of them)
    rig: Rig, side: Side, asked: Asked, known: Known, mine: Known, missing: tuple[str, ...]
) -> CheckRun:
    """Probe the candidate, in those conditions in which `known` says that the baseline works.

    `mine` and `missing` are what it showed so far.
    """
    began = time.monotonic()
    able = tuple(started.condition for started in known.starts if started.works)
    mine = _with(_starts(rig, side, asked, able), mine)
    unbound, log = _unbound(rig, side, asked, mine)
    told = (*missing, *([unbound] if unbound else []))
    if told:
        more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
        run = _run(CheckState.FAILED, told[0] + more, mine, began)
        seen = (Message(channel=Channel.STATIC, text=sentence) for sentence in missing)
        return msgspec.structs.replace(run, messages=(*seen, *log))
    changes = _changes(known, mine)
    summary = f"differs, and nothing shows that it matters: {'; '.join(changes)}"
    return _run(CheckState.PASSED, summary if changes else "as before", mine, began)


def _starts(
    rig: Rig, side: Side, asked: Asked, wanted: tuple[Condition, ...]
) -> tuple[Started, ...]:
    return probe_start.start(rig, side, asked.endpoints, wanted, answers=asked.answers)


def _with(starts: tuple[Started, ...], known: Known) -> Known:
    """Add how the application does in harder conditions."""
    harder = tuple((str(one.condition), "works" if one.works else "fails") for one in starts)
    return dataclasses.replace(known, facts=(*known.facts, *harder), starts=starts)


def _unbound(rig: Rig, side: Side, asked: Asked, mine: Known) -> tuple[str, tuple[Message, ...]]:
    """Tell of a low port that only Docker's own setting lets the candidate's user listen on.

    It has to fail twice, because a slow machine could look like that, too.
    """
    low = (Condition.LOW_PORT,)
    if not any(one.condition in low and not one.works for one in mine.starts):
        return "", ()
    (again,) = probe_start.start(rig, side, asked.endpoints, low, answers=asked.answers)
    if again.works:
        return "", ()
    user = probe_files.user(mine.image.fs, side.config)
    port = probe_start.low_ports(asked.endpoints, side.config.ports)[0]
    sentence = f"as user {user} it binds port {port}, for which some engines want root, and fails"
    return sentence, (
        Message(channel=Channel.LOG, text=again.output),
        Message(channel=Channel.STATIC, text=sentence),
    )


def _changes(known: Known, mine: Known) -> list[str]:
    """Return what is otherwise than before, in words; what was not tried is not."""
    now = dict(mine.facts)
    return [
        f"{name}: {old} before, {now[name]} now"
        for name, old in known.facts
        if name in now and now[name] != old
    ]


def _run(state: CheckState, summary: str, known: Known, began: float) -> CheckRun:
    return CheckRun(
        check=NAME,
        state=state,
        summary=summary,
        seconds=time.monotonic() - began,
        facts=known.facts,
    )
