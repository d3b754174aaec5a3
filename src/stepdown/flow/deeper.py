"""The checks that look deeper than what the application shows: the sweep and the probe.

Both wait for containers of their own, so they go on at the same time.
"""

import dataclasses
from dataclasses import dataclass

from stepdown.flow.bench import Bench, Seen
from stepdown.flow.beside import beside
from stepdown.flow.progress import Work, working
from stepdown.model.trial import CheckRun, CheckState
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import probe, session, sweep
from stepdown.verify.probe_rules import Wishes
from stepdown.verify.side import Side

NAMES = frozenset((sweep.NAME, probe.NAME))


@dataclass(frozen=True, kw_only=True)
class Deeper:
    """What they showed of the baseline, and what the application was asked for."""

    swept: sweep.Known
    probed: probe.Known
    asked: probe.Asked


def baseline(
    bench: Bench, seen: Seen, endpoints: session.Endpoints, inside: probe.Beside, *, answers: bool
) -> tuple[tuple[CheckRun, ...], Deeper]:
    """Look into the baseline; `answers` tells whether it answered HTTP.

    `inside` is what was seen in its container.
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


def candidate(  # noqa: PLR0913, PLR0917  (the candidate, and what is known so far)
    bench: Bench,
    side: Side,
    fs: RootFS,
    deeper: Deeper,
    before: tuple[CheckRun, ...],
    inside: probe.Beside | None = None,
) -> tuple[CheckRun, ...]:
    """Look into a candidate; `before` are its other checks, `inside` is from its container.

    One that does not start as it is need not try harder conditions.
    """
    starts = any(run.check == session.START and run.state is CheckState.PASSED for run in before)
    probed = deeper.probed if starts else dataclasses.replace(deeper.probed, starts=())
    with working(bench.emit, f"deeper {side.role}", "Looking deeper into the candidate") as work:
        with beside() as pool:
            known = inside or probe.Beside()
            probe_job = pool.submit(probe.check, bench.rig, side, fs, deeper.asked, probed, known)
            sweeping = sweep.check(bench.rig, side, fs, deeper.swept)
            probing = probe_job.result()
        _end(work, sweeping, probing)
    return sweeping, probing


def _end(work: Work, *runs: CheckRun) -> None:
    shown = [run for run in runs if run.state is not CheckState.ABSENT]
    bad = any(run.state in {CheckState.FAILED, CheckState.BROKEN} for run in shown)
    work.end(ok=not bad, summary="; ".join(f"{run.check}: {run.summary}" for run in shown))
