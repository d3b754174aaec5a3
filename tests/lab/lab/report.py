"""`status`: what there is, by a look at the engine; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab import engine, plan, repository
from lab.recipe import PULLED, Workshop
from lab.step import LabError, Step

if TYPE_CHECKING:
    from lab.place import Lab


def show(lab: Lab) -> int:
    """Print the table; the exit code says whether an engine answers."""
    client = engine.find(lab)
    print(f"lab      {lab.root}")
    print(f"engine   {'none answers' if not client else 'own' if client.private else 'not ours'}")
    if client is None:
        return 1
    print(f"apk      {'served' if repository.answers(lab) else 'not served'}")
    workshop = Workshop(lab, plan.recipes(lab), client.environment, ours=client.private)
    step = Step(lab, "inspect", client.environment)
    for recipe in workshop.recipes.values():
        if not recipe.tags:
            continue
        try:
            size = step.read("docker", "image", "inspect", "--format", "{{.Size}}", recipe.tags[0])
        except LabError:
            print(f"{'absent':10} {'':>9} {recipe.tags[0]}")
            continue
        stamp = workshop.stamp(recipe.name)
        state = "pulled" if stamp.key == PULLED else "built" if stamp.images else "not ours"
        print(f"{state:10} {int(size) / 1e6:7.1f} MB {'  '.join(recipe.tags)}")
    return 0
