"""One trial: build a candidate, check it beside the baseline, and say what came of it."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import msgspec

from stepdown.build import requests
from stepdown.flow import deeper
from stepdown.flow.attempts import Attempt
from stepdown.flow.baseline import Reference
from stepdown.flow.bench import Bench, Seen, base, build
from stepdown.flow.derived import derive, furnish
from stepdown.flow.pace import timings
from stepdown.flow.progress import working
from stepdown.flow.refused import causes
from stepdown.flow.shown import Subject, shown
from stepdown.flow.touched import touched
from stepdown.measure import compare, recalled_rootfs
from stepdown.measure.vulnerabilities.inventory import inventory
from stepdown.model.image import PackageManager
from stepdown.model.recipe import Channel
from stepdown.model.trial import (
    Blame,
    BuildFailed,
    Built,
    CheckRun,
    CheckState,
    Finding,
    Message,
    Trial,
    Verdict,
)
from stepdown.ports import BuildRequest
from stepdown.propose.confirm import confirm
from stepdown.rootfs.problems import Problem
from stepdown.verify import audit, command, contract, elf, judge, outside, session
from stepdown.verify.compare import Difference, differences
from stepdown.verify.diagnose import diagnose
from stepdown.verify.hints import hints
from stepdown.verify.rerun import rerun
from stepdown.verify.scene import Scene
from stepdown.verify.side import Side

_STEADIED = frozenset((session.HTTP, session.START))
"""Checks whose facts may change from run to run on the same image."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One attempt on the bench, beside its reference."""

    bench: Bench
    attempt: Attempt
    reference: Reference
    began: float = field(default_factory=time.monotonic)

    @property
    def request(self) -> BuildRequest:
        """What is built; the name is the attempt's own among the plan's rungs."""
        candidate = self.attempt.candidate
        images = [step.candidate.image for step in self.bench.plan.steps]
        # A remedy may take a base that is no step of the plan.
        place = images.index(candidate.image) if candidate.image in images else len(images)
        name = f"{candidate.tier}-{place + 1}.{self.attempt.number}"
        return requests.candidate(name, self.attempt.rewrite, self.bench.source)

    def trial(self, verdict: Verdict, reason: str) -> Trial:
        """Return the bare result."""
        return Trial(
            candidate=self.attempt.candidate,
            rewrite=self.attempt.rewrite,
            verdict=verdict,
            reason=reason,
            applied=self.attempt.applied,
            attempt=self.attempt.number,
            seconds=time.monotonic() - self.began,
        )


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A candidate with its checks; `audit` is beside them as long as nobody needs it."""

    seen: Seen
    checks: tuple[CheckRun, ...]
    audit: CheckRun | None = None


def attempt_one(bench: Bench, attempt: Attempt, reference: Reference) -> Trial:
    """Try one attempt, and say what came of the predictions."""
    trial = _tried(Errand(bench=bench, attempt=attempt, reference=reference))
    unknown = trial.verdict in (Verdict.INCONCLUSIVE, Verdict.NO_EVIDENCE)
    predictions = confirm(
        attempt.candidate.hazards,
        # What was refused is only a prediction itself.
        trial.findings if trial.build is not None else (),
        checked=isinstance(trial.build, Built) and not unknown,
        edited=touched(bench.plan.target.text, attempt.rewrite),
    )
    return msgspec.structs.replace(trial, predictions=predictions)


def _tried(errand: Errand) -> Trial:
    bench, attempt = errand.bench, errand.attempt
    blocked = [r for r in attempt.rewrite.refusals if r.blocking]
    if blocked:
        more = f" (and {len(blocked) - 1} more)" if len(blocked) > 1 else ""
        reason = f"line {blocked[0].line} was left as it is: {blocked[0].reason}{more}"
        found = causes(attempt.rewrite, bench.catalog.breakages)
        return msgspec.structs.replace(errand.trial(Verdict.NOT_BUILT, reason), findings=found)
    built = build(bench, errand.request, f"Building on {attempt.candidate.image}")
    match built:
        case BuildFailed():
            return _unbuilt(errand, built)
        case Built():
            return _built(errand, built)


def _unbuilt(errand: Errand, built: BuildFailed) -> Trial:
    ended = (built.reason,) if built.timed_out else ()
    log = Message(channel=Channel.BUILD, text="\n".join((*built.log, *ended)))
    tier = errand.attempt.candidate.tier
    usual = "\n".join(errand.reference.log)
    found = diagnose([("build", log)], errand.bench.catalog.breakages, tier=tier, ignore=[usual])
    blame, why = _blame(errand, None)
    return msgspec.structs.replace(
        errand.trial(Verdict.NOT_BUILT, built.reason),
        build=built,
        findings=found,
        blame=blame,
        blame_reason=why,
    )


def _built(errand: Errand, built: Built) -> Trial:
    bench, reference = errand.bench, errand.reference
    checked = _check(errand, built)
    seen = checked.seen
    worse = differences(reference.checks, checked.checks)
    if any(difference.check in _STEADIED for difference in worse):
        errand = dataclasses.replace(errand, reference=_steady(bench, reference))
        reference = errand.reference
    checked = _audited(errand, checked)
    worse = differences(reference.checks, checked.checks)
    found = _causes(errand, checked, worse, _scene(errand, checked, worse))
    again = _reruns(errand, checked, worse, found)
    verdict, reason = judge.candidate(reference.checks, checked.checks, worse, found, again)
    blame, why = Blame.UNKNOWN, ""
    times = timings(bench, seen.side, reference) if verdict is Verdict.WORKS else ()
    if verdict is Verdict.REGRESSION:
        blame, why = _blame(errand, worse)
    return msgspec.structs.replace(
        errand.trial(verdict, reason),
        build=built,
        checks=checked.checks,
        findings=found,
        surface=seen.surface,
        delta=compare(reference.seen.surface, seen.surface),
        config=seen.config,
        inventory=inventory(seen.fs, seen.config, errand.attempt.candidate.image),
        timings=times,
        blame=blame,
        blame_reason=why,
    )


def _check(errand: Errand, built: Built) -> Checked:
    """Look at the files, run the application and the tests, then look deeper."""
    bench, reference, candidate = errand.bench, errand.reference, errand.attempt.candidate
    request = errand.request
    subject = Subject(role=request.name, title=candidate.image, built=built, candidate=candidate)
    with shown(bench, subject, lambda _: reference.asked, answers=reference.answers) as app:
        seen = furnish(bench, request, app.seen)
        checks = _files_and_tests(errand, seen)
        before = (*checks, *app.runs)
        known = deeper.SoFar(
            before=before,
            inside=app.beside.result(),
            audit=None if _worse(reference, before) else partial(_audit, errand, seen),
        )
        found = deeper.candidate(bench, seen.side, seen.fs, reference.deeper, known)
        every = (*checks, *app.ended.result(), *found.runs)
        return Checked(seen=seen, checks=every, audit=found.audit)


def _worse(reference: Reference, some: tuple[CheckRun, ...]) -> tuple[Difference, ...]:
    """Return the differences in some of the checks."""
    names = {run.check for run in some}
    return differences(tuple(run for run in reference.checks if run.check in names), some)


def _files_and_tests(errand: Errand, seen: Seen) -> tuple[CheckRun, ...]:
    bench, reference = errand.bench, errand.reference
    title = f"Checking on {errand.attempt.candidate.image}"
    with working(bench.emit, f"check {seen.side.role}", title) as work:
        problems = _unresolved(errand, seen)
        checks = (
            contract.check(seen.config, reference.seen.config),
            elf.check(problems, len(seen.fs.elf), seen.fs.notes),
            _outside(errand, seen),
            *_tests(bench, seen.side),
        )
        bad = [r for r in checks if r.state in {CheckState.FAILED, CheckState.BROKEN}]
        told = bad or [r for r in checks if r.state is not CheckState.ABSENT]
        work.end(ok=not bad, summary="; ".join(r.summary for r in told))
    return checks


def _outside(errand: Errand, seen: Seen) -> CheckRun:
    """Look up in the candidate what the rest of the repository calls in the image."""
    old = errand.reference.seen
    return outside.check(
        errand.bench.plan.facts.uses,
        outside.Looked(fs=old.fs, config=old.config),
        outside.Looked(fs=seen.fs, config=seen.config),
    )


def _steady(bench: Bench, reference: Reference) -> Reference:
    """Ask the baseline again, in a new container: what differs there as well proves nothing."""
    with working(bench.emit, "steady baseline", "Asking the old base again") as work:
        again = {run.check: run for run in _session(bench, reference.seen.side, reference)}
        checks = tuple(
            session.steady(run, again.get(run.check)) if run.check in _STEADIED else run
            for run in reference.checks
        )
        work.end(ok=None, summary="what differs from itself is not compared")
    return dataclasses.replace(reference, checks=checks)


def _unresolved(errand: Errand, seen: Seen) -> tuple[Problem, ...]:
    """Return the ELF news; the pristine base is only read when there is something to excuse."""
    before = errand.reference.seen.scan
    new = elf.news(seen.scan, before, elf.Scan(problems=()))
    if not new:
        return ()
    pristine = base(errand.bench, seen.side.role, errand.attempt.candidate.image)
    return elf.news(seen.scan, before, pristine.scan) if pristine else new


def _dynamic(bench: Bench, side: Side, reference: Reference) -> tuple[CheckRun, ...]:
    return (*_tests(bench, side), *_session(bench, side, reference))


def _tests(bench: Bench, side: Side) -> tuple[CheckRun, ...]:
    wanted = bench.plan.facts.test
    return () if wanted is None else (command.check(bench.rig, side, wanted),)


def _session(bench: Bench, side: Side, reference: Reference) -> tuple[CheckRun, ...]:
    return session.check(bench.rig, side, reference.asked, answers=reference.answers)


def _audited(errand: Errand, checked: Checked) -> Checked:
    """Add the audit, unless the cause of a difference is proven without it."""
    worse = differences(errand.reference.checks, checked.checks)
    if any(finding.deterministic for finding in _causes(errand, checked, worse)):
        return checked
    run = checked.audit or _audit(errand, checked.seen)
    return Checked(seen=checked.seen, checks=(*checked.checks, run))


def _audit(errand: Errand, seen: Seen) -> CheckRun:
    """Watch whether the application calls a program that the candidate does not have."""
    bench, reference = errand.bench, errand.reference
    old = reference.seen
    gone = audit.missing(old.fs, old.config, seen.fs, seen.config)
    rehearsal = audit.Rehearsal(
        command=bench.plan.facts.test, asked=reference.asked, answers=reference.answers
    )
    title = "Watching for calls of missing commands"
    with working(bench.emit, f"audit {seen.side.role}", title) as work:
        run = audit.check(bench.rig, seen.side, gone, rehearsal)
        work.end(ok=run.state is CheckState.PASSED, summary=run.summary)
    return run


def _scene(errand: Errand, checked: Checked, worse: tuple[Difference, ...]) -> Scene:
    bench, old = errand.bench, errand.reference.seen
    return Scene(
        rig=bench.rig,
        side=old.side,
        before=old.fs,
        after=checked.seen.fs,
        differences=worse,
        command=bench.plan.facts.test,
        hazards=errand.attempt.candidate.hazards,
        clues=bench.plan.facts.clues,
    )


def _causes(
    errand: Errand,
    checked: Checked,
    worse: tuple[Difference, ...],
    scene: Scene | None = None,
) -> tuple[Finding, ...]:
    """Name the causes; what a loader or the engine said itself is quoted before our own words."""
    names = {difference.check for difference in worse}
    told = [(run.check, m) for run in checked.checks if run.check in names for m in run.messages]
    silent = hints(errand.reference.seen.fs, checked.seen.fs, checked.seen.config)
    told += [(name, message) for name in sorted(names) for message in silent]
    return diagnose(
        sorted(told, key=lambda pair: pair[1].channel is Channel.STATIC),
        errand.bench.catalog.breakages,
        tier=errand.attempt.candidate.tier,
        ignore=[m.text for run in errand.reference.checks for m in run.messages],
        scene=scene,
    )


def _reruns(
    errand: Errand, checked: Checked, worse: tuple[Difference, ...], found: tuple[Finding, ...]
) -> tuple[judge.Rerun, ...]:
    """Run again only what differs without a certain cause, on both sides."""
    bench, reference = errand.bench, errand.reference
    limit = bench.plan.policy.test_timeout
    hung = {run.check for run in checked.checks if run.seconds >= limit}
    names = [n for n in judge.DYNAMIC if any(d.check == n and d.sure for d in worse)]
    wanted = [n for n in names if n not in hung]
    if not wanted or any(f.deterministic for f in found):
        return ()
    sides = reference.seen.side, checked.seen.side
    first = {run.check: run for run in reference.checks}
    title = f"Running again on both bases: {', '.join(wanted)}"
    with working(bench.emit, f"rerun {sides[1].role}", title):
        return tuple(
            rerun(_runner(bench, name, reference), *sides, first[name], bench.plan.policy.runs)
            for name in wanted
        )


def _runner(bench: Bench, name: str, reference: Reference) -> Callable[[Side], CheckRun]:
    def run(side: Side) -> CheckRun:
        if name == command.NAME:
            return _tests(bench, side)[0]
        runs = _session(bench, side, reference)
        missing = CheckRun(check=name, state=CheckState.FAILED, summary=runs[0].summary)
        return next((r for r in runs if r.check == name), missing)

    return run


def _blame(errand: Errand, worse: tuple[Difference, ...] | None) -> tuple[Blame, str]:
    """Put the new file on the old base: what fails there too is the rewrite's fault.

    `worse` is None where the candidate does not even build.
    """
    bench, attempt = errand.bench, errand.attempt
    if attempt.candidate.package_manager is PackageManager.APK and _calls_apk(attempt):
        return Blame.UNKNOWN, "the new file calls apk, so it cannot be built on the old base"
    if not attempt.rewrite.argument:
        return Blame.UNKNOWN, "the new file has no build argument that selects the old base"
    old = requests.blame(errand.request, attempt.rewrite)
    built = build(bench, old, f"Building the new file on {attempt.rewrite.original}")
    if isinstance(built, BuildFailed):
        return Blame.REWRITE, f"the new file does not build on the old base either: {built.reason}"
    if worse is None:
        return Blame.BASE, "the new file builds on the old base"
    config = bench.rig.engine.inspect(built.image)
    derived = derive(bench, old, config)
    side = Side(role=old.name, image=built.image, config=config, derived=derived)
    return _blamed(errand, worse, side)


def _blamed(errand: Errand, worse: tuple[Difference, ...], side: Side) -> tuple[Blame, str]:
    """Check the new file on the old base; what only the files tell lies at the base."""
    bench = errand.bench
    reference = errand.reference
    names = {d.check for d in worse}
    deep = deeper.NAMES & names
    tried = {*judge.DYNAMIC, contract.NAME, *deep}
    before = tuple(run for run in reference.checks if run.check in tried)
    checks = [contract.check(side.config, reference.seen.config)]
    checks += _dynamic(bench, side, reference)
    if deep:
        fs, _ = recalled_rootfs(bench.rig.engine, side.image, side.config, bench.shelf)
        known = deeper.SoFar(before=tuple(checks))
        checks += deeper.candidate(bench, side, fs, reference.deeper, known).runs
    again = {d.check for d in differences(before, tuple(checks))} & tried
    both = again & names
    if both:
        return Blame.REWRITE, f"the new file fails {', '.join(sorted(both))} on the old base too"
    if again:
        return Blame.UNKNOWN, f"on the old base the new file fails {', '.join(sorted(again))}"
    return Blame.BASE, "the new file works on the old base"


def _calls_apk(attempt: Attempt) -> bool:
    return any("apk " in edit.text for edit in attempt.rewrite.edits)
