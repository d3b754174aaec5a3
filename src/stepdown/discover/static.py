"""Whether the Dockerfile links the shipped program statically."""

import re

from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.stage import Stage
from stepdown.model.image import ImageRef

_OFF = re.compile(r"\bCGO_ENABLED=['\"]?0\b")
_FLAGS = re.compile(
    r"-extldflags[= ]['\"]*[^'\"]*-static|target-feature=\+crt-static|-linux-musl\b"
)
_BUILDERS = ("golang", "rust")


def linked_statically(document: Dockerfile, shipped: Stage) -> bool | None:
    """Return True where every Go or Rust stage that ships something links statically.

    None where nothing says so: a default build may need the C library.
    """
    stages = [stage for stage in _sources(document, shipped) if _builds(document, stage)]
    if stages and all(_static(document, stage) for stage in stages):
        return True
    return None


def _sources(document: Dockerfile, stage: Stage) -> list[Stage]:
    """Return the stages whose files reach `stage`, directly or through others, and itself."""
    found = {stage.index: stage}
    queue = list(document.chain(stage))
    while queue:
        one = queue.pop()
        found[one.index] = one
        used = (document.stages[use.stage] for use in one.uses if use.stage is not None)
        queue += [
            part for source in used for part in document.chain(source) if part.index not in found
        ]
    return list(found.values())


def _builds(document: Dockerfile, stage: Stage) -> bool:
    name = ImageRef.parse(document.external(stage)).repository.rpartition("/")[2]
    return name in _BUILDERS


def _static(document: Dockerfile, stage: Stage) -> bool:
    if document.variables(stage).get("CGO_ENABLED") == "0":
        return True
    commands = "\n".join(
        one.command.text + "".join(part.content(document.text).text for part in one.heredocs)
        for part in document.chain(stage)
        for one in part.instructions
        if one.keyword == "RUN"
    )
    return bool(_OFF.search(commands) or _FLAGS.search(commands))
