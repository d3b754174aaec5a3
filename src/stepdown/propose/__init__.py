"""From a Target and Facts to Candidates in the order in which they are tried."""

from stepdown.propose.confirm import confirm
from stepdown.propose.ladder import propose

__all__ = ("confirm", "propose")
