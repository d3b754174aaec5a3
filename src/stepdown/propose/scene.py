"""What is known when candidates are chosen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.stage import Stage
from stepdown.model.facts import Clue, Facts, Target, Trait
from stepdown.model.image import ImageRef, Libc
from stepdown.model.ladder import Place, debian_number, locate
from stepdown.model.recipe import Family, Programs, Release, Rung


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that is copied from elsewhere: by which line, from what, on which known base.

    `text` is the instruction.
    """

    line: int
    text: str
    name: str
    image: str
    place: Place | None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The target with its Dockerfile read and its base found in the recipes."""

    target: Target
    facts: Facts
    families: tuple[Family, ...]
    place: Place
    document: Dockerfile
    programs: Programs
    releases: tuple[Release, ...] = ()

    @property
    def shipped(self) -> Stage:
        """The stage that ships."""
        return self.document.ships(self.target.stage)

    def instructions(self, *keywords: str) -> tuple[Instruction, ...]:
        """Return the instructions of the shipped image that have one of the keywords."""
        parts = self.document.chain(self.shipped)
        return tuple(one for part in parts for one in part.instructions if one.keyword in keywords)

    def effective(self, keyword: str) -> Instruction | None:
        """Return the instruction of that keyword that counts in the shipped image."""
        return self.document.effective(self.shipped, keyword)

    def commands(self) -> str:
        """Return the text of all RUN instructions of the shipped image, heredocs included."""
        return "\n".join(self._commands())

    def _commands(self) -> Iterator[str]:
        for one in self.instructions("RUN"):
            yield one.command.text
            for heredoc in one.heredocs:
                yield heredoc.content(self.target.text).text

    def sources(self) -> tuple[Source, ...]:
        """Return what the shipped image copies from other stages and images."""
        document = self.document
        found = []
        for use in (use for part in document.chain(self.shipped) for use in part.uses):
            image = use.image
            if use.stage is not None:
                image = document.external(document.stages[use.stage])
            place = locate(ImageRef.parse(image), self.families)
            line = use.instruction.line
            text = use.instruction.logical
            found.append(Source(line=line, text=text, name=use.image, image=image, place=place))
        return tuple(found)


def release_word(place: Place) -> str:
    """Return the release of an image, as its tag or its recipe says it."""
    return place.release or place.rung.release


def next_word(rung: Rung, place: Place) -> str:
    """Return that of the rung's image beside `place`, whose explicit release it may keep."""
    kept = place.release if "{release}" in rung.image else ""
    return kept or rung.release


def release_number(place: Place) -> int | None:
    """Return the number of the Debian release of an image, None where it is unknown."""
    return debian_number(release_word(place))


def next_release(rung: Rung, place: Place) -> int | None:
    """Return that of the rung's image beside `place`."""
    return debian_number(next_word(rung, place))


def mine(scene: Scene, *traits: Trait) -> tuple[Clue, ...]:
    """Return the clues of some traits that speak of the application's own language."""
    language = scene.facts.language
    return tuple(
        clue
        for clue in scene.facts.clues
        if clue.trait in traits and (not language or clue.language in (language, "shell"))
    )


def turns_musl(rung: Rung, scene: Scene) -> bool:
    """Tell whether the move is from glibc to musl."""
    return rung.libc is Libc.MUSL and scene.place.rung.libc is Libc.GLIBC


def installs(scene: Scene, package: str) -> bool:
    """Tell whether a RUN of the shipped image names a package (a regular expression)."""
    return re.search(rf"\b{package}\b", scene.commands()) is not None


def knows(rung: Rung, scene: Scene, name: str, *, package: bool = False) -> bool | None:
    """Tell whether the rung brings a command (or a package) that the present base brings.

    None where the recipes do not say, or where the present base has none either.
    """
    family = scene.place.family.name
    now, then = f"{family}/{scene.place.rung.tier}", f"{family}/{rung.tier}"
    sets = scene.programs.toolsets
    if not {now, then} <= {image for one in sets for image in one.images}:
        return None
    having = [
        one.images
        for one in sets
        if (name in one.commands if package else any(name in c for c in one.commands.values()))
    ]
    if not any(now in images for images in having):
        return None
    return any(then in images for images in having)


def named(scene: Scene, name: str) -> bool:
    """Tell whether the recipes know a program of the system by this name."""
    return any(name in found for one in scene.programs.toolsets for found in one.commands.values())
