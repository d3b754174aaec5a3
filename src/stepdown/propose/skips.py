"""Why a rung is not proposed, in sentences."""

from collections.abc import Iterator

from stepdown.model.image import Libc, Tier
from stepdown.model.ladder import Place, image_name, offered_version
from stepdown.model.plan import Skipped
from stepdown.model.recipe import Rung
from stepdown.propose.scene import Scene, next_release, release_number


def objection(rung: Rung, scene: Scene, limit: Tier) -> str:
    """Return the first reason against the rung, empty where it may be proposed."""
    return (
        _beyond(rung, limit)
        or _unnamed(rung, scene.place)
        or rung.withheld
        or _runtime(rung, scene.place)
        or _dynamic(rung, scene)
        or _libc(rung, scene.place)
    )


def shown(rung: Rung, place: Place) -> str:
    """Return the name of the rung's image as far as it can be filled in."""
    full = image_name(rung, place.version, place.release)
    if full is not None:
        return full
    parts = place.version.split(".")
    length = len(rung.versions[0].split(".")) if rung.versions else len(parts)
    text = rung.image.replace("{version}", ".".join(parts[:length]) or "VERSION")
    return text.replace("-{release}", "").replace("{release}", "RELEASE")


def absent(place: Place) -> Iterator[Skipped]:
    """Yield the smaller tiers of which the family has no image at all."""
    family, present = place.family, {rung.tier for rung in place.family.rungs}
    for tier in Tier:
        if tier.rank <= place.rung.tier.rank or tier in present:
            continue
        if tier is Tier.SCRATCH and place.rung.interpreter:
            reason = (
                f"scratch holds nothing, and the application needs the {family.language} runtime."
            )
            yield Skipped(image="scratch", tier=tier, reason=reason)
        else:
            reason = f"{family.name} is not published as a {tier} image."
            yield Skipped(image=family.name, tier=tier, reason=reason)


def _beyond(rung: Rung, limit: Tier) -> str:
    if rung.tier.rank <= limit.rank:
        return ""
    return f"It is below {limit}, the tier that was asked for."


def _unnamed(rung: Rung, place: Place) -> str:
    if image_name(rung, place.version, place.release) is not None:
        return ""
    if offered_version(rung, place.version) is not None:
        return "The tag names no release, so the image that goes with it is unknown."
    language = place.family.language
    if not place.version:
        return f"The tag names no {language} version, so the image that goes with it is unknown."
    offered = ", ".join(rung.versions)
    if any(version.startswith(f"{place.version}.") for version in rung.versions):
        return f"The tag says only {language} {place.version}; the image exists for {offered}."
    return f"There is no such image for {language} {place.version}; there is one for {offered}."


def _runtime(rung: Rung, place: Place) -> str:
    if not place.rung.interpreter or rung.interpreter:
        return ""
    return (
        f"The stage runs {place.rung.interpreter}, which is not in this image. Split the "
        "Dockerfile first: a stage that builds, and one that holds only the program."
    )


def _dynamic(rung: Rung, scene: Scene) -> str:
    if not rung.needs_static or scene.facts.static:
        return ""
    return (
        "Only statically linked programs run on it, and nothing says that this one is "
        "(Go: build with CGO_ENABLED=0; Rust: for a musl target)."
    )


def _libc(rung: Rung, place: Place) -> str:
    if rung.libc is not Libc.GLIBC:
        return ""
    if place.rung.libc is Libc.MUSL and not place.rung.interpreter:
        return "The program is linked to musl, as its present base has it; this image has glibc."
    now, then = release_number(place), next_release(rung, place)
    if now is not None and then is not None and then < now:
        return (
            f"Its glibc is that of {rung.release}, older than that of the present base; "
            "what was linked there would not start here."
        )
    return ""
