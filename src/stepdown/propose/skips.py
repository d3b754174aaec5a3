"""Why a rung is not proposed, in sentences."""

import re
from collections.abc import Iterator

from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.ladder import Place, glibc, image_name, last_fix, offered_version
from stepdown.model.plan import Policy, Skipped
from stepdown.model.recipe import Rung
from stepdown.propose.gain import too_little
from stepdown.propose.scene import Scene, knows, next_word, release_word


def objection(rung: Rung, scene: Scene, limit: Tier, policy: Policy) -> str:
    """Return the first reason against the rung, empty where it may be proposed."""
    place = scene.place
    return (
        _beyond(rung, limit)
        or _unnamed(rung, place)
        or rung.withheld
        or _over(rung, scene, policy)
        or _refused(rung, scene, policy)
        or _runtime(rung, scene)
        or _dynamic(rung, scene)
        or _libc(rung, scene)
        or too_little(place.rung, rung, policy)
    )


def shown(rung: Rung, place: Place) -> str:
    """Return the name of the rung's image as far as it can be filled in."""
    full = image_name(rung, place.version, place.release, place.variant)
    if full is not None:
        return full
    parts = place.version.split(".")
    length = len(rung.versions[0].split(".")) if rung.versions else len(parts)
    text = rung.image.replace("{version}", ".".join(parts[:length]) or "VERSION")
    text = text.replace("-{variant}", f"-{place.variant}" if place.variant else "")
    return text.replace("-{release}", "").replace("{release}", "RELEASE")


def absent(place: Place, here: frozenset[Tier]) -> Iterator[Skipped]:
    """Yield the smaller tiers of which the family has no image for this place.

    `here` are the tiers that have a rung for it, whether it is proposed or not.
    """
    family, present = place.family, {rung.tier for rung in place.family.rungs if not rung.vendor}
    for tier in Tier:
        if tier.rank <= place.rung.tier.rank or tier in here:
            continue
        if tier is Tier.SCRATCH and place.rung.interpreter:
            reason = f"scratch holds nothing, and the application needs {_needed(place)}."
            yield Skipped(image="scratch", tier=tier, reason=reason)
        elif tier in present:
            variant = f"the variant {place.variant}" if place.variant else "this tag"
            reason = f"{family.name} has no {tier} image for {variant}."
            yield Skipped(image=family.name, tier=tier, reason=reason)
        else:
            reason = f"{family.name} is not published as a {tier} image."
            yield Skipped(image=family.name, tier=tier, reason=reason)


def others(rungs: tuple[Rung, ...], place: Place) -> Iterator[Skipped]:
    """Yield, in one sentence, the images of vendors that only the policy does not allow."""
    if rungs:
        images = ", ".join(f"{rung.vendor} ({shown(rung, place)})" for rung in rungs)
        tier = max((rung.tier for rung in rungs), key=lambda tier: tier.rank)
        reason = f"They are proposed where you allow them with --allow-vendor: {images}."
        yield Skipped(image="images of other vendors", tier=tier, reason=reason)


def _needed(place: Place) -> str:
    if place.family.language and place.family.interpreters:
        return f"the {place.family.interpreters[0]} runtime"
    return place.rung.interpreter


def _beyond(rung: Rung, limit: Tier) -> str:
    if rung.tier.rank <= limit.rank:
        return ""
    return f"It is below {limit}, the tier that was asked for."


def _unnamed(rung: Rung, place: Place) -> str:
    if image_name(rung, place.version, place.release, place.variant) is not None:
        if place.variant and rung.interpreter and "{variant}" not in rung.image:
            return f"It is not published for the variant {place.variant}."
        return ""
    if offered_version(rung, place.version) is not None:
        return "The tag names no release, so the image that goes with it is unknown."
    language = place.family.language or place.family.name
    if not place.version:
        return f"The tag names no {language} version, so the image that goes with it is unknown."
    offered = ", ".join(rung.versions)
    if any(version.startswith(f"{place.version}.") for version in rung.versions):
        return f"The tag says only {language} {place.version}; the image exists for {offered}."
    return f"There is no such image for {language} {place.version}; there is one for {offered}."


