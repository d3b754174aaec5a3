"""The main job: a plan from facts, and an outcome from a plan.

`plan` (see `planner`) is pure. `run` has effects only through the engine that it is given.
"""

import time
from dataclasses import dataclass, replace

import msgspec

from stepdown import __version__
from stepdown.build.requests import Source
from stepdown.flow import confined
from stepdown.flow.attempts import advised, next_attempt
from stepdown.flow.baseline import Reference, establish, try_tests
from stepdown.flow.bench import Bench
from stepdown.flow.carried import Choose, settle
from stepdown.flow.others import others
from stepdown.flow.planner import plan
from stepdown.flow.progress import in_turn, working
from stepdown.flow.steps import package_names
from stepdown.flow.survey import Office, look_up, probed
from stepdown.flow.trial import attempt_one
from stepdown.measure.gates import judge
from stepdown.model.events import Emit
from stepdown.model.facts import Facts
from stepdown.model.gate import GateResult
from stepdown.model.plan import Plan, Policy
from stepdown.model.profile import TRUSTED, Profile
from stepdown.model.recipe import Catalog
from stepdown.model.trial import Baseline, BuildFailed, CheckRun, Outcome, Trial, Verdict
from stepdown.ports import Engine, Registry, Shelf
from stepdown.verify import toolbox
from stepdown.verify.confined import confine
from stepdown.verify.side import Rig


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a run works.

    `context` is the build context in a private worktree, `empty` an empty folder, `ignore` the
    text of the Dockerfile's own ignore file, None where it has none. `shelf` keeps what was read
    of images. `profile` are the limits for all builds and containers.
    """

    context: str
    empty: str
    ignore: str | None
    shelf: Shelf | None = None
    profile: Profile = TRUSTED


def run(  # noqa: PLR0913, PLR0917  (what a run works with)
    what: Plan,
    catalog: Catalog,
    engine: Engine,
    place: Place,
    emit: Emit,
    registry: Registry | None = None,
    choose: Choose | None = None,
) -> Outcome:
    """Build and check the baseline, then every attempt; return the record.

    `choose` is asked what a split leaves behind, where there is somebody to ask.
    """
    began, started = time.monotonic(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    info = engine.describe()
    bench = _bench(what, catalog, engine, place, emit)
    bench, baseline, trials = _tried(bench, registry, choose)
    answer = smallest(trials)
    return Outcome(
        stepdown=__version__,
        plan=msgspec.structs.replace(bench.plan, policy=bench.plan.policy.withheld()),
        engine=info,
        baseline=baseline,
        trials=trials,
        answer=answer,
        gates=() if answer is None else _gates(trials[answer], what.policy),
        started=started,
        seconds=time.monotonic() - began,
    )


Tried = tuple[Bench, Baseline, tuple[Trial, ...]]


def _tried(bench: Bench, registry: Registry | None, choose: Choose | None) -> Tried:
    """Do all the work; again, within bounds, where only the limits were in its way."""
    done, baseline, trials = _once(bench, registry, choose)
    for _ in range(confined.TRIES - 1):
        wider = confined.widened(bench, baseline, trials)
        if wider is None:
            break
        bench = wider
        done, baseline, trials = _once(bench, registry, choose)
    return done, confined.explained(bench, baseline), trials


def _once(bench: Bench, registry: Registry | None, choose: Choose | None) -> Tried:
    baseline, reference = establish(bench)
    if reference is None:
        return bench, baseline, ()
    bench = _looked_up(_settled(bench, reference, choose), registry)
    return bench, baseline, _climb(bench, reference)


def rehearse(
    what: Plan, catalog: Catalog, engine: Engine, place: Place, emit: Emit
) -> CheckRun | BuildFailed:
    """Build the baseline and run the plan's test command on it, once."""
    bench = _bench(what, catalog, engine, place, emit)
    return try_tests(bench)


def smallest(trials: tuple[Trial, ...]) -> int | None:
    """Return the position of the smallest base that works: by tier, then by the ladder's order.

    One that still gets security fixes goes before one that does not.
    """
    works = [i for i, trial in enumerate(trials) if trial.verdict is Verdict.WORKS]

    def rank(i: int) -> tuple[bool, int, int]:
        return not trials[i].candidate.ended, trials[i].candidate.tier.rank, i

    return max(works, key=rank, default=None)


def _gates(best: Trial, policy: Policy) -> tuple[GateResult, ...]:
    return judge(best.surface, policy.gates, policy.waivers, policy.day)


def _bench(what: Plan, catalog: Catalog, engine: Engine, place: Place, emit: Emit) -> Bench:
    with working(emit, "toolbox", "Fetching the toolbox") as work:
        tools = toolbox.fetch(engine, place.empty, work.line)
        work.end(ok=not tools.missing, summary=tools.missing or f"busybox from {toolbox.IMAGE}")
    return Bench(
        rig=Rig(engine=confine(engine, tools, place.profile), toolbox=tools, policy=what.policy),
        emit=in_turn(emit),
        catalog=catalog,
        plan=what,
        source=Source(
            target=what.target, policy=what.policy, context=place.context, ignore=place.ignore
        ),
        empty=place.empty,
        shelf=place.shelf,
    )


def _settled(bench: Bench, reference: Reference, choose: Choose | None) -> Bench:
    """Plan again with what only the built baseline tells."""
    what = bench.plan

    def again(facts: Facts, policy: Policy) -> Plan:
        return plan(what.target, facts, bench.catalog, policy)

    settled = settle(bench, reference, again, choose)
    rig = replace(bench.rig, policy=settled.policy)
    return replace(bench, plan=settled, rig=rig)


def _looked_up(bench: Bench, registry: Registry | None) -> Bench:
    """Ask the registries for the candidates, where there is a way to them."""
    if registry is None:
        return bench
    engine = bench.rig.engine
    platform = f"linux/{engine.describe().architecture}"
    office = Office(registry=registry, engine=engine, platform=platform)
    return replace(bench, plan=look_up(bench.plan, bench.catalog, office, bench.emit))


def _climb(bench: Bench, reference: Reference) -> tuple[Trial, ...]:
    trials: tuple[Trial, ...] = ()
    packages = package_names(bench.catalog, bench.plan.policy)
    programs = bench.catalog.programs
    ladder = others(bench.plan, bench.catalog)
    while (attempt := next_attempt(bench.plan, trials, packages, programs, ladder)) is not None:
        trial = attempt_one(bench, probed(bench, attempt, reference.seen), reference)
        trials = (*trials, advised(bench.plan, trial, packages, programs, ladder))
    return trials


__all__ = ["Place", "plan", "run", "smallest"]
