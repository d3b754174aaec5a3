"""What to try next. Pure: from the plan and the trials so far."""

from stepdown.model.image import PackageManager, Value
from stepdown.model.plan import Candidate, Plan, Rewrite, Step
from stepdown.model.recipe import PackageName, Programs, Remedy, RemedyKind
from stepdown.model.trial import Applied, Trial, Verdict
from stepdown.rewrite import rewrite


class Attempt(Value, frozen=True, kw_only=True):
    """A candidate to try, with the remedies that are applied to it; `number` counts from 1."""

    candidate: Candidate
    rewrite: Rewrite
    applied: tuple[Applied, ...] = ()
    number: int = 1


def next_attempt(
    plan: Plan,
    trials: tuple[Trial, ...],
    packages: dict[str, PackageName],
    programs: Programs | None = None,
) -> Attempt | None:
    """Return the next attempt: the last rung repaired, else the next rung, else None.

    A named target stops at the first rung that works; `smallest` tries them all, because a lower
    rung may work where a higher one does not (distroless has glibc, alpine does not).
    """
    if trials:
        last = trials[-1]
        repaired = _repaired(plan, last, packages, programs)
        if repaired is not None:
            return repaired
        if last.verdict is Verdict.WORKS and plan.policy.to != "smallest":
            return None
    tried = {trial.candidate.image for trial in trials}
    left = (step for step in plan.steps if step.candidate.image not in tried)
    return next((_first(step) for step in left), None)


def _first(step: Step) -> Attempt:
    return Attempt(candidate=step.candidate, rewrite=step.rewrite)


def _repaired(
    plan: Plan, trial: Trial, packages: dict[str, PackageName], programs: Programs | None
) -> Attempt | None:
    if trial.verdict is Verdict.WORKS or trial.attempt >= plan.policy.attempts:
        return None
    known = {_packages(done.remedy, trial.candidate) for done in trial.applied}
    new = tuple(
        Applied(breakage=finding.breakage, remedy=remedy)
        for finding in trial.findings
        for remedy in _first_that_applies(finding.remedies, trial.candidate)
        if _packages(remedy, trial.candidate) not in known
    )
    if not new:
        return None
    applied = (*trial.applied, *new)
    repaired = rewrite(
        plan.target.text,
        trial.candidate,
        target=plan.target,
        facts=plan.facts,
        packages=packages,
        policy=plan.policy,
        remedies=tuple(done.remedy for done in applied),
        programs=programs,
    )
    return Attempt(
        candidate=trial.candidate, rewrite=repaired, applied=applied, number=trial.attempt + 1
    )


def _first_that_applies(remedies: tuple[Remedy, ...], candidate: Candidate) -> tuple[Remedy, ...]:
    return tuple(remedy for remedy in remedies if _applies(remedy, candidate))[:1]


def _applies(remedy: Remedy, candidate: Candidate) -> bool:
    adds = remedy.kind is RemedyKind.ADD_PACKAGES and remedy.safe
    return adds and bool(_packages(remedy, candidate))


def _packages(remedy: Remedy, candidate: Candidate) -> tuple[str, ...]:
    match candidate.package_manager:
        case PackageManager.APT:
            return remedy.apt
        case PackageManager.APK:
            return remedy.apk
        case PackageManager.NONE:
            return ()
