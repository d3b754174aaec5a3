"""Bash, which Alpine does not bring."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Stage
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.runtime import program
from stepdown.rewrite.situation import Situation

_REASON = "The file calls bash, and Alpine has none."


def needs(doc: Dockerfile, situation: Situation) -> tuple[Need, ...]:
    """Return the package bash where the file calls bash and does not install it."""
    if not situation.alpine or "bash" in installed(doc, situation):
        return ()
    return tuple(
        Need(stage=stage, at=one.span.start, packages=("bash",), reason=_REASON)
        for stage, one in _callers(doc, situation)
    )


def _callers(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Stage, Instruction]]:
    keywords = ("SHELL", "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
    for stage, instruction in situation.instructions(*keywords):
        if stage.index in situation.built and _calls_bash(doc, stage, instruction):
            yield stage, instruction


def _calls_bash(doc: Dockerfile, stage: Stage, instruction: Instruction) -> bool:
    inner = instruction.onbuild or instruction
    if inner.keyword == "SHELL":
        return any(program(word.text) == "bash" for word in inner.json or ())
    if any(call.program == "bash" for call in of_instruction(doc, stage, instruction)):
        return True
    found = doc.script(instruction)
    return found is not None and found.interpreter == "bash"
