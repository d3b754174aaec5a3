"""The rungs that a remedy may take instead of the one that was asked for."""

from collections.abc import Iterable

from msgspec.structs import replace

from stepdown.errors import StepdownError
from stepdown.model.image import Libc
from stepdown.model.plan import Candidate, Plan
from stepdown.model.recipe import Catalog, RemedyKind
from stepdown.propose import propose

MOVES = frozenset((RemedyKind.OTHER_BASE, RemedyKind.NEARER_BASE))


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


def instead(candidate: Candidate, known: Iterable[Candidate], *, tools: bool = False) -> Candidate:
    """Return the rung that has what the candidate lacks, itself where there is none.

    That is the one with glibc and a shell; else one with a shell for a candidate without, and one
    with glibc for a candidate with another C library, unless it is about the `tools` of Debian.
    """
    rungs = tuple(known)
    if _has_libc(candidate) and candidate.shell:
        return candidate
    both = (one for one in rungs if _has_libc(one) and one.shell)
    if (first := next(both, None)) is not None:
        return first
    if _has_libc(candidate) or not candidate.shell:
        return next((one for one in rungs if one.shell), candidate)
    return candidate if tools else next(filter(_has_libc, rungs), candidate)


def _has_libc(candidate: Candidate) -> bool:
    return candidate.libc is Libc.GLIBC
