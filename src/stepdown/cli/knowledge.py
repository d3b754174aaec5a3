"""The recipes that one invocation works with: the shipped ones, the user's, and what a base is."""

from collections.abc import Callable

from msgspec.structs import replace

from stepdown.cli.options import Options
from stepdown.dockerfile.document import read
from stepdown.errors import UsageError
from stepdown.flow import catalog, unknown
from stepdown.model.image import ImageRef
from stepdown.model.ladder import Place, knows_repository, locate
from stepdown.model.recipe import Catalog

AskImage = Callable[[str], dict[str, str]]
"""Reads /etc/os-release of an image."""


def recipes(options: Options) -> Catalog:
    """Return the recipes. Raises RecipeError for a faulty file, UsageError for unknown vendors."""
    known = catalog.with_own(*options.recipes)
    vendors = {rung.vendor for family in known.families for rung in family.rungs} - {""}
    strange = [vendor for vendor in options.vendors if vendor not in vendors]
    if strange:
        raise UsageError(
            f"No recipe has images of the vendor {', '.join(strange)}.",
            hint=f"Known vendors: {', '.join(sorted(vendors))}.",
        )
    if options.approved_only and not options.recipes:
        raise UsageError("--approved-only needs recipes of your own.", hint="Add --recipes DIR.")
    return known


def understood(known: Catalog, text: str, options: Options, ask: AskImage | None) -> Catalog:
    """Return the recipes with the Dockerfile's base among them, where that can be found out.

    What --like names wins; else `ask` reads which distribution the base is. Where neither helps,
    the recipes stay as they are, and the base stays unknown.
    """
    document = read(text)
    base = document.chain(document.ships(options.stage))[0].base
    image = ImageRef.parse(base)
    if options.like:
        how = f"{image} is made from {options.like}, as you say; what it adds to that is unknown."
        return unknown.alike(_without(known, image), image, _place(options.like, known), how)
    if not base or base == "scratch" or ask is None or knows_repository(image, known.families):
        return known  # a strange tag of a known image is not guessed
    name = unknown.distribution(ask(base))
    place = locate(ImageRef.parse(name), known.families) if name else None
    if place is None:
        return known
    how = f"{image} says in /etc/os-release that it is {name}; what it adds to that is unknown."
    return unknown.alike(_without(known, image), image, place, how)


def _without(known: Catalog, image: ImageRef) -> Catalog:
    """Leave the families that have images of this name: the new one speaks for it."""
    if not any(image.repository in family.repositories for family in known.families):
        return known
    families = (
        replace(one, repositories=tuple(r for r in one.repositories if r != image.repository))
        for one in known.families
    )
    return replace(known, families=tuple(families))


def _place(text: str, known: Catalog) -> Place:
    place = locate(ImageRef.parse(text), known.families)
    if place is None:
        raise UsageError(
            f"The recipes do not know {text}, which --like names.",
            hint="`stepdown recipes list` names the images that they know.",
        )
    return place
