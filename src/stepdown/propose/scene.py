"""What is known when candidates are chosen."""

from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.stage import Stage
from stepdown.model.image import ImageRef
from stepdown.model.ladder import Place, debian_number, locate
from stepdown.model.plan import Facts, Target
from stepdown.model.recipe import Family, Rung


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that is copied from elsewhere: by which line, from what, on which known base."""

    line: int
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
            found.append(Source(line=line, name=use.image, image=image, place=place))
        return tuple(found)


def release_number(place: Place) -> int | None:
    """Return the number of the Debian release of an image, None where it is unknown."""
    return debian_number(place.release or place.rung.release)


def next_release(rung: Rung, place: Place) -> int | None:
    """Return that of the rung's image beside `place`, whose explicit release it may keep."""
    kept = place.release if "{release}" in rung.image else ""
    return debian_number(kept or rung.release)
