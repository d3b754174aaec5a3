"""Which image a use is about, and whether that is the one of this Dockerfile."""

import posixpath
import re
from dataclasses import dataclass, field
from enum import Enum

from stepdown.model.facts import Need, Use
from stepdown.model.image import ImageRef


class Kind(Enum):
    """What a name names."""

    IMAGE = "image"
    CONTAINER = "container"
    SERVICE = "service"


@dataclass(frozen=True)
class Mention:
    """A name by which a file speaks of an image or of a container."""

    kind: Kind
    name: str

    @classmethod
    def image(cls, text: str) -> "Mention":
        """Return the mention of an image, without its tag."""
        return cls(Kind.IMAGE, ImageRef.parse(text).name if "$" not in text else text)

    @property
    def open(self) -> bool:
        """Whether the name is filled in elsewhere: by a variable, a template, or not at all."""
        return not self.name or bool(re.search(r"[${}<>]", self.name))


UNCLEAR = Mention(Kind.IMAGE, "?")


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A use before it is known whose it is."""

    need: Need
    value: str
    line: int
    where: str
    mention: Mention


@dataclass
class Names:
    """The names of this Dockerfile's image and of other images, as far as the files tell.

    `alone` is true where the repository has no other Dockerfile; else an image counts only when
    it is called like `folder`, which is that of the Dockerfile.
    """

    alone: bool
    folder: str
    ours: set[Mention] = field(default_factory=set)
    others: set[Mention] = field(default_factory=set)

    def owner(self, mention: Mention) -> bool | None:
        """Return True where this image is meant, False where it may be, None where it is not.

        In a repository with one Dockerfile, an image that is called like its folder is this one;
        where no other images are named either, so is one whose name is filled in elsewhere.
        """
        if mention in self.ours:
            return True
        if mention == UNCLEAR:
            return False if self.alone else None
        if mention in self.others or (mention.kind is Kind.IMAGE and self._foreign(mention)):
            return None
        if mention.open:
            return self.alone and not self.others
        return self.alone and self._resembles(mention)

    def _foreign(self, mention: Mention) -> bool:
        """Tell whether an image has a name that is not ours: official, or named otherwise."""
        if not self.alone and self.folder not in mention.name.lower():
            return True
        if mention.open:
            return False
        last = mention.name.rpartition("/")[2]
        mine = {one.name.rpartition("/")[2] for one in self.ours if one.kind is Kind.IMAGE}
        return "/" not in mention.name or (bool(mine) and last not in mine)

    def _resembles(self, mention: Mention) -> bool:
        """Tell whether a name is made of ours, as `app_web_1` is of the service `web`."""
        if mention.kind is Kind.IMAGE:
            return mention.name.rpartition("/")[2].lower() == self.folder
        mine = {one.name.rpartition("/")[2] for one in self.ours if not one.open}
        words = set(re.split(r"[-_./]", mention.name))
        return mention.name in mine or bool(words & {*mine, self.folder})

    def use(self, sighting: Sighting, file: str, lines: list[str]) -> Use | None:
        """Return the use, None where another image is meant."""
        sure = self.owner(sighting.mention)
        if sure is None:
            return None
        inside = 0 < sighting.line <= len(lines)
        return Use(
            need=sighting.need,
            value=sighting.value,
            file=file,
            line=sighting.line,
            where=sighting.where,
            quote=lines[sighting.line - 1].strip()[:120] if inside else "",
            sure=sure,
        )


def joined(*parts: str) -> str:
    """Return a path of the repository, normalised; it begins with .. where it leads out."""
    return posixpath.normpath(posixpath.join(*parts))


def local(name: str, value: str) -> str:
    """Return a variable that asks the image for a time zone or a language, empty for others."""
    asks = name in {"TZ", "LANG"} or name.startswith("LC_")
    return f"{name}={value}" if asks and value and "$" not in value and "{" not in value else ""
