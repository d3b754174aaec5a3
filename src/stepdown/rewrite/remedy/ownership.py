"""Files that the application writes to, given to the user who runs it."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Span
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, folders, joined, paths, user
from stepdown.rewrite.situation import Situation

_QUOTED = re.compile(r"['\"](?P<path>[\w.@+/-]+)['\"]")


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Set the owner of the COPY that brings the path of the evidence, the narrowest one."""
    owner = user(doc, situation)
    targets = list(_targets(doc, situation)) if owner else []
    for path in _wanted(doc, situation, remedy.evidence):
        holding = [one for one in targets if path == one[1] or path.startswith(f"{one[1]}/")]
        best = max(holding, key=lambda one: len(one[1]), default=None)
        if best is not None and best[0].flag("chown") is None:
            at = best[0].keyword_span.end
            yield Change(span=Span(at, at), text=f" --chown={owner}")
            return


def _wanted(doc: Dockerfile, situation: Situation, evidence: str) -> Iterator[str]:
    """Yield the paths of the evidence; a relative one begins where the application starts."""
    yield from paths(evidence)
    start = next((folder for _, folder in reversed(list(folders(doc, situation)))), "")
    for match in _QUOTED.finditer(evidence):
        if not match["path"].startswith("/") and (path := joined(start, match["path"])):
            yield path


def _targets(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Instruction, str]]:
    for instruction, folder in folders(doc, situation):
        if instruction.keyword in ("COPY", "ADD") and instruction.operands:
            target = joined(folder, instruction.operands[-1].text) or folder
            yield instruction, target.rstrip("/")
