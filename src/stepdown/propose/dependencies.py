"""What lock files and manifests predict for a rung."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Libc, Tier
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Rung
from stepdown.propose.scene import Scene, mine, turns_musl

INSTALL = re.compile(r"\b(?:npm (?:ci|i|install)|yarn|pnpm i|pip3? install|uv |poetry install)\b")
_COMPILER = re.compile(r"\b(?:build-essential|build-base|gcc|g\+\+|clang)\b")
_SHOWN = 3
_BROWSERS = ("playwright", "puppeteer")
_GLIBC = "Choose a base with glibc."
_IN_STAGE = "Install in a stage with a compiler (build-base), and copy the result."

# What a clue predicts on musl, by its language.
_ON_MUSL: dict[tuple[str, Trait], tuple[str, str]] = {
    ("python", Trait.GLIBC_ONLY): ("H02", _GLIBC),
    ("python", Trait.COMPILED_ON_MUSL): ("H01", _IN_STAGE),
    ("node", Trait.GLIBC_ONLY): ("A06", _GLIBC),
    ("node", Trait.NOT_LOCKED): ("I02", "Lock again so that the file names all platforms."),
    ("ruby", Trait.GLIBC_ONLY): ("N01", "Run `bundle lock --add-platform x86_64-linux-musl`."),
    ("java", Trait.JNI): ("L02", "Take a version that carries a library for musl, or glibc."),
    ("rust", Trait.TARGET): ("A01", "Build for a musl target, or choose a base with glibc."),
    ("dotnet", Trait.TARGET): ("M02", "Publish with -r linux-musl-x64."),
    ("rust", Trait.OPENSSL_SYS): ("K01", "Use rustls, or the feature `vendored` of openssl."),
}


def rules(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Yield what the dependencies predict."""
    yield from _musl(rung, scene)
    yield from _compiled(rung, scene)
    yield from _cgo(rung, scene)
    yield from _engines(rung, scene)
    if rung.tier is not Tier.FULL:
        fonts = mine(scene, Trait.FONTS)
        yield from _hazard("L03", fonts, "Install fontconfig, freetype and a font.")


def _musl(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Group the clues by what they predict on musl."""
    if not turns_musl(rung, scene):
        return
    groups: dict[tuple[str, str], list[Clue]] = {}
    for clue in mine(scene, *Trait):
        found = _ON_MUSL.get((clue.language, clue.trait))
        if found is not None and _counts(clue, scene):
            groups.setdefault(_special(clue) or found, []).append(clue)
    for (id_, advice), clues in groups.items():
        yield from _hazard(id_, clues, advice)


def _counts(clue: Clue, scene: Scene) -> bool:
    """Tell whether a clue counts: a compiler at hand builds what has a source."""
    if clue.trait is not Trait.COMPILED_ON_MUSL:
        return True
    commands = scene.commands()
    return bool(INSTALL.search(commands)) and not _COMPILER.search(commands)


def _special(clue: Clue) -> tuple[str, str] | None:
    """Return what a package of its own kind predicts."""
    if clue.language != "node":
        return None
    if clue.subject.startswith("@img/sharp"):
        advice = "Install inside of Alpine, or `npm i --os=linux --libc=musl --cpu=x64 sharp`."
        return ("I01", advice)
    if clue.subject in _BROWSERS:
        return ("I07", "Install Alpine's chromium and name it, or choose a base with glibc.")
    return None


def _compiled(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find what is compiled where it is installed, while the compiler goes away."""
    commands = scene.commands()
    if not INSTALL.search(commands):
        return
    musl = rung.libc is Libc.MUSL
    if (musl or scene.place.rung.tier is Tier.FULL) and not _COMPILER.search(commands):
        advice = "Install in a stage on the full image, or use a variant with wheels."
        yield from _hazard("H04", mine(scene, Trait.COMPILED), advice)
    names = scene.facts.native
    if musl and names and scene.facts.language == "node":
        evidence = f"compiled code in {shortened(names)}"
        advice = "Where no build for musl exists, a compiler is needed during the build."
        yield Hazard(id="I04", evidence=evidence, advice=advice, subjects=names)


def _cgo(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Warn of C code in a Go program that would have to be linked otherwise."""
    if rung.needs_static or turns_musl(rung, scene):
        advice = (
            "Keep cgo: build on Alpine with gcc and musl-dev, and link with -extldflags -static."
        )
        yield from _hazard("J02", mine(scene, Trait.CGO), advice)


def _engines(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Judge Prisma's engines: `native` is that of the stage that generates them."""
    if not turns_musl(rung, scene):
        return
    for clue in mine(scene, Trait.ENGINES):
        targets = [name.strip() for name in clue.subject.split(",")]
        copied = any(s.place and s.place.rung.libc is Libc.GLIBC for s in scene.sources())
        if any("musl" in name for name in targets) or ("native" in targets and not copied):
            continue
        advice = "Add linux-musl-openssl-3.0.x to binaryTargets, and install openssl."
        yield from _hazard("I06", (clue,), advice)


def _hazard(id_: str, clues: Iterable[Clue], advice: str) -> Iterator[Hazard]:
    found = tuple(clues)
    if found:
        subjects = tuple(dict.fromkeys(clue.subject for clue in found))
        yield Hazard(id=id_, evidence=told(found), advice=advice, subjects=subjects)


def told(clues: tuple[Clue, ...]) -> str:
    """Return the evidence of some clues, the first with their places."""
    shown = [f"{clue.place}: {clue.detail}" for clue in clues[:_SHOWN]]
    rest = dict.fromkeys(clue.subject or clue.place for clue in clues[_SHOWN:])
    return "; ".join([*shown, *([f"and also {shortened(tuple(rest))}"] if rest else [])])


def shortened(names: tuple[str, ...]) -> str:
    """Return a list of at most five names."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004  (a short list)
    return f"{', '.join(names[:5])}{more}"
