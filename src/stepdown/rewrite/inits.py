"""Programs that start others: tini, dumb-init, gosu and su-exec, and where they come from."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction
from stepdown.model.image import Libc
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite.packages import installed
from stepdown.rewrite.runtime import program
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

# The release's `tini` is linked to glibc; `tini-static` and `tini-muslc` are not.
_TINI = re.compile(
    r"krallin/tini/releases/download/[^\s\"';|&]*/tini(?=[\s\"';|&]|-(?:amd|arm|i386)|\Z)"
)
_CHECKED = re.compile(r"\b(?:sha(?:1|256|512)sum|gpg|--checksum=)|\.asc\b")
_REASON = "This build of tini needs glibc, which the new base does not have."
_HINT = "Take the file tini-static of the same release, or install the package tini."


def moved(doc: Dockerfile, situation: Situation, word: str) -> str:
    """Return how Alpine calls tini or gosu, where the file installs it as a package."""
    called = program(word)
    if not situation.alpine or called not in ("tini", "gosu"):
        return word
    if called not in installed(doc, situation):
        return word
    if called == "tini":
        return "/sbin/tini" if word == "/usr/bin/tini" else word
    row = situation.packages.get("gosu")
    if row is not None and "su-exec" in row.alpine:
        return "/sbin/su-exec" if word.startswith("/") else "su-exec"
    return "/usr/bin/gosu" if word == "/usr/sbin/gosu" else word


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Point at a downloaded tini that cannot run; call the packaged ones as Alpine does."""
    if situation.candidate.libc is Libc.GLIBC:
        return Fixes()
    pen = Pen(text=doc.text, fixer="inits", breakage="A01")
    edits: list[Edit] = list(_renamed(doc, situation, pen))
    refusals: list[Refusal] = []
    for instruction in _downloads(situation):
        found = list(_edits(pen, instruction))
        edits += found
        if not all(situation.policy.accepts(edit.fixer, edit.line) for edit in found) or not found:
            refusals.append(pen.refuse(instruction, _REASON, _HINT, blocking=True))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _renamed(doc: Dockerfile, situation: Situation, pen: Pen) -> Iterator[Edit]:
    """Yield the edits in RUN; CMD and ENTRYPOINT are the other fixer's."""
    for _, _, script in runs(doc, situation):
        for command in script.commands:
            new = moved(doc, situation, command.name)
            if new != command.name and not script.has_error:
                reason = f"Alpine has {new} in place of {command.name}."
                yield pen.edit(command.words[0].span, new, reason)


def _downloads(situation: Situation) -> Iterator[Instruction]:
    for stage, instruction in situation.instructions("RUN", "ADD"):
        if stage.index in situation.built and _TINI.search(instruction.logical):
            yield instruction


def _edits(pen: Pen, instruction: Instruction) -> Iterator[Edit]:
    """Yield the edits that take the static build; none where a checksum speaks of the other."""
    source = instruction.source
    if _CHECKED.search(source.text):
        return
    for match in _TINI.finditer(source.text):
        span = source.span(match.end() - len("tini"), match.end())
        reason = "The static build of the same release runs on every base."
        yield pen.edit(span, "tini-static", reason, safe=False)
