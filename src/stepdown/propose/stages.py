"""What the Dockerfile's stages, variables and paths predict for a rung."""

import re
from collections.abc import Iterator

from stepdown.dockerfile.instruction import Instruction
from stepdown.model.image import Libc, Tier
from stepdown.model.ladder import offered_version
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Rung
from stepdown.propose.scene import (
    Scene,
    Source,
    installs,
    next_release,
    release_number,
    turns_musl,
)

_VENV = re.compile(r"(?:-m venv|virtualenv|uv venv)\s+(?:-\S+\s+)*(?P<path>/?[\w./-]+)")
_C_LOCALE = re.compile(r"(?:C|POSIX)(?:\.|$)", re.IGNORECASE)
_MULTIARCH = re.compile(r"/lib/(?:x86_64|aarch64)-linux-gnu/")


def rules(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Yield what the stages predict."""
    for source in scene.sources():
        yield from _newer_builder(rung, scene, source)
        yield from _other_python(rung, scene, source)
        yield from _venv(rung, scene, source)
    yield from _preloaded(rung, scene)
    yield from _locale(rung, scene)
    yield from _linker(rung, scene)
    yield from _vendored(rung, scene)


def _newer_builder(rung: Rung, scene: Scene, source: Source) -> Iterator[Hazard]:
    """Find a stage whose glibc is newer than the one of the rung that gets its output."""
    if source.place is None or scene.facts.static or rung.libc is not Libc.GLIBC:
        return
    built, runs = release_number(source.place), next_release(rung, scene.place)
    links = scene.facts.native or not scene.place.rung.interpreter
    if links and built is not None and runs is not None and built > runs:
        evidence = (
            f"line {source.line} copies from {source.name}, which stands on {source.image} "
            f"(Debian {built}), into an image with Debian {runs}"
        )
        advice = f"Build on the same release, as in a tag with {_named(runs)}."
        yield Hazard(id="A09", evidence=evidence, advice=advice, line=source.line)


def _named(release: int) -> str:
    return {11: "-bullseye", 12: "-bookworm", 13: "-trixie"}.get(release, str(release))


def _other_python(rung: Rung, scene: Scene, source: Source) -> Iterator[Hazard]:
    """Find packages that were installed for another minor version of Python."""
    place = source.place
    if place is None or place.family.language != "python" or not rung.interpreter:
        return
    runs = _minor(offered_version(rung, scene.place.version) or scene.place.version)
    built = _minor(place.version)
    if built and runs and built != runs:
        evidence = (
            f"line {source.line} copies from {source.name} with Python {built}, "
            f"and the image has Python {runs}"
        )
        advice = f"Install on Python {runs}: compiled modules and paths carry the version."
        yield Hazard(id="H09", evidence=evidence, advice=advice, line=source.line)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2]) if version.count(".") else ""


def _venv(rung: Rung, scene: Scene, source: Source) -> Iterator[Hazard]:
    """Find a virtual environment whose interpreter lies elsewhere on the rung."""
    place = source.place
    if place is None or not place.rung.interpreter or not rung.interpreter:
        return
    folder = _folder(place.rung.interpreter)
    if place.family.language != "python" or folder == _folder(rung.interpreter):
        return
    for path in (found["path"] for found in _VENV.finditer(scene.target.text)):
        if path.lstrip("./") in source.text:
            evidence = (
                f"line {source.line} copies the virtual environment {path}, whose python is a link "
                f"into {folder}, and the image has {rung.interpreter}"
            )
            advice = "Set PYTHONPATH to its site-packages and start with `python -m`."
            yield Hazard(id="H08", evidence=evidence, advice=advice, line=source.line)
            return


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _preloaded(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    path = scene.document.variables(scene.shipped).get("LD_PRELOAD", "")
    if path and (turns_musl(rung, scene) or not rung.shell):
        line = _line(scene, "LD_PRELOAD")
        evidence = f"line {line}: LD_PRELOAD={path}" if line else f"LD_PRELOAD={path}"
        advice = "Preload a build for this C library by its path here; musl ignores a missing one."
        yield Hazard(id="A17", evidence=evidence, advice=advice, line=line)


def _locale(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    variables = scene.document.variables(scene.shipped)
    for name in ("LC_ALL", "LANG"):
        value = variables.get(name, "")
        if not value or _C_LOCALE.match(value):
            continue
        line = _line(scene, name)
        evidence = f"line {line}: {name}={value}" if line else f"{name}={value}"
        if turns_musl(rung, scene):
            advice = "musl sorts and formats as C whatever is set; use ICU in the application."
            yield Hazard(id="B05", evidence=evidence, advice=advice, line=line)
        elif rung.tier is not Tier.FULL and not (rung.shell and installs(scene, "locales?")):
            advice = "Only C.UTF-8 is there; set that, or install the locale."
            yield Hazard(id="B11", evidence=evidence, advice=advice, line=line)
        return


def _linker(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find what relies on glibc's cache of libraries, or on Debian's folders for them."""
    musl = turns_musl(rung, scene)
    for one in scene.instructions("RUN", "COPY", "ENV", "CMD", "ENTRYPOINT"):
        where = f"line {one.line}: {_short(one)}"
        if re.search(r"\bldconfig\b|ld\.so\.conf", one.logical) and (musl or not rung.shell):
            advice = "Put libraries into /usr/lib, or set LD_LIBRARY_PATH."
            yield Hazard(id="A16" if musl else "A15", evidence=where, advice=advice, line=one.line)
        elif musl and _MULTIARCH.search(one.logical) and "LD_PRELOAD" not in one.logical:
            advice = "Alpine has no such folder; its libraries lie in /usr/lib."
            yield Hazard(id="A21", evidence=where, advice=advice, line=one.line)


def _vendored(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find programs for glibc that are downloaded ready-made."""
    if not turns_musl(rung, scene):
        return
    for one in scene.instructions("RUN", "ADD"):
        where = f"line {one.line}: {_short(one)}"
        if "awscli-exe" in one.logical:
            advice = "Install Alpine's aws-cli."
            yield Hazard(id="P01", evidence=where, advice=advice, line=one.line)
        elif re.search(r"https?://\S*(?:linux-gnu|linux64|glibc|manylinux)\S*", one.logical):
            advice = "Take its build for musl, a static one, or Alpine's package."
            yield Hazard(id="P02", evidence=where, advice=advice, line=one.line)


def _line(scene: Scene, name: str) -> int | None:
    """Return the line of the last ENV that sets a variable."""
    lines = [o.line for o in scene.instructions("ENV") if re.search(rf"\b{name}\b", o.logical)]
    return lines[-1] if lines else None


def _short(one: Instruction) -> str:
    text = " ".join(one.logical.split())
    return text if len(text) <= 100 else f"{text[:97]}..."  # noqa: PLR2004  (a line of a terminal)
