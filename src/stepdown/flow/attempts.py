"""What to try next. Pure: from the plan and the trials so far."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from itertools import takewhile

from msgspec.structs import replace

from stepdown.errors import StepdownError
from stepdown.flow.others import MOVES, instead
from stepdown.model.image import Libc, Value
from stepdown.model.plan import Candidate, Plan, Policy, Refusal, Rewrite, Step
from stepdown.model.recipe import PackageName, Programs, Remedy, RemedyKind
from stepdown.model.trial import Applied, Finding, Trial, Verdict
from stepdown.rewrite import rewrite
from stepdown.rewrite.production import prunes

_BY_EVIDENCE = frozenset(
    (
        *(RemedyKind.ADD_COMMAND, RemedyKind.COPY_LIBRARY, RemedyKind.COPY_PROGRAMS),
        *(RemedyKind.MAKE_FOLDER, RemedyKind.OWN_FILES, RemedyKind.COPY_FILES),
        RemedyKind.ADD_USER,
    )
)
# What distroless/cc has beyond base and static: https://github.com/GoogleContainerTools/distroless
_OF_CC = re.compile(r"lib(?:stdc\+\+|gcc_s|gomp|c|m|ssl|crypto)\.so\.\d+")
_LIBRARY = re.compile(r"\blib[\w+-]+\.so\.\d+")
_KEEP = Remedy(
    kind=RemedyKind.KEEP_DEVELOPMENT,
    text="The packages for development stay in: the checks did not pass without them.",
    safe=True,
)
_SMALLER = re.compile(r"(?<=/distroless/)(?:static|base|base-nossl)(?=-debian\d+)")


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
    others: tuple[Candidate, ...] = (),
) -> Attempt | None:
    """Return the next attempt: the last rung repaired, else the next rung, else None.

    `others` are the rungs that a remedy may take. A named target stops at the first rung that
    works; `smallest` tries them all, because a lower rung may work where a higher one does not
    (distroless has glibc, alpine does not).
    """
    if trials:
        last = trials[-1]
        repaired = _Repair(plan, packages, programs, others).after(trials)
        if repaired is not None:
            return repaired
        if last.verdict is Verdict.WORKS and plan.policy.to != "smallest":
            return None
    tried = {trial.candidate.image for trial in trials}
    left = (step for step in plan.steps if step.candidate.image not in tried)
    return next((_first(step) for step in left), None)


def advised(
    plan: Plan,
    trial: Trial,
    packages: dict[str, PackageName],
    programs: Programs | None = None,
    others: tuple[Candidate, ...] = (),
) -> Trial:
    """Return the trial, its findings' remedies with the lines that they would change here.

    A remedy that changes nothing in this file is left out where there is another one.
    """
    repair = _Repair(plan, packages, programs, others)
    found = tuple(
        replace(finding, remedies=_useful(repair.lines(trial, finding)))
        for finding in trial.findings
    )
    return replace(trial, findings=found)


def _first(step: Step) -> Attempt:
    return Attempt(candidate=step.candidate, rewrite=step.rewrite)


def _useful(remedies: Iterator[Remedy]) -> tuple[Remedy, ...]:
    """Leave out what has nothing to do in this file, unless that is all there is."""
    known = tuple(remedies)
    here = tuple(one for one in known if one.kind is RemedyKind.ADVICE or one.lines)
    return here or known


class _Repair:
    """Applies remedies to the Dockerfile of a plan."""

    def __init__(
        self,
        plan: Plan,
        packages: dict[str, PackageName],
        programs: Programs | None,
        others: tuple[Candidate, ...],
    ) -> None:
        self._plan = plan
        self._packages = packages
        self._programs = programs
        self._others = others

    def after(self, trials: tuple[Trial, ...]) -> Attempt | None:
        """Return the last rung with what else helps, None where nothing does or enough was tried.

        What was added to an attempt that could then not be built is left out again.
        """
        last = trials[-1]
        if last.verdict is Verdict.WORKS or last.attempt >= self._plan.policy.attempts:
            return None
        story = _story(trials)
        base = next((t for t in reversed(story) if t.verdict is not Verdict.NOT_BUILT), story[0])
        seen = [_key(done.remedy) for trial in story for done in trial.applied]
        new = tuple(self._new(base, seen, {trial.candidate.image for trial in trials}))
        if not new and prunes(last.rewrite):
            new = (Applied(breakage="production", remedy=_KEEP),)
        if not new:
            return None
        together = self._attempt(base, new, last.attempt + 1)
        return together or self._attempt(base, new[:1], last.attempt + 1)

    def _attempt(self, base: Trial, new: tuple[Applied, ...], number: int) -> Attempt | None:
        applied = _together(base.applied, new)
        candidate = base.candidate
        for done in new:
            candidate = self._candidate(candidate, done.remedy)
        after = self._rewritten(candidate, applied, self._plan.policy)
        if after is None:
            return None
        return Attempt(candidate=candidate, rewrite=after, applied=applied, number=number)

    def lines(self, trial: Trial, finding: Finding) -> Iterator[Remedy]:
        """Yield the remedies of a finding with their lines."""
        for remedy in finding.remedies:
            yield replace(remedy, lines=self._lines(trial, _meant(remedy, finding)))

    def _new(self, trial: Trial, seen: list[object], tried: set[str]) -> Iterator[Applied]:
        """Yield the first remedy of each finding that may be applied, and was not yet."""
        planned = {step.candidate.image for step in self._plan.steps}
        for finding in trial.findings:
            for remedy in finding.remedies:
                wanted = _meant(remedy, finding)
                if _key(wanted) in seen or not self._may(wanted) or not _fits(wanted):
                    continue
                candidate = self._candidate(trial.candidate, wanted)
                other = candidate.image != trial.candidate.image
                if other and candidate.image in tried | planned:
                    continue
                applied = Applied(breakage=finding.breakage, remedy=wanted)
                if other or self._helps(trial, candidate, applied):
                    seen.append(_key(wanted))
                    yield applied
                    break

    def _may(self, remedy: Remedy) -> bool:
        allowed = remedy.safe or self._plan.policy.unsafe_fixes
        return allowed and remedy.kind is not RemedyKind.ADVICE

    def _candidate(self, candidate: Candidate, remedy: Remedy) -> Candidate:
        """Return the candidate, or another base where the remedy is to take that one."""
        match remedy.kind:
            case RemedyKind.LARGER_SIBLING:
                return _sibling(candidate, remedy)
            case RemedyKind.OTHER_BASE:
                return instead(candidate, self._others)
            case RemedyKind.NEARER_BASE:
                return instead(candidate, self._others, tools=True)
            case _:
                return candidate

    def _helps(self, trial: Trial, candidate: Candidate, new: Applied) -> bool:
        """Tell whether a remedy changes the file and is not refused."""
        after = self._rewritten(candidate, (*trial.applied, new), self._plan.policy)
        if after is None or after.text == trial.rewrite.text:
            return False
        return _opens(trial.rewrite, after)

    def _lines(self, trial: Trial, remedy: Remedy) -> tuple[str, ...]:
        """Return what a remedy changes, as a diff of this Dockerfile without its heads."""
        if remedy.kind is RemedyKind.ADVICE or not _fits(remedy):
            return ()
        policy = replace(self._plan.policy, unsafe_fixes=True)
        candidate = self._candidate(trial.candidate, remedy)
        if remedy.kind in MOVES and candidate.image == trial.candidate.image:
            return ()
        before = self._rewritten(trial.candidate, trial.applied, policy)
        new = (Applied(breakage="", remedy=remedy),)
        after = self._rewritten(candidate, _together(trial.applied, new), policy)
        if before is None or after is None or not _opens(before, after):
            return ()
        texts = before.text.splitlines(), after.text.splitlines()
        return tuple(unified_diff(*texts, n=1, lineterm=""))[3:]

    def _rewritten(
        self, candidate: Candidate, applied: tuple[Applied, ...], policy: Policy
    ) -> Rewrite | None:
        """Rewrite with remedies; None where one of them is in the way of another edit."""
        try:
            return rewrite(
                self._plan.target.text,
                candidate,
                target=self._plan.target,
                facts=self._plan.facts,
                packages=self._packages,
                policy=policy,
                remedies=tuple(done.remedy for done in applied),
                programs=self._programs,
            )
        except StepdownError:
            return None


def _story(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Return the attempts at the last rung, from its first one on."""
    later = tuple(takewhile(lambda trial: trial.attempt > 1, reversed(trials)))
    return trials[len(trials) - len(later) - 1 :] if len(later) < len(trials) else trials


