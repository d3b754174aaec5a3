"""Which rungs are candidates, in which order, and why the others are not."""

from collections.abc import Iterable

from msgspec.structs import replace

from stepdown.dockerfile.document import read
from stepdown.errors import NothingToDoError, UnknownBaseError, UsageError
from stepdown.model.image import ImageRef, Tier
from stepdown.model.ladder import Place, fits, image_name, locate
from stepdown.model.plan import Candidate, Facts, Policy, Skipped, Target
from stepdown.model.recipe import Family, Programs, Rung
from stepdown.propose.hazards import hazards
from stepdown.propose.scene import Scene
from stepdown.propose.skips import absent, objection, shown

_SMALLEST = "smallest"
_UNKNOWN = Programs()


def propose(
    target: Target,
    facts: Facts,
    families: Iterable[Family],
    policy: Policy,
    programs: Programs = _UNKNOWN,
) -> tuple[tuple[Candidate, ...], tuple[Skipped, ...]]:
    """Return the candidates in the order in which they are tried, and the other rungs with reasons.

    With `policy.to` = smallest that is the order of the ladder, largest first. With a tier's name
    that tier comes first and the rungs above it follow as fallbacks. With `policy.base` that one
    image is the only candidate. `programs` says which commands the images bring. Raises
    UnknownBaseError for images that no recipe knows, and UsageError for an unknown tier.
    """
    known = tuple(families)
    place = _place(target.base, known)
    document = read(target.text)
    scene = Scene(
        target=target,
        facts=facts,
        families=known,
        place=place,
        document=document,
        programs=programs,
    )
    if policy.base:
        return (_asked(policy.base, scene),), ()
    limit = _limit(policy.to)
    rungs = _below(place)
    objections = {rung: objection(rung, scene, limit) for rung in rungs}
    found = [_proposed(rung, scene) for rung, reason in objections.items() if not reason]
    skipped = {
        Skipped(image=shown(rung, place), tier=rung.tier, reason=reason): rung.tier.rank
        for rung, reason in objections.items()
        if reason and not (rung.withheld and _replaced(rung, rungs, place))
    }
    skipped |= {one: one.tier.rank for one in absent(place)}
    order = found if policy.to == _SMALLEST else reversed(found)
    return tuple(order), tuple(sorted(skipped, key=lambda one: skipped[one]))


def _place(image: str, families: tuple[Family, ...]) -> Place:
    place = locate(ImageRef.parse(image), families)
    if place is None:
        names = sorted({name for family in families for name in family.repositories})
        raise UnknownBaseError(
            f"The recipes do not know the image {image}.",
            details=f"Known images: {', '.join(names)}.",
            hint="Nothing is guessed; choose one of the known images.",
        )
    return place


def _limit(to: str) -> Tier:
    if to == _SMALLEST:
        return Tier.SCRATCH
    try:
        return Tier(to)
    except ValueError:
        names = ", ".join((*Tier, _SMALLEST))
        raise UsageError(f"There is no tier {to!r}.", hint=f"Use one of: {names}.") from None


def _below(place: Place) -> tuple[Rung, ...]:
    """Return the rungs below the present one that exist for its version."""
    rungs = place.family.rungs
    return tuple(
        rung
        for rung in rungs[rungs.index(place.rung) + 1 :]
        if rung.image != place.rung.image and _applies(rung, place)
    )


def _applies(rung: Rung, place: Place) -> bool:
    """Tell whether the rung speaks of this version: of two rungs of one template only one does."""
    image = _named(rung, place)
    return fits(rung, image) if image is not None else not rung.withheld


def _replaced(rung: Rung, rungs: tuple[Rung, ...], place: Place) -> bool:
    """Tell whether the tier has an image for this version that is not withheld."""
    return any(
        other.tier is rung.tier and not other.withheld and _named(other, place) is not None
        for other in rungs
    )


def _named(rung: Rung, place: Place) -> str | None:
    return image_name(rung, place.version, place.release)


def _proposed(rung: Rung, scene: Scene) -> Candidate:
    place = scene.place
    image = _named(rung, place) or rung.image
    return _candidate(image, rung, place.family, scene)


def _asked(image: str, scene: Scene) -> Candidate:
    """Return the one image that the user names, with what its rung says of it."""
    if image == scene.target.base:
        raise NothingToDoError(f"{image} is the present base.", hint="Choose another --base.")
    chosen = _place(image, scene.families)
    candidate = _candidate(image, chosen.rung, chosen.family, scene)
    reasons = ["You asked for this image.", *candidate.reasons]
    if chosen.rung.withheld:
        reasons.append(chosen.rung.withheld)
    if scene.place.rung.interpreter and not chosen.rung.interpreter:
        reasons.append(f"It carries no {scene.place.family.language} runtime.")
    return replace(candidate, reasons=tuple(reasons))


def _candidate(image: str, rung: Rung, family: Family, scene: Scene) -> Candidate:
    return Candidate(
        image=image,
        tier=rung.tier,
        family=family.name,
        libc=rung.libc,
        shell=rung.shell,
        package_manager=rung.package_manager,
        entrypoint=rung.entrypoint,
        interpreter=rung.interpreter,
        interpreters=family.interpreters,
        on_path=rung.on_path,
        user=rung.user,
        workdir=rung.workdir,
        reasons=_reasons(image, rung, scene.target),
        hazards=hazards(rung, scene),
        expected_packages=rung.expected_packages,
        expected_megabytes=rung.expected_megabytes,
    )


def _reasons(image: str, rung: Rung, target: Target) -> tuple[str, ...]:
    reasons = [rung.reason]
    figures = []
    if rung.expected_packages is not None:
        figures.append(f"{rung.expected_packages} packages")
    if rung.expected_megabytes is not None:
        figures.append(f"{rung.expected_megabytes:g} MB on disk")
    if figures:
        reasons.append(f"Expected of the bare base: {', '.join(figures)}. {rung.evidence}")
    if rung.end_of_life:
        reasons.append(f"Its security fixes end on {rung.end_of_life}.")
    if ImageRef.parse(target.base).digest and not ImageRef.parse(image).digest:
        reasons.append("The present base is pinned by digest; add the digest of this one as well.")
    return tuple(reasons)
