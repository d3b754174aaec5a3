"""Scripts that the file only names: what they call is not read here."""

from stepdown.dockerfile import Dockerfile
from stepdown.model.plan import Refusal
from stepdown.rewrite.calls import Call, calls
from stepdown.rewrite.situation import Fixes, Pen, Situation

_ENDINGS = (".sh", ".bash")
_SHELLS = frozenset(("sh", "ash", "dash"))
_HINT = "Look whether it starts with #!/bin/sh and keeps to what BusyBox has."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Note each script that will run on BusyBox's shell and tools from now on."""
    if not situation.alpine or not situation.present.endswith(("/full", "/slim")):
        return Fixes()
    pen = Pen(text=doc.text, fixer="scripts")
    found: dict[str, Refusal] = {}
    for call in calls(doc, situation):
        name = _script(call)
        if name and name not in found:
            reason = f"The script {name} is not read: it may call bash or tools of Debian."
            found[name] = pen.refuse(call.instruction, reason, _HINT, blocking=False)
    return Fixes(refusals=tuple(found.values()))


def _script(call: Call) -> str:
    """Return the script that a call starts, by itself or as the first operand of a shell."""
    if call.words[0].endswith(_ENDINGS):
        return call.words[0]
    behind = call.words[1:2] if call.program in _SHELLS else ()
    return next((word for word in behind if word.endswith(_ENDINGS)), "")
