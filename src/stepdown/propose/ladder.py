"""Which rungs are candidates, in which order, and why the others are not."""

from collections.abc import Iterable

from msgspec.structs import replace

from stepdown.dockerfile.document import read
from stepdown.errors import NothingToDoError, UnknownBaseError, UsageError
from stepdown.model.facts import Facts, Target
from stepdown.model.image import ImageRef, Tier
from stepdown.model.ladder import Place, fits, forms, image_name, last_fix, locate
from stepdown.model.plan import Candidate, Policy, Skipped
from stepdown.model.recipe import Family, Programs, Release, Rung
from stepdown.propose.gain import remark
from stepdown.propose.hazards import hazards
from stepdown.propose.scene import Scene
from stepdown.propose.skips import absent, objection, others, shown

_SMALLEST = "smallest"
_UNKNOWN = Programs()


def propose(  # noqa: PLR0913, PLR0917  (what is known, by name)
    target: Target,
    facts: Facts,
    families: Iterable[Family],
    policy: Policy,
    programs: Programs = _UNKNOWN,
    releases: tuple[Release, ...] = (),
) -> tuple[tuple[Candidate, ...], tuple[Skipped, ...]]:
    """Return the candidates in the order in which they are tried, and the other rungs with reasons.

    With `policy.to` = smallest that is the order of the ladder, largest first. With a tier's name
    that tier comes first and the rungs above it follow as fallbacks. With `policy.base` that one
    image is the only candidate. `programs` says which commands the images bring, and `releases`
    which C library they have. Raises UnknownBaseError for images that no recipe knows, and
    UsageError for an unknown tier.
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
        releases=releases,
    )
    if policy.base:
        return (_asked(policy.base, scene, policy),), ()
    return _ladder(scene, policy)


def _ladder(scene: Scene, policy: Policy) -> tuple[tuple[Candidate, ...], tuple[Skipped, ...]]:
    place, limit = scene.place, min(_limit(policy.to), _limit(policy.limit or _SMALLEST), key=_rank)
    below = _below(place, policy)
    rungs = tuple(rung for rung in below if _welcome(rung, policy))
    foreign = tuple(
        rung for rung in below if rung not in rungs and not objection(rung, scene, limit, policy)
    )
    objections = {rung: objection(rung, scene, limit, policy) for rung in rungs}
    found = [_proposed(rung, scene, policy) for rung, reason in objections.items() if not reason]
    found, over = _supported(found)
    skipped = [
        *over,
        *(
            Skipped(image=shown(rung, place), tier=rung.tier, reason=reason)
            for rung, reason in objections.items()
            if reason and not (rung.withheld and _replaced(rung, rungs, place))
        ),
    ]
    skipped += absent(place, frozenset(rung.tier for rung in rungs))
    ordered = sorted(dict.fromkeys(skipped), key=lambda one: one.tier.rank)
    order = found if policy.to == _SMALLEST else reversed(found)
    return tuple(order), (*ordered, *others(foreign, place))


def _supported(found: list[Candidate]) -> tuple[list[Candidate], list[Skipped]]:
    """Leave out images without security fixes, unless nothing else is there.

    They come this far only where the present base has had its last fix no later. Then a smaller one
    is no worse, but where a supported one fits, that is what to take.
    """
    good = [one for one in found if not one.ended]
    if not good:
        return found, []
    reason = "Its security fixes ended on {}; a base that still gets some fits, too."
    over = (one for one in found if one.ended)
    return good, [
        Skipped(image=one.image, tier=one.tier, reason=reason.format(one.ended)) for one in over
    ]


def _rank(tier: Tier) -> int:
    return tier.rank


def _welcome(rung: Rung, policy: Policy) -> bool:
    """Tell whether the policy allows the image's publisher."""
    return not rung.vendor or rung.approved or rung.vendor in policy.vendors


