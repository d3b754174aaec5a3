"""Which recipes there are, and which of them the two sets need."""

from __future__ import annotations

from lab import foundations, products
from lab.place import Lab
from lab.recipe import Recipe
from lab.step import LabError

SERVICES = ("engine", "browser")
"""What runs or is installed, and has no result."""
DEMO = ["busybox", "alpine", "node", "node-slim", "node-alpine", "distroless-node"]


def recipes(lab: Lab) -> list[Recipe]:
    """All of them; what takes longest to come to an end stands first."""
    return [
        *foundations.of_debian(),
        *foundations.downloaded(),
        *foundations.for_musl(),
        *foundations.of_alpine(lab),
        *products.of_node(),
        *products.of_languages(),
        *products.of_applications(),
        *products.of_distroless(),
    ]


def public(recipe: Recipe) -> bool:
    """Whether it makes an image that is asked for, not one that others are built on or with."""
    return bool(recipe.tags) and not recipe.tags[0].startswith(("stepdown-lab/", "buildpack-deps:"))


def names(known: list[Recipe], what: list[str]) -> set[str]:
    """The recipes of a set, or those that are named; `engine` needs none."""
    found: set[str] = set()
    for word in what or ["all"]:
        if word == "all":
            found |= {recipe.name for recipe in known if public(recipe)}
        elif word == "demo":
            found |= set(DEMO)
        elif word in {recipe.name for recipe in known}:
            found.add(word)
        elif word not in SERVICES:
            raise LabError(
                f"there is no step {word}; there are: {' '.join(sorted(r.name for r in known))}"
            )
    return found


def wants_browser(what: list[str]) -> bool:
    """Whether the tests in a browser will run: not for the demonstration, nor for single steps."""
    return not what or bool({"all", "browser"} & set(what))
