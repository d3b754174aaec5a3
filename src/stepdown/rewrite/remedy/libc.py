"""Build stages on another C library than the base."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Span, Stage
from stepdown.model.image import ImageRef, Libc, PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.needs import add_packages
from stepdown.rewrite.remedy.change import Change, earlier, literal
from stepdown.rewrite.runtime import behind_from
from stepdown.rewrite.situation import Situation

_LANGUAGES = frozenset(("golang", "rust", "node", "python", "ruby", "php"))
_COMPILERS = frozenset(("gcc", "buildpack-deps", "debian", "ubuntu"))
_DEBIAN = re.compile(r"-?(?:slim|bullseye|bookworm|trixie)(?:-slim)?")
_ALPINE = re.compile(r"-?alpine[\d.]*")
# What these do needs no other words on the other distribution.
_ALIKE = frozenset(
    (
        *("ar", "c++", "cargo", "cc", "cd", "chmod", "cp", "echo", "g++", "gcc", "go", "ld", "ln"),
        *("make", "mkdir", "mv", "node", "npm", "pip", "python", "python3", "ranlib", "rm", "set"),
        *("strip", "test", "touch", "yarn", "pnpm", "bundle", "composer", "cmake", "true"),
    )
)
_NEEDED = {"rust": ["musl-dev"], "python": ["build-base"], "golang": ["build-base"]}


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Move the stages whose commands are the same there to the candidate's C library."""
    for stage in earlier(doc, situation):
        if literal(stage) and _alike(doc, stage):
            if situation.candidate.libc is Libc.MUSL:
                yield from _to_alpine(doc, situation, stage)
            elif situation.candidate.libc is Libc.GLIBC:
                yield from _to_debian(stage)


def _alike(doc: Dockerfile, stage: Stage) -> bool:
    """Tell whether every command of the stage is known to be the same on both."""
    for instruction in stage.instructions:
        if instruction.keyword == "SHELL":
            return False
        if instruction.keyword == "RUN":
            calls = of_instruction(doc, stage, instruction)
            if not calls or any(call.program not in _ALIKE for call in calls):
                return False
    return True


def _to_alpine(doc: Dockerfile, situation: Situation, stage: Stage) -> Iterator[Change]:
    ref = ImageRef.parse(stage.base)
    if "alpine" in stage.base:
        return
    if ref.repository == ImageRef.parse(situation.old).repository and ref.tag[:1].isdigit():
        yield Change(span=stage.image.span, text=situation.candidate.image)
    elif ref.repository in _LANGUAGES:
        yield Change(span=stage.image.span, text=f"{ref.name}:{_alpine_tag(ref.tag)}")
        yield from _installed(doc, stage, _needed(doc, situation, stage, ref))
    elif ref.repository in _COMPILERS:
        own = ImageRef.parse(situation.candidate.image)
        image = situation.candidate.image if own.repository == "alpine" else "alpine:3.23"
        yield Change(span=stage.image.span, text=image)
        yield from _installed(doc, stage, ["build-base"])


def _alpine_tag(tag: str) -> str:
    version = _DEBIAN.sub("", tag)
    return f"{version}-alpine" if version not in ("", "latest") else "alpine"


def _needed(doc: Dockerfile, situation: Situation, stage: Stage, ref: ImageRef) -> list[str]:
    """Return what to install: Go compiles without a C compiler unless it is told to use one."""
    wants = doc.variables(stage).get("CGO_ENABLED") == "1" or bool(situation.facts.native)
    return _NEEDED.get(ref.repository, []) if ref.repository != "golang" or wants else []


def _installed(doc: Dockerfile, stage: Stage, names: list[str]) -> Iterator[Change]:
    if names:
        span, text = behind_from(doc, stage, add_packages(PackageManager.APK, names))
        yield Change(span=span, text=text)


def _to_debian(stage: Stage) -> Iterator[Change]:
    ref = ImageRef.parse(stage.base)
    if ref.repository in _LANGUAGES and "alpine" in ref.tag:
        tag = _ALPINE.sub("", ref.tag)
        span = Span(stage.image.span.start, stage.image.span.end)
        yield Change(span=span, text=f"{ref.name}:{tag}" if tag else ref.name)
