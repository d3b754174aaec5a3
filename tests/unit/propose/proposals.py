"""Proposing for a Dockerfile's text."""

from stepdown.discover import target
from stepdown.flow.catalog import load
from stepdown.model.plan import Candidate, Facts, Policy, Skipped, Target
from stepdown.propose import propose

Proposed = tuple[tuple[Candidate, ...], tuple[Skipped, ...]]


def target_of(text: str) -> Target:
    return target(
        text,
        repository="/repo",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=load(),
    )


def proposed(
    text: str, facts: Facts | None = None, *, to: str = "smallest", base: str = ""
) -> Proposed:
    policy = Policy(to=to, base=base)
    return propose(target_of(text), facts or Facts(), load().families, policy)