def _over(rung: Rung, scene: Scene, policy: Policy) -> str:
    """Object to an image that gets no more fixes, unless the present base had its last before."""
    place = scene.place
    end, now = (last_fix(one, place, scene.releases) for one in (rung, place.rung))
    if not end or not policy.day or end >= policy.day or ("" < now <= end):
        return ""
    return f"Its security fixes ended on {end}."


def _refused(rung: Rung, scene: Scene, policy: Policy) -> str:
    """Object to what the policy does not allow."""
    if policy.approved_only and not rung.approved:
        return "It is none of the approved bases of your recipes."
    if policy.libcs and rung.libc not in (*policy.libcs, Libc.NONE):
        return f"Its C library is {rung.libc}; the policy allows {', '.join(policy.libcs)}."
    if policy.debugging == "shell" and not rung.shell:
        return "It has no shell, which the policy wants for debugging."
    missing = [tool for tool in policy.tools if not _can_have(rung, scene, tool)]
    if missing:
        return f"It cannot have what the policy asks for: {', '.join(missing)}."
    return _too_large(rung, policy)


def _can_have(rung: Rung, scene: Scene, tool: str) -> bool:
    """Tell whether the rung brings a program or has a package manager that can add it."""
    manager = rung.package_manager in (PackageManager.APT, PackageManager.APK)
    return manager or tool in rung.brings or bool(knows(rung, scene, tool))


def _too_large(rung: Rung, policy: Policy) -> str:
    most, expected = policy.max_packages, rung.expected_packages
    if most is None:
        return ""
    if expected is None:
        return f"How many packages it has is unknown, and the policy allows {most}."
    return f"It has {expected} packages; the policy allows {most}." if expected > most else ""


def _runtime(rung: Rung, scene: Scene) -> str:
    place = scene.place
    if not place.rung.interpreter or rung.interpreter or _stands_alone(scene):
        return ""
    return (
        f"The stage runs {place.rung.interpreter}, which is not in this image. Split the "
        "Dockerfile first: a stage that builds, and one that holds only the program."
    )


def _stands_alone(scene: Scene) -> bool:
    """Tell whether the image starts a program of its own, and no word of the toolchain."""
    family = scene.place.family
    starts = [one for one in map(scene.effective, ("ENTRYPOINT", "CMD")) if one is not None]
    words = {word for one in starts for word in re.findall(r"[\w.+-]+", one.args.text)}
    return family.compiles and bool(starts) and not words & set(family.interpreters)


def _dynamic(rung: Rung, scene: Scene) -> str:
    if not rung.needs_static or scene.facts.static:
        return ""
    return (
        "Only statically linked programs run on it, and nothing says that this one is "
        "(Go: build with CGO_ENABLED=0; Rust: for a musl target)."
    )


def _libc(rung: Rung, scene: Scene) -> str:
    place = scene.place
    if rung.libc is not Libc.GLIBC:
        return ""
    linked = place.family.compiles or not place.rung.interpreter
    if place.rung.libc is Libc.MUSL and linked:
        return "The program is linked to musl, as its present base has it; this image has glibc."
    now = glibc(release_word(place), scene.releases)
    then = glibc(next_word(rung, place), scene.releases)
    if now is not None and then is not None and then < now:
        return (
            f"Its glibc is that of {next_word(rung, place)}, older than that of the present base; "
            "what was linked there would not start here."
        )
    return "" if now is not None or then is None else _builder(rung, scene, then)


def _builder(rung: Rung, scene: Scene, then: tuple[int, ...]) -> str:
    """Object to a glibc older than the builder's, where the present base's own is unknown."""
    runtime = scene.place.rung.interpreter and not scene.place.family.compiles
    if scene.facts.static or (runtime and not scene.facts.native):
        return ""
    for source in scene.sources():
        built = glibc(release_word(source.place), scene.releases) if source.place else None
        if built is not None and built > then:
            return (
                f"Its glibc is that of {next_word(rung, scene.place)}, older than that of "
                f"{source.image}, on which line {source.line} copies what was built."
            )
    return ""
