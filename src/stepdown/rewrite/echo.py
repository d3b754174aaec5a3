r"""`echo "a\nb"`: Debian's sh writes two lines, BusyBox's writes the backslash."""

from collections.abc import Iterator

from stepdown.dockerfile import Command, Dockerfile, Script
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite.runtime import program
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

_ESCAPES = tuple(f"\\{letter}" for letter in "abcfnrtv0")
_REASON = r"BusyBox's echo writes \n and the like as they stand; Debian's sh does not."
_HINT = "Use printf with a format of its own."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Let printf do what echo did, where the shell is the plain sh of Debian."""
    if not situation.alpine or not situation.present.endswith(("/full", "/slim")):
        return Fixes()
    pen = Pen(text=doc.text, fixer="echo")
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    if _with_bash(situation):
        return Fixes()
    for stage, instruction, script in runs(doc, situation):
        if stage.index not in situation.built or script.interpreter not in ("", "sh"):
            continue
        for command in _escaping(script):
            if _simple(command) and not script.has_error:
                start, end = command.words[0].start, command.words[0].end
                new = r"printf '%b\n'"
                edits.append(pen.edit(script.span(start, end), new, f"{_REASON} printf does."))
            else:
                refusals.append(pen.refuse(instruction, _REASON, _HINT, blocking=False))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _with_bash(situation: Situation) -> bool:
    """Tell whether a SHELL names bash, which has BusyBox's echo."""
    shells = [one for _, one in situation.instructions("SHELL")]
    return any(program(word.text) == "bash" for one in shells for word in one.json or ())


def _escaping(script: Script) -> Iterator[Command]:
    for command in script.commands:
        if command.name == "echo" and any(_has_escape(word.raw) for word in command.words[1:]):
            yield command


def _has_escape(raw: str) -> bool:
    """Tell whether the shell hands echo a backslash with a letter that it resolves."""
    quoted = raw.replace("\\\\", "\\") if not raw.startswith("'") else raw
    return raw[:1] in ("'", '"') and any(one in quoted for one in _ESCAPES)


def _simple(command: Command) -> bool:
    """Tell whether echo gets one word and no option."""
    return len(command.words) == 2 and not command.words[1].raw.startswith("-")  # noqa: PLR2004
