"""What checks work with: one of the two images that are compared, and the rig around it."""

from dataclasses import dataclass

from stepdown.model.image import ImageConfig, Value
from stepdown.model.plan import Policy
from stepdown.ports import Engine
from stepdown.verify.toolbox import Toolbox


@dataclass(frozen=True, kw_only=True)
class Rig:
    """What every check works with, the same on both sides."""

    engine: Engine
    toolbox: Toolbox
    policy: Policy


class DerivedImage(Value, frozen=True, kw_only=True):
    """An image on top of one that ships, with what the tests need besides.

    `unusable` says why its tests would prove nothing; empty where they would.
    """

    image: str = ""
    config: ImageConfig | None = None
    unusable: str = ""


class Side(Value, frozen=True, kw_only=True):
    """An image under test.

    `role` names it in container labels and messages. `programs` maps a command word to the
    absolute path under which this image has it, for words that PATH does not resolve (distroless
    keeps node at /nodejs/bin/node). `derived` is where the tests run, None for the image itself.
    """

    role: str
    image: str
    config: ImageConfig
    programs: tuple[tuple[str, str], ...] = ()
    derived: DerivedImage | None = None

    def argv(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return `words` with the program replaced by its path where PATH would not find it."""
        return (dict(self.programs).get(words[0], words[0]), *words[1:])
