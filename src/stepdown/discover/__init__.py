"""From a checkout to a Target and Facts."""

from stepdown.discover.command import command
from stepdown.discover.dockerfiles import find_dockerfiles
from stepdown.discover.facts import facts
from stepdown.discover.target import target
from stepdown.discover.variables import Variable, variables

__all__ = ("Variable", "command", "facts", "find_dockerfiles", "target", "variables")
