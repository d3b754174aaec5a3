"""Packages of npm that are chosen for a C library."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import Libc
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change
from stepdown.rewrite.situation import Situation, runs

_PROGRAMS = frozenset(("npm", "pnpm", "yarn"))


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Let `--libc` name the C library of the candidate."""
    libc = situation.candidate.libc
    if libc is Libc.NONE:
        return
    other = Libc.GLIBC if libc is Libc.MUSL else Libc.MUSL
    for _stage, _instruction, script in runs(doc, situation):
        for command in script.commands if not script.has_error else ():
            if command.program not in _PROGRAMS:
                continue
            for before, word in zip(command.words, command.words[1:], strict=False):
                if word.text == f"--libc={other}":
                    yield Change(span=word.span, text=f"--libc={libc}")
                elif before.text == "--libc" and word.text == other:
                    yield Change(span=word.span, text=str(libc))
