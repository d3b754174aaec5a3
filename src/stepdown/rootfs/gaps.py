"""What of an image was not read, so that no number claims more than was seen."""

from enum import StrEnum

from stepdown.model.image import Value


class Part(StrEnum):
    """What of an image is known only in part; `rest` is all that came after some place."""

    FILES = "files"
    BINARIES = "binaries"
    TABLES = "tables"
    COMMANDS = "commands"
    PACKAGES = "packages"
    OWNERS = "owners"
    LANGUAGES = "languages"
    SETTINGS = "settings"
    REST = "rest"


class Gap(Value, frozen=True, kw_only=True, order=True):
    """One thing that was not read, and what is therefore a lower bound."""

    part: Part
    sentence: str
