"""What will probably break on a rung, from the Dockerfile and the facts, before anything is built.

Each rule returns Hazards with the ids of recipes/breakages. A hazard is a warning, no verdict.
"""

import re
from collections.abc import Callable, Iterator

from stepdown.dockerfile.instruction import Instruction
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Rung
from stepdown.propose.scene import Scene, next_release, release_number

_LOWEST_FREE_PORT = 1024
_WRAPPERS = ("npm", "npx", "yarn", "pnpm", "pip", "poetry", "pipenv", "uv")
_PROBES = ("curl", "wget", "nc")
_CARRIED = {Tier.FULL: ("curl", "wget"), Tier.ALPINE: ("wget", "nc")}
_INSTALL = re.compile(r"\b(?:npm (?:ci|i|install)|yarn|pnpm i|pip3? install|uv |poetry install)\b")

# No wheel for musl and no source that builds without much else; asked of the index in 2026-11.
_GLIBC_ONLY = frozenset(
    (
        "torch", "tensorflow", "tensorflow-cpu", "onnxruntime", "opencv-python",
        "opencv-python-headless", "xgboost", "lightgbm", "ray", "scikit-learn",
        "confluent-kafka", "playwright",
    )
)  # fmt: skip
_NO_WHEEL = frozenset(("mysqlclient", "psycopg-c", "psycopg2", "python-ldap", "uwsgi"))

Rule = Callable[[Rung, Scene], Iterator[Hazard]]


def hazards(rung: Rung, scene: Scene) -> tuple[Hazard, ...]:
    """Return what may break on this rung."""
    return tuple(hazard for rule in _RULES for hazard in rule(rung, scene))


def _copied(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find compiled code that is copied from a stage with the other C library."""
    if rung.libc is Libc.NONE:
        return
    for source in scene.sources():
        if source.place is None or source.place.rung.libc in (rung.libc, Libc.NONE):
            continue
        where = f"line {source.line} copies from {source.name}, which stands on {source.image}"
        advice = f"Build that stage on an image with {rung.libc}, or link statically."
        if scene.facts.native:
            ids = {"python": "H05", "node": "A06"} if rung.libc is Libc.MUSL else {}
            id_ = ids.get(scene.facts.language, "A11" if rung.libc is Libc.GLIBC else "A06")
            yield Hazard(id=id_, evidence=f"{where}; {_listed(scene)}", advice=advice)
        elif not scene.place.rung.interpreter and not scene.facts.static:
            id_ = "A01" if rung.libc is Libc.MUSL else "A11"
            yield Hazard(id=id_, evidence=where, advice=advice)


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


def _compiled(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find dependencies with compiled code that are installed on the rung itself."""
    native = set(scene.facts.native)
    musl = rung.libc is Libc.MUSL
    compiler_goes = musl or scene.place.rung.tier is Tier.FULL
    glibc_only, no_wheel = native & _GLIBC_ONLY, native & _NO_WHEEL
    if musl and glibc_only:
        evidence = f"no build for musl: {', '.join(sorted(glibc_only))}"
        yield Hazard(id="H02", evidence=evidence, advice="Choose a base with glibc.")
    if not _INSTALL.search(scene.commands()):
        return
    if compiler_goes and no_wheel:
        evidence = f"compiled at installation: {', '.join(sorted(no_wheel))}"
        advice = "Install in a stage on the full image, or use a variant with wheels."
        yield Hazard(id="H04", evidence=evidence, advice=advice)
    if musl and native and scene.facts.language == "node":
        advice = "Where no build for musl exists, a compiler is needed during the build."
        yield Hazard(id="I04", evidence=_listed(scene), advice=advice)


def _listed(scene: Scene) -> str:
    names = scene.facts.native
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004  (a short list)
    return f"compiled code in {', '.join(names[:5])}{more}"


def _health(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find a HEALTHCHECK that calls what the rung lacks, or localhost on musl."""
    check = scene.effective("HEALTHCHECK")
    if check is None or not scene.facts.health:
        return
    evidence = f"line {check.line}: HEALTHCHECK calls {scene.facts.health}"
    lacking = _lacking(rung, scene)
    if not rung.shell and check.json is None:
        advice = "Use the exec form with the application's own runtime."
        yield Hazard(id="G05", evidence=f"{evidence}, which needs a shell", advice=advice)
    elif lacking:
        advice = f"The image has no {lacking}; install it or use the application's own runtime."
        yield Hazard(id="G05", evidence=evidence, advice=advice)
    if rung.libc is Libc.MUSL and "localhost" in scene.facts.health:
        yield Hazard(id="C07", evidence=evidence, advice="Write 127.0.0.1 instead of localhost.")


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
        advice = "Everything that runs has to move to an earlier stage."
        yield Hazard(id="E03", evidence=evidence, advice=advice)
    for keyword in ("ENTRYPOINT", "CMD"):
        one = scene.effective(keyword)
        if one is not None:
            yield from _started(one)


def _started(one: Instruction) -> Iterator[Hazard]:
    """Judge an ENTRYPOINT or CMD by its first word."""
    word = one.json[0].text if one.json else ""
    where = f"line {one.line}: {one.logical.strip()}"
    if not word:
        yield Hazard(id="G01", evidence=where, advice="Use the exec form.")
    elif word in _WRAPPERS:
        yield Hazard(id="G12", evidence=where, advice="Start the program itself.")
    elif word.endswith(".sh"):
        advice = "A script needs a shell: start the program directly, or stay on alpine."
        yield Hazard(id="A22", evidence=where, advice=advice)


def _bash(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    if rung.package_manager is not PackageManager.APK:
        return
    for one in scene.instructions("RUN", "SHELL", "CMD", "ENTRYPOINT"):
        if re.search(r"(?:^|[\s\"/])bash\b", one.command.text):
            evidence = f"line {one.line}: {one.keyword} names bash"
            yield Hazard(id="D02", evidence=evidence, advice="Install bash, or use sh.")
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
    lacking = rung.tier in (Tier.SLIM, Tier.ALPINE, Tier.SCRATCH)
    if zone not in ("", "UTC") and lacking and "tzdata" not in scene.commands():
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
    _copied, _in_place, _skew, _compiled, _shell, _bash, _health, _user, _zone, _nothing,
)  # fmt: skip
