"""Packages that the candidate has to get: one place for all who ask for some."""

from stepdown.dockerfile import Dockerfile
from stepdown.rewrite import bash, busybox, healthcheck, missing, needs, remedies
from stepdown.rewrite.situation import Fixes, Situation


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Install what the file needs and the candidate lacks, with one edit for each stage."""
    found = missing.find(doc, situation)
    wanted = (
        *remedies.needs(doc, situation),
        *bash.needs(doc, situation),
        *found.needs,
        *busybox.needs(doc, situation),
        *healthcheck.needs(doc, situation),
    )
    fixes = needs.fix(doc, situation, wanted)
    return Fixes(edits=fixes.edits, refusals=(*fixes.refusals, *found.refusals))
