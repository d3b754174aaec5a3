"""The times of the application on both bases, where the user asked for them."""

from stepdown.flow.baseline import Reference
from stepdown.flow.bench import Bench
from stepdown.flow.progress import working
from stepdown.model.trial import CheckState, Timing
from stepdown.verify import command, timing
from stepdown.verify.side import Side


def timings(bench: Bench, side: Side, reference: Reference) -> tuple[Timing, ...]:
    """Time the test command and the way to the first answer, in turns with the old base."""
    number = bench.plan.policy.timing
    if not number:
        return ()
    found: list[Timing] = []
    for what, run in _runs(bench, reference).items():
        with working(bench.emit, f"time {side.role}", f"Timing {what}, {number} turns") as work:
            pairs = timing.take(run, reference.seen.side, side, number)
            if pairs is None:
                work.end(ok=None, summary="a run failed, so nothing is claimed")
                continue
            result = timing.judge(what, pairs)
            work.end(ok=None, summary=f"{result.ratio:.2f} times as long, {result.pace}")
            found.append(result)
    return tuple(found)


def _runs(bench: Bench, reference: Reference) -> dict[str, timing.Run]:
    rig, wanted, asked = bench.rig, bench.plan.facts.test, reference.asked

    def tests(side: Side) -> float | None:
        run = command.check(rig, side, wanted) if wanted else None
        return run.seconds if run and run.state is CheckState.PASSED else None

    def answer(side: Side) -> float | None:
        return timing.first_answer(rig, side, asked)

    runs: dict[str, timing.Run] = {"the test command": tests} if wanted else {}
    return {**runs, "the first answer": answer} if reference.answers else runs