def _meant(remedy: Remedy, finding: Finding) -> Remedy:
    return replace(remedy, evidence=finding.evidence, lines=())


def _fits(remedy: Remedy) -> bool:
    return remedy.when in remedy.evidence


def _key(remedy: Remedy) -> object:
    """Return by what a remedy is the same as another one: packages count without their text."""
    evidence = remedy.evidence if remedy.kind in _BY_EVIDENCE and not remedy.paths else ""
    return replace(remedy, text="", safe=False, lines=(), evidence=evidence)


def _together(old: tuple[Applied, ...], new: tuple[Applied, ...]) -> tuple[Applied, ...]:
    """Return what is applied; on another rung nothing is that was meant for the last one."""
    moves = tuple(done for done in new if done.remedy.kind in MOVES)
    return moves[:1] or (*old, *new)


def _sibling(candidate: Candidate, remedy: Remedy) -> Candidate:
    """Return the candidate's larger sibling, itself where that would not help."""
    if not all(_OF_CC.fullmatch(name) for name in _LIBRARY.findall(remedy.evidence)):
        return candidate
    image = _SMALLER.sub("cc", candidate.image)
    return (
        replace(candidate, image=image, libc=Libc.GLIBC) if image != candidate.image else candidate
    )


def _opens(before: Rewrite, after: Rewrite) -> bool:
    """Tell whether a remedy refuses nothing more, and less where something was refused."""
    old, new = _blocking(before), _blocking(after)
    return new < old if old else not new


def _blocking(result: Rewrite) -> set[Refusal]:
    return {one for one in result.refusals if one.blocking}


__all__ = ["Attempt", "advised", "next_attempt"]
