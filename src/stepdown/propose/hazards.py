"""What will probably break on a rung, from the Dockerfile and the facts, before anything is built.

Each rule returns Hazards with the ids of recipes/breakages. A hazard is a warning, no verdict.
"""

import re
from collections.abc import Callable, Iterator

from stepdown.dockerfile.instruction import Instruction
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Rung
from stepdown.propose import called, dependencies, stages
from stepdown.propose.dependencies import shortened
from stepdown.propose.scene import Scene, Source, next_release, release_number

_LOWEST_FREE_PORT = 1024
_PROBES = ("curl", "wget", "nc")
_CARRIED = {Tier.FULL: ("curl", "wget"), Tier.ALPINE: ("wget", "nc")}

Rule = Callable[[Rung, Scene], Iterator[Hazard]]


def hazards(rung: Rung, scene: Scene) -> tuple[Hazard, ...]:
    """Return what may break on this rung."""
    return tuple(hazard for rule in _RULES for hazard in rule(rung, scene))


def _copied(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find compiled code that is copied from a stage with the other C library."""
    if rung.libc is Libc.NONE:
        return
    groups: dict[tuple[str, str], list[Source]] = {}
    for source in scene.sources():
        if source.place is not None and source.place.rung.libc not in (rung.libc, Libc.NONE):
            groups.setdefault((source.name, source.image), []).append(source)
    for (name, image), sources in groups.items():
        where = f"{_lines([one.line for one in sources])} from {name}, which stands on {image}"
        advice = f"Build that stage on an image with {rung.libc}, or link statically."
        if (names := scene.facts.native) and _same_language(sources[0], scene):
            ids = {"python": "H05", "node": "A06"} if rung.libc is Libc.MUSL else {}
            id_ = ids.get(scene.facts.language, "A11" if rung.libc is Libc.GLIBC else "A06")
            evidence = f"{where}; compiled code in {shortened(names)}"
            yield Hazard(id=id_, evidence=evidence, advice=advice, subjects=names)
        elif not scene.place.rung.interpreter and not scene.facts.static:
            id_ = "A01" if rung.libc is Libc.MUSL else "A11"
            yield Hazard(id=id_, evidence=where, advice=advice)


def _same_language(source: Source, scene: Scene) -> bool:
    """Tell whether the application's own dependencies may come from there."""
    place, language = source.place, scene.facts.language
    return place is None or not language or place.family.language in ("", language)


def _lines(places: list[int]) -> str:
    if len(places) == 1:
        return f"line {places[0]} copies"
    return f"lines {', '.join(map(str, places))} copy"


def _in_place(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Warn of a program from the context whose base changes its C library."""
    place = scene.place.rung
    plain = not place.interpreter and not scene.facts.static and not scene.sources()
    if plain and rung.libc is Libc.MUSL and place.libc is Libc.GLIBC:
        yield Hazard(
            id="A01",
            evidence=f"{scene.target.base} has glibc, and the program may be linked to it",
            advice="Build the program on Alpine, or link it statically.",
        )


def _skew(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Warn of an older glibc; only an image that was asked for can have one."""
    place = scene.place
    now, then = release_number(place), next_release(rung, place)
    both = rung.libc is Libc.GLIBC and place.rung.libc is Libc.GLIBC
    if both and now is not None and then is not None and then < now:
        evidence = f"its Debian {then} is older than the present base's Debian {now}"
        advice = "Take an image with the same release or a newer one."
        yield Hazard(id="A09", evidence=evidence, advice=advice)


def _health(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find a HEALTHCHECK that calls what the rung lacks, or localhost on musl."""
    check = scene.effective("HEALTHCHECK")
    if check is None or not scene.facts.health:
        return
    evidence = f"line {check.line}: HEALTHCHECK calls {scene.facts.health}"
    lacking = _lacking(rung, scene)
    if not rung.shell and check.json is None:
        advice = "Use the exec form with the application's own runtime."
        needs = f"{evidence}, which needs a shell"
        yield Hazard(id="G05", evidence=needs, advice=advice, line=check.line)
    elif lacking:
        advice = f"The image has no {lacking}; install it or use the application's own runtime."
        yield Hazard(id="G05", evidence=evidence, advice=advice, line=check.line)
    probes = [tool for tool in _PROBES if re.search(rf"\b{tool}\b", scene.facts.health)]
    # curl goes on to the next address where the first one refuses.
    if rung.libc is Libc.MUSL and "localhost" in scene.facts.health and probes != ["curl"]:
        advice = "Write 127.0.0.1 instead of localhost."
        yield Hazard(id="C07", evidence=evidence, advice=advice, line=check.line)


def _lacking(rung: Rung, scene: Scene) -> str:
    """Return the probing tool that the health check calls and the rung does not have."""
    there = _CARRIED.get(rung.tier, ())
    for tool in _PROBES:
        called = re.search(rf"\b{tool}\b", scene.facts.health)
        installed = rung.shell and re.search(rf"\b{tool}\b", scene.commands())
        if called and tool not in there and not installed:
            return tool
    return ""


def _shell(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find what needs a shell where there is none."""
    if rung.shell:
        return
    runs = scene.instructions("RUN")
    if runs:
        lines = ", ".join(str(one.line) for one in runs)
        evidence = f"RUN in the stage that ships, line {lines}"
        advice = "It runs in a build stage, and what it makes is copied where that is certain."
        yield Hazard(id="E03", evidence=evidence, advice=advice, line=runs[0].line)
    for keyword in ("ENTRYPOINT", "CMD"):
        one = scene.effective(keyword)
        if one is not None:
            yield from _started(one)


def _started(one: Instruction) -> Iterator[Hazard]:
    """Judge an ENTRYPOINT or CMD by its first word."""
    word = one.json[0].text if one.json else ""
    where = f"line {one.line}: {one.logical.strip()}"
    if not word:
        yield Hazard(id="G01", evidence=where, advice="Use the exec form.", line=one.line)
    elif word in called.WRAPPERS:
        yield Hazard(id="G12", evidence=where, advice="Start the program itself.", line=one.line)
    elif word.endswith(".sh"):
        advice = "A script needs a shell: start the program directly, or stay on alpine."
        yield Hazard(id="A22", evidence=where, advice=advice, line=one.line)


def _bash(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    if rung.package_manager is not PackageManager.APK:
        return
    for one in scene.instructions("RUN", "SHELL", "CMD", "ENTRYPOINT"):
        if re.search(r"(?:^|[\s\"/])bash\b", one.command.text):
            evidence = f"line {one.line}: {one.keyword} names bash"
            advice = "Install bash, or use sh."
            yield Hazard(id="D02", evidence=evidence, advice=advice, line=one.line)
            return


def _user(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Warn of a base that runs as another user than root."""
    if rung.user == "root" or scene.effective("USER") is not None:
        return
    yield Hazard(
        id="F04",
        evidence=f"no USER instruction: the application runs as root now and as {rung.user} here",
        advice=f"Give it the files it writes: COPY --chown={rung.user}:{rung.user}.",
    )
    low = [port for port in scene.facts.ports if port < _LOWEST_FREE_PORT]
    if low:
        advice = "Listen on a port from 1024 on; Kubernetes refuses the lower ones."
        yield Hazard(id="F05", evidence=f"EXPOSE {low[0]}", advice=advice)


def _zone(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    zone = scene.document.variables(scene.shipped).get("TZ", "")
    if zone not in ("", "UTC") and not called.has_zones(rung, scene):
        evidence = f"TZ={zone}, and the image may have no time zone data"
        yield Hazard(id="B10", evidence=evidence, advice="Install tzdata.")


def _nothing(rung: Rung, _: Scene) -> Iterator[Hazard]:
    if rung.tier is not Tier.SCRATCH:
        return
    for id_, what, advice in (
        ("C09", "no CA certificates", "Copy /etc/ssl/certs/ca-certificates.crt."),
        ("B10", "no time zone data", "Copy /usr/share/zoneinfo, or compile it in."),
        ("F03", "no /tmp", "Copy an empty folder with mode 1777."),
    ):
        yield Hazard(id=id_, evidence=f"scratch has {what}", advice=advice)


_RULES: tuple[Rule, ...] = (
    _copied, _in_place, _skew, stages.rules, dependencies.rules, _shell, _bash, called.rules,
    _health, _user, _zone, _nothing,
)  # fmt: skip
