"""What the builder refuses to read, said before anything is built.

The rules are those of `frontend/dockerfile/instructions` in moby/buildkit.
"""

import re
from collections.abc import Callable

from stepdown.dockerfile.instruction import Instruction, json_array
from stepdown.dockerfile.lines import syntax_error
from stepdown.dockerfile.pairs import pairs
from stepdown.errors import DockerfileError

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*\Z")
_FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset(("chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude")),
    "COPY": frozenset(("chown", "from", "chmod", "link", "exclude", "parents")),
    "FROM": frozenset(("platform",)),
    "HEALTHCHECK": frozenset(("interval", "timeout", "start-period", "start-interval", "retries")),
    "RUN": frozenset(("mount", "network", "security", "device")),
}
_MAY_HAVE_NO_VALUE = frozenset(("link", "keep-git-dir", "unpack", "parents"))
_MAY_REPEAT = frozenset(("exclude", "mount", "device"))
_IGNORE_FLAGS = frozenset(("ARG", "STOPSIGNAL"))
_JSON = frozenset(("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"))


def check(instructions: tuple[Instruction, ...]) -> None:
    """Raise DockerfileError for the first instruction that the builder refuses."""
    if not instructions:
        raise DockerfileError(
            "the Dockerfile holds no instruction", hint="It needs at least a FROM line."
        )
    in_stage = False
    for instruction in instructions:
        _check(instruction)
        in_stage = in_stage or instruction.keyword == "FROM"
        if not in_stage and instruction.keyword != "ARG":
            raise _error(instruction, f"{instruction.keyword} stands before the first FROM")
    if not in_stage:
        raise DockerfileError("the Dockerfile holds no stage", hint="It needs a FROM line.")


def _error(instruction: Instruction, brief: str, hint: str = "") -> DockerfileError:
    return syntax_error(instruction.line, brief, details=instruction.logical, hint=hint)


def _check(instruction: Instruction) -> None:
    keyword = instruction.keyword
    checker = _CHECKERS.get(keyword)
    if checker is None:
        raise _error(instruction, f"unknown instruction {keyword!r}")
    if keyword in _JSON:
        _check_strings(instruction)
    problem = checker(instruction)
    if problem:
        raise _error(instruction, problem)
    _check_flags(instruction)


def _check_strings(instruction: Instruction) -> None:
    values = json_array(instruction.command.text)
    if values is not None and not all(isinstance(value, str) for value in values):
        raise _error(
            instruction,
            "a JSON array may hold strings only",
            hint='Put quotes around each word: ["word", "8080"].',
        )


def _check_flags(instruction: Instruction) -> None:
    known = _FLAGS.get(instruction.keyword, frozenset())
    seen: set[str] = set()
    for flag in instruction.flags if instruction.keyword not in _IGNORE_FLAGS else ():
        if flag.name in seen:
            raise _error(instruction, f"the flag --{flag.name} is given twice")
        seen |= {flag.name} - _MAY_REPEAT
        if flag.name not in known:
            raise _error(instruction, f"unknown flag --{flag.name} of {instruction.keyword}")
        if flag.value is None and flag.name not in _MAY_HAVE_NO_VALUE:
            raise _error(instruction, f"the flag --{flag.name} lacks its value")


def _anything(_: Instruction) -> str:
    return ""


def _needs_argument(instruction: Instruction) -> str:
    return "" if instruction.args.text else f"{instruction.keyword} requires an argument"


def _needs_destination(instruction: Instruction) -> str:
    enough = len(instruction.operands) > 1
    return "" if enough else f"{instruction.keyword} requires a source and a destination"


def _needs_pairs(instruction: Instruction) -> str:
    if not instruction.args.text:
        return f"{instruction.keyword} requires an argument"
    found = pairs(instruction)
    if found is None:
        return f"{instruction.keyword} requires the form name=value"
    if any(not pair.key for pair in found):
        return f"{instruction.keyword} has a name that is blank"
    return ""


def _volume(instruction: Instruction) -> str:
    paths = [word.text.strip() for word in instruction.operands]
    return "" if paths and all(paths) else "VOLUME requires a path"


def _from(instruction: Instruction) -> str:
    words = [word.text for word in instruction.fields]
    if len(words) == 1:
        return ""
    if len(words) != 3 or words[1].lower() != "as":  # noqa: PLR2004  (image AS name)
        return "FROM requires an image, or an image AS a name"
    if not _STAGE_NAME.match(words[2].lower()):
        return f"{words[2]!r} cannot be the name of a stage"
    return ""


def _healthcheck(instruction: Instruction) -> str:
    fields = instruction.fields
    kind = fields[0].text.upper() if fields else ""
    if kind == "NONE":
        return "HEALTHCHECK NONE takes no arguments" if instruction.command.text else ""
    if kind != "CMD":
        return "HEALTHCHECK requires CMD or NONE"
    empty = not instruction.command.text or instruction.json == ()
    return "HEALTHCHECK CMD lacks its command" if empty else ""


def _shell(instruction: Instruction) -> str:
    return "" if instruction.json else "SHELL requires a JSON array"


def _onbuild(instruction: Instruction) -> str:
    inner = instruction.onbuild
    if inner is None:
        return "ONBUILD requires an argument"
    if inner.keyword in ("ONBUILD", "MAINTAINER", "FROM"):
        return f"{inner.keyword} is not allowed in ONBUILD"
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
