"""What one language's files say."""

from stepdown.model.image import Value
from stepdown.model.plan import Command


class Found(Value, frozen=True, kw_only=True):
    """Part of the Facts. `version` is the language version that the files ask for."""

    test: Command | None = None
    version: str = ""
    native: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
