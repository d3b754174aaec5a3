"""Before a candidate is used: what registries and the image itself say of it.

Recipes are only expectations. A registry tells, without a pull, whether the image is there, for
which platforms and how large it is; the image itself then tells what is in it, and is right.
"""

from dataclasses import dataclass
from typing import assert_never

from msgspec.structs import replace

from stepdown.errors import StepdownError
from stepdown.flow.attempts import Attempt
from stepdown.flow.bench import Bench, Seen, base
from stepdown.flow.steps import step
from stepdown.model.events import Emit, Note
from stepdown.model.image import ImageRef
from stepdown.model.plan import Candidate, Plan, Refusal, Skipped, Step
from stepdown.model.recipe import Catalog
from stepdown.ports import (
    Engine,
    Lookup,
    NotAsked,
    NotRegistered,
    Registered,
    Registry,
)
from stepdown.propose import reality

_SCRATCH = "scratch"
_MEGA = 1_000_000
_LOST = "The present base is pinned by digest; add the digest of this one as well."


@dataclass(frozen=True, kw_only=True)
class Office:
    """Where candidates are asked for: registries, and the engine's own images if there is one."""

    registry: Registry
    engine: Engine | None
    platform: str

    def has(self, image: str) -> bool:
        """Tell whether the engine has the image already, so that it need not be had from afar."""
        if self.engine is None:
            return False
        try:
            self.engine.inspect(image)
        except StepdownError:
            return False
        return True


def look_up(plan: Plan, catalog: Catalog, office: Office, emit: Emit) -> Plan:
    """Ask the registries for every candidate; what cannot be had is skipped with the reason.

    A candidate for a base that is pinned by digest gets the digest that its registry has.
    """
    steps: list[Step] = []
    skipped: list[Skipped] = []
    silent: dict[str, None] = {}
    for one in plan.steps:
        candidate = one.candidate
        if candidate.image == _SCRATCH:
            steps.append(one)
            continue
        answer = _answer(candidate.image, office)
        reason = objection(candidate, answer, office.platform)
        if isinstance(answer, NotAsked):
            silent[answer.reason] = None
        if reason and not office.has(candidate.image):
            skipped.append(Skipped(image=candidate.image, tier=candidate.tier, reason=reason))
            continue
        better = settled(candidate, answer, office.platform, pinned=_pinned(plan))
        same = better == candidate
        steps.append(one if same else step(plan.target, plan.facts, catalog, plan.policy, better))
    for reason in silent:
        emit(Note(text=f"Not looked up: {reason}. The recipes' figures and names stand."))
    return replace(plan, steps=tuple(steps), skipped=(*plan.skipped, *skipped))


def objection(candidate: Candidate, answer: Lookup, platform: str) -> str:
    """Return why the image cannot be had, empty where it can or nobody knows."""
    match answer:
        case NotAsked():
            return ""
        case NotRegistered(denied=denied):
            hint = " Log in with `docker login`, if you have the right to it." if denied else ""
            return f"{answer.reason}.{hint}"
        case Registered():
            there = answer.platforms
            if not there or any(one.startswith(platform) for one in there):
                return ""
            return (
                f"{candidate.image} is not published for {platform}, only for {', '.join(there)}."
            )
        case _:
            assert_never(answer)


def settled(candidate: Candidate, answer: Lookup, platform: str, *, pinned: bool) -> Candidate:
    """Return the candidate with what the registry knows: its size, and its digest where wanted."""
    if not isinstance(answer, Registered):
        return candidate
    reasons = [one for one in candidate.reasons if not (pinned and one == _LOST)]
    if answer.compressed is not None:
        size = answer.compressed / _MEGA
        reasons.append(f"The registry has it with {size:.1f} MB to download for {platform}.")
    image = candidate.image
    if pinned and not ImageRef.parse(image).digest:
        image = f"{image}@{answer.digest}"
        reasons.append("It is pinned to the digest that the registry has now, as your base is.")
    return replace(candidate, image=image, reasons=tuple(reasons))


def probed(bench: Bench, attempt: Attempt, present: Seen) -> Attempt:
    """Read the facts of an attempt's base from the image itself; the file is written again.

    Every disagreement with the recipe is among the candidate's reasons, and told. A base that
    cannot carry the runtime of `present` gets a refusal that blocks it.
    """
    candidate = attempt.candidate
    if candidate.image == _SCRATCH or attempt.number > 1:
        return attempt
    image = base(bench, f"probe-{candidate.tier}", candidate.image)
    if image is None:
        return attempt
    real = reality.read(image.fs, image.config, candidate)
    before = reality.read(present.fs, present.config, candidate)
    for sentence in reality.disagreements(candidate, real):
        bench.emit(Note(text=sentence))
    better = reality.corrected(candidate, real)
    plan = bench.plan
    if better != candidate:
        written = step(plan.target, plan.facts, bench.catalog, plan.policy, better)
        attempt = replace(attempt, candidate=better, rewrite=written.rewrite)
    reason = reality.unfit(candidate, real, before)
    return _blocked(attempt, reason, plan.target.base_line) if reason else attempt


def _blocked(attempt: Attempt, reason: str, line: int) -> Attempt:
    refusal = Refusal(line=line, excerpt="", fixer="probe", reason=reason, blocking=True)
    written = replace(attempt.rewrite, refusals=(*attempt.rewrite.refusals, refusal))
    return replace(attempt, rewrite=written)


def _answer(image: str, office: Office) -> Lookup:
    return office.registry.look_up(image, office.platform)


def _pinned(plan: Plan) -> bool:
    return bool(ImageRef.parse(plan.target.base).digest)


__all__ = ["Office", "look_up", "objection", "probed", "settled"]
