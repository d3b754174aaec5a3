"""What one language's files say."""

from stepdown.model.facts import Clue, Command
from stepdown.model.image import Value


class Found(Value, frozen=True, kw_only=True):
    """Part of the Facts.

    `version` is the language version that the files ask for; `zones` is true where a dependency
    carries time zone data. `scripts` are those of package.json.
    """

    test: Command | None = None
    version: str = ""
    native: tuple[str, ...] = ()
    zones: bool = False
    clues: tuple[Clue, ...] = ()
    scripts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
