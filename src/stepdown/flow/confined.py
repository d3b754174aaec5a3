"""Runs under the limits of a profile: what an honest image needs is found out, and told.

Where the application wanted to write, both images may, and everything is done again: a failure of
the limits must look like neither a broken repository nor a bad base.
"""

from dataclasses import replace

import msgspec

from stepdown.flow.bench import Bench
from stepdown.model.events import Note
from stepdown.model.image import ImageConfig
from stepdown.model.profile import Confinement
from stepdown.model.trial import Baseline, BaselineVerdict, BuildFailed, Trial, Verdict
from stepdown.verify import command, limits
from stepdown.verify.confined import Confined

TRIES = 3
_MOST = 8


def widened(bench: Bench, baseline: Baseline, trials: tuple[Trial, ...]) -> Bench | None:
    """Return a bench whose containers may write where a failed check wanted to; None if nowhere."""
    engine = bench.rig.engine
    if not isinstance(engine, Confined):
        return None
    red = baseline.verdict is BaselineVerdict.RED and not _hopeless(baseline)
    tests = _wider(engine.tests, _wanted(baseline, trials, engine), red=red)
    if tests is None:
        return None
    bench.emit(Note(text=f"Doing it again: {_needs(tests)}."))
    return replace(bench, rig=replace(bench.rig, engine=engine.widened(tests)))


def explained(bench: Bench, baseline: Baseline) -> Baseline:
    """Return the baseline with what the limits had to do with it."""
    engine = bench.rig.engine
    if not isinstance(engine, Confined):
        return baseline
    tests = engine.tests
    notes: tuple[str, ...] = (f"checked under the limits for {engine.profile.name} repositories",)
    if tests.writable or not tests.read_only:
        notes = (*notes, _needs(tests))
    why = _blamed(engine, baseline)
    reason = f"{baseline.reason} (the limits are in the way: {why})" if why else baseline.reason
    return msgspec.structs.replace(baseline, notes=notes, confined=why, reason=reason)


def _blamed(engine: Confined, baseline: Baseline) -> str:
    builds = engine.profile.builds
    match baseline.verdict:
        case BaselineVerdict.RED:
            return limits.in_the_way(baseline.checks)
        case BaselineVerdict.NOT_BUILT if isinstance(baseline.build, BuildFailed):
            network = builds is None or builds.network != "none"
            return limits.in_the_way_of_building(baseline.build, network=network)
        case _:
            return ""


def _hopeless(baseline: Baseline) -> bool:
    """Tell whether it is known already that a file system to write to would not help."""
    why = limits.in_the_way(baseline.checks)
    late = any(run.check == command.NAME and run.exit_code is None for run in baseline.checks)
    return late or bool(why and limits.READ_ONLY not in why)


def _wanted(baseline: Baseline, trials: tuple[Trial, ...], engine: Confined) -> tuple[str, ...]:
    config = _config(baseline, engine)
    failed = (trial for trial in trials if trial.verdict is not Verdict.WORKS)
    runs = (*baseline.checks, *(run for trial in failed for run in trial.checks))
    return limits.wanted(runs, config.workdir if config else "/")


def _config(baseline: Baseline, engine: Confined) -> ImageConfig | None:
    if isinstance(baseline.build, BuildFailed):
        return None
    return engine.inspect(baseline.build.image)


def _wider(tests: Confinement, folders: tuple[str, ...], *, red: bool) -> Confinement | None:
    """Add folders; a baseline that is red without naming one may write everywhere."""
    new = tuple(folder for folder in folders if folder not in tests.writable)
    if new and len(tests.writable) + len(new) <= _MOST:
        return msgspec.structs.replace(tests, writable=(*tests.writable, *new))
    if tests.read_only and (red or new):
        return msgspec.structs.replace(tests, read_only=False, writable=())
    return None


def _needs(tests: Confinement) -> str:
    if not tests.read_only:
        return "the application needs a file system that it can write to"
    return f"the application needs write access to {', '.join(tests.writable)}"
