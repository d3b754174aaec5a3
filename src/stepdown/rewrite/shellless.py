"""RUN and SHELL on a base that has no shell."""

from stepdown.dockerfile import Dockerfile, Instruction
from stepdown.model.plan import Refusal
from stepdown.rewrite.numeric import superfluous
from stepdown.rewrite.situation import Fixes, Pen, Situation

_HINT = "Move it to a build stage, and copy what it makes with COPY --from."
_SHELLS = frozenset(("sh", "bash", "ash", "dash", "env"))


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Refuse what needs a shell while the image is built."""
    if situation.candidate.shell:
        return Fixes()
    pen = Pen(text=doc.text, fixer="shellless", breakage="E03")
    gone = superfluous(doc, situation).lines
    refusals: list[Refusal] = []
    for stage, instruction in situation.instructions("RUN"):
        if instruction in gone or _runs_without_shell(instruction):
            continue
        reason = f"{situation.candidate.image} has no shell, so that no RUN can work on it."
        blocking = stage.index in situation.built and instruction.onbuild is None
        refusals.append(pen.refuse(instruction, reason, _HINT, blocking=blocking))
    return Fixes(refusals=tuple(refusals))


def _runs_without_shell(instruction: Instruction) -> bool:
    """Tell whether it calls, in exec form, a program by its path, which a COPY may have brought."""
    words = (instruction.onbuild or instruction).json
    if not words or not words[0].text.startswith("/"):
        return False
    folder, _, program = words[0].text.rpartition("/")
    return program not in _SHELLS and folder not in ("/bin", "/usr/bin", "/sbin", "/usr/sbin")
