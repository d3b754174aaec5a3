"""Keeps the folder in which the application starts: images for `nonroot` start in its home."""

from stepdown.dockerfile import Dockerfile, Instruction
from stepdown.rewrite.runtime import after_from
from stepdown.rewrite.situation import Fixes, Pen, Situation


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """State the working directory where the file leaves it to the base.

    The bases above start in `/`; a relative path in COPY, CMD or the application means that.
    """
    folder = situation.candidate.workdir
    if folder == "/" or _stated(situation):
        return Fixes()
    reason = (
        f"The new base starts in {folder}; the application started in / so far. "
        "On the old base the line changes nothing."
    )
    span, line = after_from(doc, situation, "WORKDIR /")
    pen = Pen(text=doc.text, fixer="workdir")
    return Fixes(edits=(pen.edit(span, line, reason),))


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
