"""Variables of the environment."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, pairs
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first
from stepdown.rewrite.situation import Situation

_LOST = re.compile(
    r"the variable (?P<name>\w+), which the old base sets to (?P<value>[\w./:+-]*[\w/+-])"
)


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Set each variable; one that the file sets otherwise is the user's to change.

    Without `environment` it is the one that the evidence says the old base sets.
    """
    lost = {match["name"]: match["value"] for match in _LOST.finditer(remedy.evidence)}
    for name, value in (remedy.environment or lost).items():
        stated = [
            pair
            for instruction in situation.shipped("ENV")
            for pair in pairs(instruction) or ()
            if pair.key == name
        ]
        if not stated:
            yield from first(doc, situation.root, [f"ENV {name}={value}"])
        elif (stated[-1].value or "").strip("\"'") != value:
            yield Change(span=stated[-1].value_span, text=value, safe=False)
