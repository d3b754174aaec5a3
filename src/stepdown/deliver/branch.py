"""What the branch is called."""

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
