"""Go programs on a base without a C library: they have to be linked statically."""

from stepdown.dockerfile import Dockerfile, Stage
from stepdown.model.image import Libc
from stepdown.model.plan import Refusal
from stepdown.rewrite.situation import Fixes, Pen, Situation

_HINT = "Add `ENV CGO_ENABLED=0` to that stage."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Point at Go builds that may need a C library at run time."""
    if situation.candidate.libc is not Libc.NONE or situation.facts.static:
        return Fixes()
    pen = Pen(text=doc.text, fixer="static")
    refusals = [
        refusal
        for stage in doc.stages
        if stage.index in situation.built and stage not in situation.affected
        for refusal in _builds(doc, pen, stage)
    ]
    return Fixes(refusals=tuple(refusals))


def _builds(doc: Dockerfile, pen: Pen, stage: Stage) -> list[Refusal]:
    static = doc.variables(stage).get("CGO_ENABLED") == "0"
    found = []
    for instruction in stage.instructions:
        code = doc.script(instruction) if instruction.keyword == "RUN" else None
        if code is None or static or "CGO_ENABLED=0" in code.source.text:
            continue
        calls = [[word.raw for word in one.words[:2]] for one in code.commands]
        if ["go", "build"] in calls or ["go", "install"] in calls:
            reason = "This Go program may need a C library, which the new base does not have."
            found.append(pen.refuse(instruction, reason, _HINT, blocking=False))
    return found
