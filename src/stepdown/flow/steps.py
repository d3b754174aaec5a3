"""A candidate becomes a step: the file that is written for it."""

from stepdown.model.facts import Facts, Target
from stepdown.model.plan import Candidate, Policy, Step
from stepdown.model.recipe import Catalog, PackageName
from stepdown.rewrite import rewrite


def step(
    target: Target, facts: Facts, catalog: Catalog, policy: Policy, candidate: Candidate
) -> Step:
    """Write the Dockerfile for one candidate."""
    written = rewrite(
        target.text,
        candidate,
        target=target,
        facts=facts,
        packages=package_names(catalog, policy),
        policy=policy,
        programs=catalog.programs,
    )
    return Step(candidate=candidate, rewrite=written)


def package_names(catalog: Catalog, policy: Policy) -> dict[str, PackageName]:
    """Return the package names by Debian's; those that the user gave win."""
    given = (
        PackageName(debian=debian, alpine=alpine, how="given") for debian, alpine in policy.packages
    )
    return {name.debian: name for name in (*catalog.packages, *given)}
