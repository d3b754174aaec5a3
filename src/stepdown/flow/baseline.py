"""The baseline: the application on its old base, and whether a claim can stand on it."""

import time
from dataclasses import dataclass

from stepdown.build import requests
from stepdown.flow import deeper
from stepdown.flow.bench import Bench, Seen, build
from stepdown.flow.deeper import Deeper
from stepdown.flow.derived import derive, furnish
from stepdown.flow.progress import working
from stepdown.flow.shown import Subject, shown
from stepdown.measure.vulnerabilities.inventory import inventory
from stepdown.model.trial import Baseline, BaselineVerdict, BuildFailed, CheckRun, CheckState
from stepdown.verify import command, contract, elf, judge, session
from stepdown.verify.side import Side

_QUICK = 60.0  # seconds: a passing test command as quick as this is run a second time


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What candidates are compared with; `log` is that of its build."""

    seen: Seen
    asked: session.Endpoints
    answers: bool
    checks: tuple[CheckRun, ...]
    deeper: Deeper
    log: tuple[str, ...] = ()


def establish(bench: Bench) -> tuple[Baseline, Reference | None]:
    """Build and check the baseline; there is no Reference when no claim can stand on it."""
    began = time.monotonic()
    plan = bench.plan
    request = requests.baseline(bench.source)
    built = build(bench, request, f"Building the baseline on {plan.target.base}")
    if isinstance(built, BuildFailed):
        failed = BaselineVerdict.NOT_BUILT
        seconds = time.monotonic() - began
        return _baseline(bench, built, failed, built.reason, seconds=seconds), None
    subject = Subject(role="baseline", title="the baseline", built=built)
    with shown(bench, subject, lambda side: _asked(bench, side), used=True) as app:
        seen = furnish(bench, request, app.seen)
        tested, passes = _tests(bench, seen)
        static = contract.check(seen.config, seen.config), elf.check((), len(seen.fs.elf))
        verdict, reason = judge.baseline((*static, *tested, *app.runs), passes)
        answers = any(r.check == session.HTTP and r.state is CheckState.PASSED for r in app.runs)
        green = verdict is BaselineVerdict.GREEN
        more, deep = (
            deeper.baseline(bench, seen, app.asked, app.beside.result, answers=answers)
            if green
            else ((), None)
        )
        checks = (*static, *tested, *app.ended.result(), *more)
    result = Baseline(
        image=plan.target.base,
        build=built,
        verdict=verdict,
        reason=reason,
        checks=checks,
        surface=seen.surface,
        inventory=inventory(seen.fs, seen.config, plan.target.base),
        seconds=time.monotonic() - began,
    )
    if deep is None:
        return result, None
    return result, Reference(
        seen=seen, asked=app.asked, answers=answers, checks=checks, deeper=deep, log=built.log
    )


def try_tests(bench: Bench) -> CheckRun | BuildFailed:
    """Build the baseline and run the test command once, to see whether it is the right one."""
    request = requests.baseline(bench.source)
    built = build(bench, request, f"Building the baseline on {bench.plan.target.base}")
    if isinstance(built, BuildFailed):
        return built
    config = bench.rig.engine.inspect(built.image)
    derived = derive(bench, request, config)
    side = Side(role="baseline", image=built.image, config=config, derived=derived)
    wanted = bench.plan.facts.test
    if wanted is None:
        return CheckRun(check=command.NAME, state=CheckState.ABSENT, summary="no test command")
    with working(bench.emit, "try baseline", f"Trying {wanted.text}") as work:
        result = command.check(bench.rig, side, wanted)
        work.end(ok=result.state is CheckState.PASSED, summary=result.summary)
    return result


def _baseline(
    bench: Bench, built: BuildFailed, verdict: BaselineVerdict, reason: str, *, seconds: float
) -> Baseline:
    return Baseline(
        image=bench.plan.target.base, build=built, verdict=verdict, reason=reason, seconds=seconds
    )


def _asked(bench: Bench, side: Side) -> session.Endpoints:
    return session.endpoints(side, bench.plan.facts.ports, bench.plan.policy)


def _tests(bench: Bench, seen: Seen) -> tuple[tuple[CheckRun, ...], tuple[bool, ...]]:
    """Run the test command; again when it fails or is quick, to see whether it is flaky."""
    wanted = bench.plan.facts.test
    if wanted is None:
        return (), ()
    most = bench.plan.policy.runs
    with working(bench.emit, "test baseline", f"Testing the baseline: {wanted.text}") as work:
        first = command.check(bench.rig, seen.side, wanted)
        passes = [first.state is CheckState.PASSED]
        while len(passes) < _runs(first, most):
            again = command.check(bench.rig, seen.side, wanted)
            first = command.steady(first, again)
            passes.append(again.state is CheckState.PASSED)
        work.end(ok=all(passes), summary=f"{first.summary} ({len(passes)} runs)")
    return (first,), tuple(passes)


def _runs(first: CheckRun, most: int) -> int:
    """How often to run: a failure up to `most` times, so that a flaky test is not called red."""
    hung = first.seconds > _QUICK
    if first.state is CheckState.PASSED:
        return 1 if hung else 2
    return (
        1
        if hung or first.state is CheckState.BROKEN or first.exit_code in command.NOT_FOUND
        else most
    )
