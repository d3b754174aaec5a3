"""From the shell form to the exec form, where one command of fixed words allows it."""

import json
import re

from stepdown.dockerfile import Command, Dockerfile, Instruction, Script
from stepdown.rewrite.runtime import SHELLS, program
from stepdown.rewrite.situation import Situation

_BUILTINS = frozenset(
    (
        *(
            ".",
            ":",
            "alias",
            "cd",
            "command",
            "eval",
            "exec",
            "exit",
            "export",
            "false",
            "read",
            "set",
        ),
        *("shift", "source", "test", "true", "trap", "type", "ulimit", "umask", "unset", "wait"),
        *("[", "[["),
    )
)
# `[ -e x ]` and `[[ $x ]]` are commands of the shell, `["x"]` and `['x']` are not.
_TEST = re.compile(r"\[\[?\s+(?:-\w\s|!\s|\"?\$)")
_PLAIN_FLAGS = frozenset("ceuxo-")


def words(
    doc: Dockerfile, situation: Situation, instruction: Instruction
) -> tuple[tuple[str, ...], str]:
    """Return the words of a command line in shell form, or else why they are not certain."""
    command = instruction.command
    if command.text.startswith("[") and not _TEST.match(command.text):
        return (), "It looks like the exec form but is no valid JSON, so that a shell runs it."
    if any(span.of(doc.text).strip() for span in instruction.skipped):
        return (), "It holds comments."
    if not _plain_shell(situation):
        return (), "SHELL names a shell that does more than to start a command."
    return single(doc.script(instruction))


def single(script: Script | None) -> tuple[tuple[str, ...], str]:
    """Return the words of a script that is one command of fixed words, or else why it is not."""
    if script is None:
        return (), "It holds no command."
    command = script.units[0].command if len(script.units) == 1 else None
    if script.has_error:
        return (), "Its shell code could not be read for certain."
    if command is None or command.contexts:
        return (), "It is more than one command, which takes a shell."
    texts = [word.text or "" for word in command.words]
    if texts[:1] == ["exec"] and len(texts) > 1 and not texts[1].startswith("-"):
        texts = texts[1:]
    return tuple(texts), _obstacle(command, texts)


def _obstacle(command: Command, texts: list[str]) -> str:
    if command.redirected:
        return "It redirects its output, which takes a shell."
    if command.assignments:
        return "It sets variables for its command, which takes a shell."
    for word in command.words:
        if word.text is None:
            return f"{word.raw} is filled in by a shell."
    if any(char.isspace() for char in texts[0]):
        return "Its quotes make one word of program and arguments, which no shell can start."
    builtin = texts[0] in _BUILTINS
    return f"{texts[0]} is a command of the shell itself." if builtin else ""


def _plain_shell(situation: Situation) -> bool:
    """Tell whether the SHELL in effect starts a command and does nothing more."""
    shells = situation.shipped("SHELL")
    line = [word.text for word in (shells[-1].json or ())] if shells else ["sh", "-c"]
    flags = {char for word in line[1:] if word.startswith("-") for char in word}
    return program(line[0]) in SHELLS and flags <= _PLAIN_FLAGS


def array(texts: tuple[str, ...]) -> str:
    """Write the exec form."""
    return json.dumps(list(texts), ensure_ascii=False)
