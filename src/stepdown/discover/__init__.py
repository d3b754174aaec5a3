"""From a checkout to a Target and Facts."""

from stepdown.discover.command import command
from stepdown.discover.dockerfiles import find_dockerfiles
from stepdown.discover.facts import facts
from stepdown.discover.settings import Setting, settings
from stepdown.discover.target import target

__all__ = ("Setting", "command", "facts", "find_dockerfiles", "settings", "target")
