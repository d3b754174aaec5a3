"""A plan from facts. Pure, and without what a run needs: a plan is shown in a moment."""

from stepdown.flow.steps import step
from stepdown.model.facts import Facts, Target
from stepdown.model.plan import Plan, Policy
from stepdown.model.recipe import Catalog
from stepdown.propose import propose


def plan(target: Target, facts: Facts, catalog: Catalog, policy: Policy) -> Plan:
    """Decide what would be tried, in order, and which edits each rung needs."""
    candidates, skipped = propose(
        target, facts, catalog.families, policy, catalog.programs, catalog.releases
    )
    steps = tuple(step(target, facts, catalog, policy, candidate) for candidate in candidates)
    return Plan(target=target, facts=facts, policy=policy, steps=steps, skipped=skipped)
