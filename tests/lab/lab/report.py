"""`status`: what there is, by a look at the engine; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab import engine, plan, repository
from lab.recipe import PULLED, Workshop
from lab.step import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.place import Lab
    from lab.recipe import Recipe


def show(lab: Lab) -> int:
    """Print the table; the exit code says whether an engine answers."""
    client = engine.find(lab)
    print(f"lab      {lab.root}")
    print(f"engine   {'none answers' if not client else 'own' if client.private else 'not ours'}")
    if client is None:
        return 1
    print(f"apk      {'served' if repository.answers(lab) else 'not served'}")
    workshop = Workshop(lab, plan.recipes(lab), client.environment, ours=client.private)
    there = workshop.images()
    step = Step(lab, "status", client.environment)
    for recipe in filter(plan.public, workshop.recipes.values()):
        found = [tag for tag in recipe.tags if tag in there]
        size = 0.0
        if found:
            inspect = ["image", "inspect", "--format", "{{.Size}}", found[0]]
            size = int(step.read("docker", *inspect)) / 1e6
        print(f"{_state(workshop, recipe, there):9} {size:7.1f} MB  {'  '.join(recipe.tags)}")
    return 0


def _state(workshop: Workshop, recipe: Recipe, there: Mapping[str, str]) -> str:
    if recipe.tags[0] not in there:
        return "absent"
    if workshop.built(recipe, there):
        return "built"
    return "pulled" if workshop.stamp(recipe.name).key == PULLED else "not ours"
