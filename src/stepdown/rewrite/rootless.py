"""What only root can do while the image is built, on a base that runs as another user."""

from stepdown.dockerfile import Dockerfile, Instruction, Stage
from stepdown.model.plan import Refusal
from stepdown.rewrite import accounts, apt
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.situation import Fixes, Pen, Situation

ROOT = frozenset(("", "root", "0", "0:0", "root:root"))
_BY_ROOT = frozenset(("apk", "chown", *apt.PROGRAMS, *accounts.PROGRAMS, *accounts.SHADOW))
_HINT = "Put USER root before it, and behind it the user that shall run the application."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Refuse it: whether the image may run as root is nothing to decide here."""
    candidate = situation.candidate
    if candidate.user in ROOT or not candidate.shell:
        return Fixes()
    pen = Pen(text=doc.text, fixer="rootless")
    refusals: list[Refusal] = []
    rooted: dict[int | None, bool] = {}
    for stage in situation.affected:
        root = rooted.get(stage.parent, False)
        for instruction in stage.instructions:
            if instruction.keyword == "USER":
                root = instruction.args.text.strip() in ROOT
            name = _program(doc, stage, instruction) if not root else ""
            if name and stage.index in situation.built:
                reason = f"{name} needs root, and {candidate.image} runs as {candidate.user}."
                refusals.append(pen.refuse(instruction, reason, _HINT, blocking=True))
        rooted[stage.index] = root
    return Fixes(refusals=tuple(refusals))


def _program(doc: Dockerfile, stage: Stage, instruction: Instruction) -> str:
    """Return the first program of a RUN that needs root, empty where there is none."""
    if instruction.keyword != "RUN":
        return ""
    called = (call.program for call in of_instruction(doc, stage, instruction))
    return next((name for name in called if name in _BY_ROOT), "")
