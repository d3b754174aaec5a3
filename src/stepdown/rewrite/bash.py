"""Bash, which Alpine does not bring."""

from collections.abc import Iterator

from stepdown.dockerfile import Command, Dockerfile, Instruction
from stepdown.model.image import PackageManager
from stepdown.model.plan import Refusal
from stepdown.rewrite.packages import installed
from stepdown.rewrite.runtime import add_packages, after_from, program
from stepdown.rewrite.situation import Fixes, Pen, Situation

_REASON = "The file calls bash here, and Alpine has none."
_CALLERS = frozenset(("env", "exec", "sudo", "xargs", "nohup", "time", "timeout", "gosu"))
_HINT = "Use sh, or allow the edit that adds the package bash."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Offer the package bash where the file calls bash."""
    added = {name for remedy in situation.remedies for name in remedy.apk}
    if not situation.alpine or "bash" in added | installed(doc, situation):
        return Fixes()
    pen = Pen(text=doc.text, fixer="bash")
    callers = list(_callers(doc, situation))
    if not callers:
        return Fixes()
    span, line = after_from(doc, situation, add_packages(PackageManager.APK, ["bash"]))
    edit = pen.edit(span, line, "The file calls bash, and Alpine has none.", safe=False)
    refusals: list[Refusal] = []
    if not situation.policy.unsafe_fixes:
        refusals = [pen.refuse(one, _REASON, _HINT, blocking=True) for one in callers]
    return Fixes(edits=(edit,), refusals=tuple(refusals))


def _callers(doc: Dockerfile, situation: Situation) -> Iterator[Instruction]:
    keywords = ("SHELL", "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
    for stage, instruction in situation.instructions(*keywords):
        if stage.index in situation.built and _calls_bash(doc, instruction):
            yield instruction


def _calls_bash(doc: Dockerfile, instruction: Instruction) -> bool:
    words = (instruction.onbuild or instruction).json
    if words is not None:
        return any(program(word.text) == "bash" for word in words)
    found = doc.script(instruction)
    if found is None:
        return False
    return found.interpreter == "bash" or any(_is_bash(one) for one in found.commands)


def _is_bash(command: Command) -> bool:
    called = [program(word.raw) for word in command.words]
    return called[:1] == ["bash"] or (
        called[:1] != [] and called[0] in _CALLERS and "bash" in called
    )
