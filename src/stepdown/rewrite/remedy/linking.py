"""Programs that are linked to a C library, linked statically or without it."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Script, Span, Stage
from stepdown.model.recipe import Remedy
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.remedy.change import Change, earlier, first
from stepdown.rewrite.situation import Situation

_COMPILERS = frozenset(("gcc", "cc", "g++", "c++", "clang", "clang++"))
_NO_PROGRAM = frozenset(("-c", "-E", "-S", "-shared", "-static", "--version", "-v"))
_GO = 'ENV GOFLAGS="-tags=netgo,osusergo -ldflags=-extldflags=-static"'


def cgo_off(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Turn cgo off in the stages that compile Go, where nothing is said of it yet."""
    for stage in earlier(doc, situation):
        if _compiles_go(doc, stage) and "CGO_ENABLED" not in _text(stage):
            yield from first(doc, stage, ["ENV CGO_ENABLED=0"])


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Link C, C++ and Go statically, where the file says nothing of how to link."""
    for stage in earlier(doc, situation):
        said = "ldflags" in _text(stage) or "GOFLAGS" in _text(stage)
        if _compiles_go(doc, stage) and not said:
            yield from first(doc, stage, [_GO])
        for instruction in stage.instructions:
            script = doc.script(instruction) if instruction.keyword == "RUN" else None
            if script is not None and not script.has_error and not script.foreign:
                yield from _compiled(instruction, script)


def _compiled(instruction: Instruction, script: Script) -> Iterator[Change]:
    for command in script.commands:
        words = {word.text for word in command.words}
        if command.program in _COMPILERS and not words & _NO_PROGRAM and not instruction.heredocs:
            end = command.words[0].span.end
            yield Change(span=Span(end, end), text=" -static")


def _compiles_go(doc: Dockerfile, stage: Stage) -> bool:
    calls = (
        call
        for instruction in stage.instructions
        if instruction.keyword == "RUN"
        for call in of_instruction(doc, stage, instruction)
    )
    return any(
        call.program == "go" and call.words[1:2] in (("build",), ("install",)) for call in calls
    )


def _text(stage: Stage) -> str:
    return "\n".join(instruction.logical for instruction in stage.instructions)
