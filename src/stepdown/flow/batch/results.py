"""What the end of a run means for a batch. Pure; only an answer is ever an improvement."""

from collections.abc import Iterator
from typing import assert_never

from stepdown.errors import (
    ConfigError,
    DockerfileError,
    EngineError,
    NothingToDoError,
    StepdownError,
    UnknownBaseError,
    UntrustedError,
)
from stepdown.flow import record
from stepdown.flow.batch.packing import packed
from stepdown.model.fleet import Cause, Gain, Report, Result
from stepdown.model.trial import BaselineVerdict, BuildFailed, Outcome, Trial, Verdict
from stepdown.report.headline import headline

_MOST = 4 << 20
_OPEN = frozenset((Verdict.NO_EVIDENCE, Verdict.INTERMITTENT, Verdict.INCONCLUSIVE))
_HINTS = {
    Result.BROKEN: "The causes stand in the record; `stepdown migrate` in a clone shows the same.",
    Result.NEEDS_ATTENTION: "`stepdown plan` in a clone names each line and what to do.",
    Result.NO_EVIDENCE: "Give a test command: test=... in the selection, or in stepdown.toml.",
    Result.BASELINE_RED: "The application fails its checks as it is: repair that first.",
    Result.BASELINE_NOT_BUILT: "The Dockerfile does not build as it is: repair that first.",
    Result.TIMEOUT: "Give more time: --build-timeout, --test-timeout, --task-timeout.",
}


_CONFINED = "It is the limits for untrusted repositories: --trusted, for those that are yours."


def of_outcome(key: str, outcome: Outcome) -> Report:
    """Return the report of a run that came to its end."""
    result, reason = _judged(outcome)
    best = outcome.best
    whole = packed(record.to_json(outcome))
    return Report(
        key=key,
        result=result,
        reason=reason,
        hint=_CONFINED if outcome.baseline.confined else _HINTS.get(result, ""),
        commit=outcome.plan.target.commit,
        base=outcome.plan.target.base,
        answer="" if best is None else best.candidate.image,
        tier="" if best is None else best.candidate.tier.value,
        gains=() if best is None else tuple(_gains(best)),
        causes=tuple(dict.fromkeys(_causes(outcome))),
        outcome=whole if len(whole) <= _MOST else "",
    )


def of_error(key: str, error: StepdownError) -> Report:
    """Return the report of a run that stopped: nothing to do, not understood, or a fault."""
    return Report(key=key, result=result_of(error), reason=_sentence(error), hint=error.hint)


def result_of(error: StepdownError) -> Result:
    """Return what an error means; a fault that may pass is `infrastructure`."""
    match error:
        case NothingToDoError():
            return Result.NOTHING_TO_GAIN
        case UnknownBaseError():
            return Result.UNKNOWN_BASE
        case DockerfileError() | ConfigError():
            return Result.NEEDS_ATTENTION
        case UntrustedError():
            return Result.SKIPPED
        case EngineError():
            return Result.INFRASTRUCTURE
        case _:
            return Result.FAILED


def _sentence(error: StepdownError) -> str:
    first = next((line.strip() for line in error.details.splitlines() if line.strip()), "")
    return f"{error.brief} {first}".rstrip() if first else error.brief


def _judged(outcome: Outcome) -> tuple[Result, str]:
    if outcome.baseline.confined:
        return Result.NO_EVIDENCE, f"It cannot be checked: {outcome.baseline.reason}"
    match outcome.baseline.verdict:
        case BaselineVerdict.NOT_BUILT:
            late = (
                isinstance(outcome.baseline.build, BuildFailed) and outcome.baseline.build.timed_out
            )
            return Result.TIMEOUT if late else Result.BASELINE_NOT_BUILT, outcome.baseline.reason
        case BaselineVerdict.RED:
            return Result.BASELINE_RED, outcome.baseline.reason
        case BaselineVerdict.GREEN:
            return _green(outcome)
        case _:
            assert_never(outcome.baseline.verdict)


def _green(outcome: Outcome) -> tuple[Result, str]:
    if outcome.answer is not None:
        lost = next((gate for gate in outcome.gates if not gate.kept), None)
        if lost is None:
            return Result.IMPROVED, headline(outcome)
        return (
            Result.NEEDS_ATTENTION,
            f"A smaller base works, but a gate is not kept: {lost.gate.id}.",
        )
    if not outcome.trials:
        return Result.NOTHING_TO_GAIN, headline(outcome)
    last = {trial.candidate.image: trial for trial in outcome.trials}.values()
    if all(trial.verdict in _OPEN for trial in last):
        return Result.NO_EVIDENCE, headline(outcome)
    if all(_blocked(trial) for trial in last):
        return Result.NEEDS_ATTENTION, headline(outcome)
    return Result.BROKEN, headline(outcome)


def _blocked(trial: Trial) -> bool:
    return trial.build is None and any(one.blocking for one in trial.rewrite.refusals)


def _gains(best: Trial) -> Iterator[Gain]:
    for row in best.delta.rows if best.delta else ():
        yield Gain(key=row.key, before=row.before, after=row.after)


def _causes(outcome: Outcome) -> Iterator[Cause]:
    for trial in outcome.trials:
        subjects = {
            one.hazard.id: ", ".join(one.hazard.subjects)
            for one in trial.predictions
            if one.evidence
        }
        for finding in trial.findings if trial.verdict is not Verdict.WORKS else ():
            yield Cause(
                breakage=finding.breakage,
                title=finding.title,
                image=trial.candidate.image,
                tier=trial.candidate.tier.value,
                evidence=finding.evidence,
                subject=subjects.get(finding.breakage, ""),
            )
