"""What the builder refuses to read, said before anything is built.

The rules are those of `frontend/dockerfile/instructions` in moby/buildkit.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches

from stepdown.dockerfile import flags
from stepdown.dockerfile.heredoc import opening
from stepdown.dockerfile.instruction import FIELD, Instruction, json_array
from stepdown.dockerfile.lines import SPACES, syntax_error
from stepdown.dockerfile.pairs import names
from stepdown.errors import DockerfileError

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*\Z")
_JSON = frozenset(("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"))
_HINTS = {
    "ADD": "Write ADD SOURCE DESTINATION.",
    "ARG": "Write ARG NAME or ARG NAME=VALUE.",
    "COPY": "Write COPY SOURCE DESTINATION.",
    "EXPOSE": "Write EXPOSE PORT.",
    "ENV": "Write ENV NAME=VALUE, with quotes around a value that holds spaces.",
    "FROM": "Write FROM IMAGE or FROM IMAGE AS NAME.",
    "HEALTHCHECK": "Write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE.",
    "LABEL": "Write LABEL NAME=VALUE, with quotes around a value that holds spaces.",
    "MAINTAINER": "Write MAINTAINER NAME.",
    "ONBUILD": "Write ONBUILD and one instruction, which is none of FROM, MAINTAINER and ONBUILD.",
    "SHELL": 'Write SHELL ["PROGRAM", "OPTION"].',
    "STOPSIGNAL": "Write STOPSIGNAL SIGNAL.",
    "USER": "Write USER NAME or USER NUMBER.",
    "VOLUME": "Write VOLUME PATH.",
    "WORKDIR": "Write WORKDIR PATH.",
}


def check(
    instructions: tuple[Instruction, ...], checked: frozenset[tuple[str, str]] = frozenset()
) -> None:
    """Raise DockerfileError for the first instruction that the builder refuses.

    `checked` are texts of instructions that it takes, with their escape characters.
    """
    if not instructions:
        raise DockerfileError(
            "the Dockerfile holds no instruction", hint="It needs at least a FROM line."
        )
    in_stage = False
    for instruction in instructions:
        if (instruction.source.text, instruction.escape) not in checked:
            _check(instruction)
        in_stage = in_stage or instruction.keyword == "FROM"
        if not in_stage and instruction.keyword != "ARG":
            brief = f"{instruction.keyword} stands before the first FROM"
            raise _error(instruction, brief, "Only ARG may stand there.")
    if not in_stage:
        raise DockerfileError("the Dockerfile holds no stage", hint="It needs a FROM line.")


def _error(instruction: Instruction, brief: str, hint: str) -> DockerfileError:
    return syntax_error(instruction.line, brief, details=instruction.logical, hint=hint)


def _check(instruction: Instruction) -> None:
    keyword = instruction.keyword
    checker = _CHECKERS.get(keyword)
    if checker is None:
        raise _error(instruction, f"unknown instruction {keyword!r}", _guess(keyword))
    if keyword in _JSON:
        _check_strings(instruction)
    if problem := checker(instruction):
        raise _error(instruction, problem, _HINTS[keyword])
    if instruction.flags and (problem := flags.problem(instruction)):
        raise _error(instruction, problem, flags.hint(keyword))


def _guess(keyword: str) -> str:
    similar = get_close_matches(keyword, _CHECKERS, 1)
    if similar:
        return f"Did you mean {similar[0]}?"
    return "If the line belongs to the one before, that one lacks a backslash at its end."


def _check_strings(instruction: Instruction) -> None:
    if "[" not in instruction.logical:
        return
    health = instruction.keyword == "HEALTHCHECK"
    values = json_array(instruction.command.text if health else instruction.arguments)
    if values is not None and not all(isinstance(value, str) for value in values):
        raise _error(
            instruction,
            "a JSON array may hold strings only",
            'Put quotes around each word: ["word", "8080"].',
        )


def _anything(_: Instruction) -> str:
    return ""


def _needs_argument(instruction: Instruction) -> str:
    return "" if instruction.arguments else f"{instruction.keyword} requires an argument"


def _needs_destination(instruction: Instruction) -> str:
    words = _operands(instruction)
    if len(words) < 2:  # noqa: PLR2004  (a source and a destination)
        return f"{instruction.keyword} requires a source and a destination"
    if "<<" in words[-1] and opening(words[-1]):
        return f"{instruction.keyword} cannot have a heredoc as its destination"
    return ""


def _operands(instruction: Instruction) -> list[str]:
    json = instruction.json
    return FIELD.findall(instruction.arguments) if json is None else [word.text for word in json]


def _needs_pairs(instruction: Instruction) -> str:
    found = names(instruction)
    if found is None:
        return f"{instruction.keyword} requires the form name=value"
    if not found:
        return f"{instruction.keyword} requires an argument"
    if not all(found):
        return f"{instruction.keyword} has a name that is blank"
    return ""


def _volume(instruction: Instruction) -> str:
    paths = [word.strip(SPACES) for word in _operands(instruction)]
    return "" if paths and all(paths) else "VOLUME requires a path"


def _from(instruction: Instruction) -> str:
    words = FIELD.findall(instruction.arguments)
    if len(words) != 1 and (len(words) != 3 or words[1].casefold() != "as"):  # noqa: PLR2004
        return "FROM requires an image, or an image AS a name"
    if len(words) > 1 and not _STAGE_NAME.match(words[2].lower()):
        return f"{words[2]!r} cannot be the name of a stage"
    return ""


def _healthcheck(instruction: Instruction) -> str:
    command = instruction.command.text
    kind = instruction.arguments.removesuffix(command).strip().upper()
    if kind == "NONE":
        taken = bool(command) and instruction.json != ()
        return "HEALTHCHECK NONE takes no arguments" if taken else ""
    if kind != "CMD":
        return "HEALTHCHECK requires CMD or NONE"
    empty = not command or instruction.json == ()
    return "HEALTHCHECK CMD lacks its command" if empty else ""


def _shell(instruction: Instruction) -> str:
    return "" if instruction.json else "SHELL requires a JSON array"


def _onbuild(instruction: Instruction) -> str:
    inner = instruction.onbuild
    if inner is None:
        return "ONBUILD requires an argument"
    if inner.keyword in ("ONBUILD", "MAINTAINER", "FROM"):
        return f"{inner.keyword} is not allowed in ONBUILD"
    if inner.keyword in ("ENV", "LABEL") and names(inner) is None:
        return f"{inner.keyword} requires the form name=value"
    if inner.keyword in _JSON:
        _check_strings(inner)
    return ""


_CHECKERS: dict[str, Callable[[Instruction], str]] = {
    "ADD": _needs_destination,
    "ARG": _needs_pairs,
    "CMD": _anything,
    "COPY": _needs_destination,
    "ENTRYPOINT": _anything,
    "ENV": _needs_pairs,
    "EXPOSE": _needs_argument,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _needs_pairs,
    "MAINTAINER": _needs_argument,
    "ONBUILD": _onbuild,
    "RUN": _anything,
    "SHELL": _shell,
    "STOPSIGNAL": _needs_argument,
    "USER": _needs_argument,
    "VOLUME": _volume,
    "WORKDIR": _needs_argument,
}
