"""Health checks whose script asks localhost."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.recipe import Remedy
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.remedy.change import Change, folders, joined, last
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.situation import Situation


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Write the address in place of the name into the script that the health check calls."""
    check = doc.effective(situation.ship, "HEALTHCHECK")
    stated = doc.effective(situation.ship, "USER")
    who = stated.args.text.strip() if stated else situation.candidate.user
    if check is None or who not in ROOT or not situation.candidate.shell:
        return
    start = next((folder for _, folder in reversed(list(folders(doc, situation)))), "")
    for call in of_instruction(doc, situation.ship, check):
        for word in call.words:
            path = joined(start, word) if word.endswith(".sh") else ""
            line = f"RUN sed -i 's/localhost/127.0.0.1/g' {path}"
            written = any(" ".join(one.logical.split()) == line for one in situation.shipped("RUN"))
            if path and not written:
                yield last(doc, situation.ship, line)
                return
