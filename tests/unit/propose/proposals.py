"""Proposing for a Dockerfile's text."""

from stepdown.discover import target
from stepdown.flow.catalog import load
from stepdown.model.facts import Clue, Facts, Target, Trait
from stepdown.model.plan import Candidate, Hazard, Policy, Skipped
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
    recipes = load()
    return propose(
        target_of(text),
        facts or Facts(),
        recipes.families,
        policy,
        recipes.programs,
        recipes.releases,
    )


def hazards(
    text: str, tier: str, facts: Facts | None = None, *, base: str = ""
) -> tuple[Hazard, ...]:
    candidates, _ = proposed(text, facts, base=base)
    return next(c.hazards for c in candidates if c.tier == tier)


def clue(trait: Trait, subject: str = "x", language: str = "python", line: int = 7) -> Clue:
    return Clue(
        trait=trait,
        subject=subject,
        file="some/file",
        line=line,
        detail=f"about {subject}",
        language=language,
    )
