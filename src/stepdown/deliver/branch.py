"""What the branches are called.

A plain run makes a local branch for each rung: it is new, never replaces another one, and two rungs
can be compared side by side. A merge request has one branch on the remote for each Dockerfile,
whatever the rung: a later run has to find the request again, and a better answer replaces the
change in it instead of opening a second one.
"""

import re
import zlib

from stepdown.model.facts import Target
from stepdown.model.image import ImageRef
from stepdown.model.plan import Candidate

_LONGEST = 80


def branch_name(target: Target, candidate: Candidate, others: tuple[Candidate, ...] = ()) -> str:
    """Return `stepdown/<dockerfile>-<rung>`, a valid reference name in lower case.

    `others` are all candidates of the plan: where two share a tier, the image's short name is
    appended. A path that has letters beyond ASCII gets a checksum, so that two do not collide.
    """
    rung = candidate.tier.value
    images = {other.image for other in others if other.tier is candidate.tier}
    if images - {candidate.image}:
        rung = f"{rung}-{_part(_short(candidate.image))}"
    return f"stepdown/{_part(target.dockerfile)}-{rung}"


def request_branch(dockerfile: str, target: str = "") -> str:
    """Return the branch of the merge request for a Dockerfile.

    `target` is the branch that the request is for, empty for the default one: requests for two
    branches need two branches, else one would push over the other.
    """
    into = f"-into-{_part(target)}" if target else ""
    return f"stepdown/{_part(dockerfile)}{into}"


def _short(image: str) -> str:
    """Return the last part of the name with the tag."""
    ref = ImageRef.parse(image)
    return f"{ref.name.rpartition('/')[2]}-{ref.tag}"


def _part(text: str) -> str:
    """Return the text with all but letters and digits of ASCII as single hyphens."""
    part = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if text.isascii() and part and len(part) <= _LONGEST:
        return part
    checksum = f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"
    return f"{part[:_LONGEST].strip('-')}-{checksum}".lstrip("-")
