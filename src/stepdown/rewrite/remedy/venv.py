"""A virtual environment of Python that is copied to a base with Python at another path."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Stage
from stepdown.model.image import ImageRef
from stepdown.model.plan import Candidate
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite.remedy.change import Change, earlier, last
from stepdown.rewrite.runtime import name, program
from stepdown.rewrite.situation import Situation

_MADE = re.compile(r"(?:-m (?:venv|virtualenv)|\bvirtualenv|\buv venv)\s+(?:-\S+\s+)*(/[\w./-]+)")


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Point the environment's links to the new base's Python, when nothing else is installed.

    Compiled packages carry the minor version, so that it has to be the same.
    """
    stage, line = _wanted(doc, situation)
    if stage is not None and not _has(stage, line):
        yield last(doc, stage, line)


def relinked(doc: Dockerfile, situation: Situation) -> bool:
    """Tell whether the remedy is asked for, and the file has an environment that it can help."""
    asked = any(one.kind is RemedyKind.RELINK_VENV for one in situation.remedies)
    return asked and _wanted(doc, situation)[0] is not None


def _wanted(doc: Dockerfile, situation: Situation) -> tuple[Stage | None, str]:
    """Return the stage that makes the environment, and the line that points it elsewhere."""
    stage, folder = _made(doc, situation)
    if stage is None or not _same_minor(doc.external(stage), situation.candidate):
        return None, ""
    path = situation.candidate.interpreter
    links = f"for name in python python3 {program(path)}; do ln -sf {path} {folder}/bin/$name; done"
    home = f"sed -i 's|^home = .*|home = {path.rpartition('/')[0]}|' {folder}/pyvenv.cfg"
    return stage, f"RUN {links} && {home}"


def _has(stage: Stage, line: str) -> bool:
    return any(" ".join(one.logical.split()) == line for one in stage.instructions)


def _made(doc: Dockerfile, situation: Situation) -> tuple[Stage | None, str]:
    """Return the build stage that makes an environment, as root and as the last one, and where."""
    found = [
        (stage, match[1].rstrip("/"))
        for stage in earlier(doc, situation)
        if not any(one.keyword == "USER" for one in stage.instructions)
        for one in stage.instructions
        if one.keyword == "RUN" and (match := _MADE.search(one.logical))
    ]
    return found[-1] if found else (None, "")


def _same_minor(image: str, candidate: Candidate) -> bool:
    ref = ImageRef.parse(image)
    minor = name(candidate).removeprefix("python")
    tag = ref.tag.partition("-")[0]
    plain = ref.repository == "python" and "alpine" not in ref.tag
    return plain and bool(minor) and (tag == minor or tag.startswith(f"{minor}."))