def _place(image: str, families: tuple[Family, ...]) -> Place:
    place = locate(ImageRef.parse(image), families)
    if place is None and (known := forms(ImageRef.parse(image), families)):
        raise UnknownBaseError(
            f"The recipes do not know the tag of {image}.",
            details=f"Known forms: {', '.join(known)}.",
            hint="Check the tag; nothing is guessed.",
        )
    if place is None:
        raise UnknownBaseError(
            f"The recipes do not know the image {image}.",
            details="`stepdown recipes list` shows the known families, `stepdown plan` what fits.",
            hint="Choose one of the known images; --recipes DIR adds a recipe of your own.",
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


def _below(place: Place, policy: Policy) -> tuple[Rung, ...]:
    """Return the rungs below the present one that exist for its version.

    Another publisher's image of the same tier is an alternative, wherever it stands in the list.
    """
    rungs = place.family.rungs
    after = rungs.index(place.rung) + 1
    return tuple(
        rung
        for number, rung in enumerate(rungs)
        if (number >= after or _alternative(rung, place, policy))
        and rung.image != place.rung.image
        and _applies(rung, place)
    )


def _alternative(rung: Rung, place: Place, policy: Policy) -> bool:
    elsewhere = rung.approved or (rung.vendor and rung.vendor in policy.vendors)
    return bool(elsewhere) and rung.tier is place.rung.tier


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
    return image_name(rung, place.version, place.release, place.variant)


def _proposed(rung: Rung, scene: Scene, policy: Policy) -> Candidate:
    place = scene.place
    image = _named(rung, place) or rung.image
    return _candidate(image, rung, place.family, scene, policy)


def _asked(image: str, scene: Scene, policy: Policy) -> Candidate:
    """Return the one image that the user names, with what its rung says of it."""
    if image == scene.target.base:
        raise NothingToDoError(f"{image} is the present base.", hint="Choose another --base.")
    chosen = _place(image, scene.families)
    candidate = _candidate(image, chosen.rung, chosen.family, scene, policy)
    reasons = ["You asked for this image.", *candidate.reasons]
    if chosen.rung.withheld:
        reasons.append(chosen.rung.withheld)
    if scene.place.rung.interpreter and not chosen.rung.interpreter:
        reasons.append(f"It carries no {scene.place.family.language} runtime.")
    return replace(candidate, reasons=tuple(reasons))


def _candidate(image: str, rung: Rung, family: Family, scene: Scene, policy: Policy) -> Candidate:
    end = last_fix(rung, scene.place, scene.releases)
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
        reasons=_reasons(image, rung, scene, policy),
        hazards=hazards(rung, scene),
        expected_packages=rung.expected_packages,
        expected_megabytes=rung.expected_megabytes,
        ended=end if policy.day and "" < end < policy.day else "",
    )


def _reasons(image: str, rung: Rung, scene: Scene, policy: Policy) -> tuple[str, ...]:
    place = scene.place
    end = last_fix(rung, place, scene.releases)
    reasons = [
        rung.reason,
        _expected(rung),
        remark(place.rung, rung),
        _ending(end, policy.day),
        _operators(rung, place),
    ]
    if ImageRef.parse(scene.target.base).digest and not ImageRef.parse(image).digest:
        reasons.append("The present base is pinned by digest; add the digest of this one as well.")
    return tuple(reason for reason in reasons if reason)


def _expected(rung: Rung) -> str:
    figures = []
    if rung.expected_packages is not None:
        figures.append(f"{rung.expected_packages} packages")
    if rung.expected_megabytes is not None:
        figures.append(f"{rung.expected_megabytes:g} MB on disk")
    elif rung.expected_download is not None:
        figures.append(f"{rung.expected_download:g} MB to download")
    if not figures:
        return ""
    return f"Expected of the bare base: {', '.join(figures)}. {rung.evidence}"


def _ending(end: str, day: str) -> str:
    if not end:
        return ""
    if day and end < day:
        return (
            f"Its security fixes ended on {end}: it is no recommendation. "
            "Move to a release that still gets some first."
        )
    return f"Its security fixes end on {end}."


def _operators(rung: Rung, place: Place) -> str:
    """Say what people who look into containers lose, and what they do instead."""
    if rung.shell or not place.rung.shell:
        return ""
    return (
        "Nobody can open a shell in it: `docker debug` or `kubectl debug --target` bring one, "
        "or a sidecar that shares the container's processes."
    )
