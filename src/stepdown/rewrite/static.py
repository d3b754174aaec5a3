"""Compiled programs on a base with another C library, or none: to be linked statically."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Stage
from stepdown.model.image import Libc
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite.calls import Call, of_instruction
from stepdown.rewrite.runtime import behind_from
from stepdown.rewrite.situation import Fixes, Pen, Situation

_GO_REASON = "This Go program may need a C library that the new base does not have."
_GO_HINT = "Set CGO_ENABLED=0 there, or link statically with musl."
_RUST_HINT = "Build for a musl target, such as x86_64-unknown-linux-musl, in that stage."
_C_HINT = "Link with -static, or build in a stage with the C library of the new base."
_COMPILERS = frozenset(("gcc", "cc", "g++", "c++", "clang", "clang++"))
_NO_OUTPUT = frozenset(("-c", "-E", "-S", "-shared", "--version", "-v", "-dumpversion"))


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Make the build stages link statically, or say where it is not known that they do."""
    if situation.candidate.libc is Libc.GLIBC or situation.facts.static:
        return Fixes()
    stages = [
        stage
        for stage in doc.stages
        if stage.index in situation.built
        and stage not in situation.affected
        and not _musl(doc, stage, situation)
    ]
    return _Linker(doc, situation).fixes(stages)


def _musl(doc: Dockerfile, stage: Stage, situation: Situation) -> bool:
    """Tell whether the programs of a stage fit: it has musl, and so has the candidate."""
    return situation.candidate.libc is Libc.MUSL and "alpine" in doc.external(stage)


class _Linker:
    def __init__(self, doc: Dockerfile, situation: Situation) -> None:
        self._doc = doc
        self._situation = situation
        self._pen = Pen(text=doc.text, fixer="static")
        self._edits: list[Edit] = []
        self._refusals: list[Refusal] = []

    def fixes(self, stages: list[Stage]) -> Fixes:
        """Look at each of these stages."""
        done: set[int] = set()
        for stage in stages:
            for call in self._calls(stage):
                if _is_go(call):
                    self._go(call, done)
                elif call.program == "cargo" and call.words[1:2] in (("build",), ("install",)):
                    self._rust(call)
                elif call.program in _COMPILERS:
                    self._c(call)
        return Fixes(edits=tuple(self._edits), refusals=tuple(self._refusals))

    def _calls(self, stage: Stage) -> Iterator[Call]:
        for instruction in stage.instructions:
            if instruction.keyword == "RUN":
                yield from of_instruction(self._doc, stage, instruction)

    def _go(self, call: Call, done: set[int]) -> None:
        """Turn cgo off for the stage, unless the file says how it wants cgo."""
        stage = call.stage
        value = self._doc.variables(stage).get("CGO_ENABLED", "")
        own = re.search(r"\bCGO_ENABLED=[\"']?(\w*)", call.instruction.logical)
        chosen = own.group(1) if own else value
        if chosen == "0" or "-static" in call.instruction.logical:
            return
        if chosen or own or stage.parent is not None or self._needs_cgo(call):
            self._note(call, _GO_REASON, _GO_HINT)
        elif stage.index not in done:
            done.add(stage.index)
            reason = "Without cgo the Go program needs no C library, and the new base has no glibc."
            span, line = behind_from(self._doc, stage, "ENV CGO_ENABLED=0")
            self._edits.append(self._pen.edit(span, line, reason))

    def _needs_cgo(self, call: Call) -> bool:
        modes = any(word.startswith(("-race", "-buildmode")) for word in call.words)
        return modes or (
            self._situation.facts.language == "go" and bool(self._situation.facts.native)
        )

    def _rust(self, call: Call) -> None:
        text = call.instruction.logical
        target = self._doc.variables(call.stage).get("CARGO_BUILD_TARGET", "")
        if "musl" in text + target or "+crt-static" in text or "alpine" in self._base(call):
            return
        reason = "This Rust program is linked to glibc, which the new base does not have."
        self._note(call, reason, _RUST_HINT, blocking=self._ships(call.stage))

    def _c(self, call: Call) -> None:
        if "-static" in call.words or _NO_OUTPUT & set(call.words):
            return
        reason = "This program is linked to a C library that the new base does not have."
        self._note(call, reason, _C_HINT)

    def _base(self, call: Call) -> str:
        return self._doc.external(call.stage)

    def _ships(self, stage: Stage) -> bool:
        """Tell whether the shipped stage takes a program from where cargo puts it."""
        uses = [
            use for one in self._situation.chain for use in one.uses if use.stage == stage.index
        ]
        return any(
            "/target/" in word.text and "/release/" in word.text
            for use in uses
            for word in use.instruction.operands[:-1]
        )

    def _note(self, call: Call, reason: str, hint: str, *, blocking: bool = False) -> None:
        instruction: Instruction = call.instruction
        refusal = self._pen.refuse(instruction, reason, hint, blocking=blocking)
        if refusal not in self._refusals:
            self._refusals.append(refusal)


def _is_go(call: Call) -> bool:
    return call.program == "go" and call.words[1:2] in (("build",), ("install",))
