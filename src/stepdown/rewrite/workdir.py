"""Keeps the folder and the user in which the application starts, where the file leaves them open.

Images for `nonroot` start as user 65532 in its home, all others of the ladder as root in `/`:
https://github.com/GoogleContainerTools/distroless
"""

from stepdown.dockerfile import Dockerfile, Instruction
from stepdown.model.image import ImageRef
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.runtime import behind_from
from stepdown.rewrite.situation import Fixes, Pen, Situation

_HOME, _NONROOT = "/home/nonroot", "65532:65532"


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """State what the new base has otherwise. A relative path means the folder of the start."""
    old = ImageRef.parse(situation.old)
    nonroot = "/distroless/" in old.name and "nonroot" in old.tag
    folder = _HOME if nonroot else "/"
    lines: dict[str, str] = {}
    if nonroot and situation.candidate.user in ROOT and not situation.shipped("USER"):
        lines[f"USER {_NONROOT}"] = "runs as root; the application ran as 65532 so far"
    if situation.candidate.workdir != folder and not _stated(situation):
        starts = situation.candidate.workdir
        lines[f"WORKDIR {folder}"] = (
            f"starts in {starts}; the application started in {folder} so far"
        )
    if not lines:
        return Fixes()
    written = [behind_from(doc, situation.root, line) for line in lines]
    reason = f"The new base {', and '.join(lines.values())}. On the old base this changes nothing."
    pen = Pen(text=doc.text, fixer="workdir")
    return Fixes(edits=(pen.edit(written[0][0], "".join(new for _, new in written), reason),))


def _stated(situation: Situation) -> bool:
    """Tell whether an absolute WORKDIR stands before everything that depends on it."""
    for instruction in situation.shipped("WORKDIR", "COPY", "ADD", "RUN"):
        if instruction.keyword == "WORKDIR":
            return _absolute(instruction)
        if instruction.keyword == "RUN" or not _destination(instruction).startswith("/"):
            return False
    return False


def _absolute(instruction: Instruction) -> bool:
    return instruction.args.text.strip().strip("\"'").startswith(("/", "$"))


def _destination(instruction: Instruction) -> str:
    return instruction.operands[-1].text if instruction.operands else ""
