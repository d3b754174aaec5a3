"""The checks that look deeper than what the application shows: the sweep and the probe.

Both wait for containers of their own, so they go on at the same time.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

from stepdown.flow.bench import Bench, Seen
from stepdown.flow.beside import beside
from stepdown.flow.progress import Work, working
from stepdown.model.trial import CheckRun, CheckState
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import probe, session, sweep
from stepdown.verify.probe_rules import Wishes
from stepdown.verify.side import Side

Inside = Callable[[], probe.Beside]
NAMES = frozenset((sweep.NAME, probe.NAME))


@dataclass(frozen=True, kw_only=True)
class Deeper:
    """What they showed of the baseline, and what the application was asked for."""

    swept: sweep.Known
    probed: probe.Known
    asked: probe.Asked


def baseline(
    bench: Bench, seen: Seen, endpoints: session.Endpoints, inside: Inside, *, answers: bool
) -> tuple[tuple[CheckRun, ...], Deeper]:
    """Look into the baseline; `answers` tells whether it answered HTTP.

    `inside` waits for what was seen in its container.
    """
    facts = bench.plan.facts
    wishes = Wishes(
        language=facts.language,
        clues=facts.clues,
        dockerfile=bench.plan.target.text,
        lesser=bench.catalog.programs.applets,
        wrappers=bench.catalog.programs.wrappers,
        uses=facts.uses,
    )
    asked = probe.Asked(endpoints=endpoints, answers=answers, wishes=wishes)
    with working(bench.emit, "deeper baseline", "Looking deeper into the baseline") as work:
        own = wishes.of(seen.fs, seen.config).clues
        with beside() as pool:
            probe_job = pool.submit(probe.baseline, bench.rig, seen.side, seen.fs, asked, inside)
            sweeping, swept = sweep.baseline(bench.rig, seen.side, seen.fs, own)
            probing, probed = probe_job.result()
        _end(work, sweeping, probing)
    return (sweeping, probing), Deeper(swept=swept, probed=probed, asked=asked)


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """What is known of a candidate: its other checks, and what was seen in its container.

    `audit` is what can go on at the same time, where nothing speaks against the candidate.
    """

    before: tuple[CheckRun, ...]
    inside: probe.Beside = field(default_factory=probe.Beside)
    audit: Callable[[], CheckRun] | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The checks of a candidate, and its audit, where that went on at the same time."""

    runs: tuple[CheckRun, ...]
    audit: CheckRun | None = None


def candidate(bench: Bench, side: Side, fs: RootFS, deeper: Deeper, known: SoFar) -> Found:
    """Look into a candidate; one that does not start as it is need not try harder conditions."""
    started = (run.state is CheckState.PASSED for run in known.before if run.check == session.START)
    starts = any(started)
    probed = deeper.probed if starts else dataclasses.replace(deeper.probed, starts=())
    step, title = f"deeper {side.role}", "Looking deeper into the candidate"
    with beside() as pool, working(bench.emit, step, title) as work:
        sweep_job = pool.submit(sweep.check, bench.rig, side, fs, deeper.swept)
        mine = probe.look(bench.rig, side, fs, known.inside)
        lost = probe.missing(deeper.asked, probed, mine)
        # What is lost proves the cause, so that nobody would want the audit.
        audit = pool.submit(known.audit) if known.audit and not lost else None
        probing = probe.check(bench.rig, side, deeper.asked, probed, mine, lost)
        sweeping = sweep_job.result()
        _end(work, sweeping, probing)
    return Found(runs=(sweeping, probing), audit=audit.result() if audit else None)


def _end(work: Work, *runs: CheckRun) -> None:
    shown = [run for run in runs if run.state is not CheckState.ABSENT]
    bad = any(run.state in {CheckState.FAILED, CheckState.BROKEN} for run in shown)
    work.end(ok=not bad, summary="; ".join(f"{run.check}: {run.summary}" for run in shown))
