"""What the build calls only where it is there, so that a base without it builds all the same.

`if command -v python3; then ...` and `git describe > version || true` succeed on any base. What
they leave out is missing later, without a word.
"""

from collections.abc import Iterator

from stepdown.dockerfile import Command, Context, Script
from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.stage import Stage
from stepdown.model.facts import Clue, Trait

LANGUAGE = "dockerfile"
_LOOKING = frozenset(("command", "hash", "type", "which"))
_HARMLESS = frozenset(("", ":", "echo", "printf", "true"))
# What every shell has, and what is written otherwise for another distribution.
_ELSEWHERE = frozenset(
    (
        *_LOOKING, *_HARMLESS, "[", "[[", "cd", "exit", "export", "false", "set", "test",
        "add-apt-repository", "addgroup", "adduser", "apk", "apt", "apt-get", "apt-key", "chown",
        "deluser", "dpkg", "dpkg-reconfigure", "groupadd", "groupmod", "ldconfig", "locale-gen",
        "update-alternatives", "update-ca-certificates", "useradd", "userdel", "usermod",
    )
)  # fmt: skip


def clues(document: Dockerfile, shipped: Stage, file: str) -> Iterator[Clue]:
    """Yield the calls of the shipped stages that may be left out; `file` is the Dockerfile."""
    for stage in document.chain(shipped):
        for instruction in stage.instructions:
            script = document.script(instruction) if instruction.keyword == "RUN" else None
            if script is None or script.has_error or script.foreign:
                continue
            for command in _guarded(script):
                detail = f"`RUN {' '.join(word.raw for word in command.words)[:76]}`"
                yield Clue(
                    trait=Trait.CALL, subject=command.name, file=file, line=instruction.line,
                    detail=detail, language=LANGUAGE,
                )  # fmt: skip


def _guarded(script: Script) -> Iterator[Command]:
    asked = {
        word.text
        for command in script.commands
        if command.program in _LOOKING
        for word in command.words[1:]
    }
    last = {c.program for c in script.commands if Context.OR in c.contexts} & _HARMLESS
    for command in script.commands:
        forgiven = bool(last) and Context.OR in command.contexts
        if command.program not in _ELSEWHERE and (forgiven or command.program in asked):
            yield command
