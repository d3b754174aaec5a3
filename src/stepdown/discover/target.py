"""The stage that ships, and the rung on which its base stands."""

from stepdown.dockerfile.document import read
from stepdown.dockerfile.stage import Stage
from stepdown.errors import NothingToDoError, UnknownBaseError
from stepdown.model.facts import Target
from stepdown.model.image import ImageRef, Tier
from stepdown.model.ladder import Place, debian_codename, forms, locate
from stepdown.model.recipe import Catalog, Family


def target(  # noqa: PLR0913  (the fields of a Target, by name)
    text: str,
    *,
    repository: str,
    commit: str,
    dockerfile: str,
    context: str,
    stage: str,
    catalog: Catalog,
) -> Target:
    """Describe the shipping stage of the Dockerfile `text`; `stage` is empty for the last one.

    Raises DockerfileError for what the builder would refuse, UnknownBaseError where the recipes do
    not know the base, and NothingToDoError where there is no smaller one.
    """
    document = read(text)
    shipped = document.ships(stage)
    first = document.chain(shipped)[0]
    image = _image(first)
    place = locate(image, catalog.families)
    if place is None:
        raise _unknown(image, first, catalog)
    _check_smaller(place, image)
    return Target(
        repository=repository,
        commit=commit,
        dockerfile=dockerfile,
        context=context,
        text=text,
        stage=stage,
        base=first.base,
        base_line=first.line,
        family=place.family.name,
        tier=place.rung.tier,
        version=place.version,
        release=debian_codename(place.release) or place.rung.release,
    )


def _image(first: Stage) -> ImageRef:
    if not first.base:
        raise UnknownBaseError(
            f"Line {first.line}: {first.image.text} names no image.",
            details="Its variable has no default value in the Dockerfile.",
            hint="Give the ARG before the first FROM a default value.",
        )
    if first.base == "scratch":
        raise NothingToDoError(
            f"Line {first.line}: the image is built from scratch, the smallest base there is.",
            hint="Name an earlier stage if another one should be made smaller.",
        )
    return ImageRef.parse(first.base)


def _unknown(image: ImageRef, first: Stage, catalog: Catalog) -> UnknownBaseError:
    families = ", ".join(sorted(family.name for family in catalog.families))
    if known := forms(image, catalog.families):
        return UnknownBaseError(
            f"Line {first.line}: the recipes do not know the tag of {image}.",
            details=f"Known forms: {', '.join(known)}.",
            hint="Check the tag; nothing is guessed. --like IMAGE names a known one instead.",
        )
    return UnknownBaseError(
        f"Line {first.line}: the recipes do not know the base image {image}.",
        details=f"Known families: {families}. `stepdown recipes list` shows their bases.",
        hint="Say with --like IMAGE from which known image it is made, for example --like "
        "debian:12; --recipes DIR adds a recipe of your own. Nothing is guessed.",
    )


def _check_smaller(place: Place, image: ImageRef) -> None:
    rungs = place.family.rungs
    below = rungs[rungs.index(place.rung) + 1 :]
    if any(rung.image != place.rung.image and not rung.withheld for rung in below):
        return
    raise NothingToDoError(
        f"{image} is already the smallest base that the recipes know for {_subject(place.family)}.",
        details=place.rung.withheld,
        hint="" if place.rung.tier is Tier.SCRATCH else "--base IMAGE tries one of your own.",
    )


def _subject(family: Family) -> str:
    return f"{family.language} programs" if family.language else "it"
