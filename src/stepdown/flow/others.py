"""The rungs that a remedy may take instead of the one that was asked for."""

from collections.abc import Iterable

from msgspec.structs import replace

from stepdown.errors import StepdownError
from stepdown.model.image import Libc
from stepdown.model.plan import Candidate, Plan
from stepdown.model.recipe import Catalog
from stepdown.propose import propose


def others(plan: Plan, catalog: Catalog) -> tuple[Candidate, ...]:
    """Return the candidates of the whole ladder, also where the plan holds one base only."""
    policy = replace(plan.policy, base="", to="smallest")
    try:
        found, _ = propose(
            plan.target, plan.facts, catalog.families, policy, catalog.programs, catalog.releases
        )
    except StepdownError:  # the present base is on no ladder; one named by hand can be tried
        return ()
    return found


def instead(candidate: Candidate, known: Iterable[Candidate]) -> Candidate:
    """Return the rung that has what the candidate lacks, itself where there is none.

    That is the one with glibc and a shell; else one with glibc for a candidate with another C
    library, and one with a shell for a candidate without.
    """
    rungs = tuple(known)
    if _has_libc(candidate) and candidate.shell:
        return candidate
    both = (one for one in rungs if _has_libc(one) and one.shell)
    if (first := next(both, None)) is not None:
        return first
    enough = (one for one in rungs if (one.shell if _has_libc(candidate) else _has_libc(one)))
    return next(enough, candidate)


def _has_libc(candidate: Candidate) -> bool:
    return candidate.libc is Libc.GLIBC
