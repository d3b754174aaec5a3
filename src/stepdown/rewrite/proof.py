"""The check of a translated RUN: nothing but apt has changed, and apk gets what was meant."""

from collections import Counter

from msgspec.structs import replace

from stepdown.dockerfile import Dockerfile, Instruction, Script, apply
from stepdown.errors import StepdownError
from stepdown.model.plan import Edit
from stepdown.rewrite import apt
from stepdown.rewrite.translation import Translation


def holds(doc: Dockerfile, instruction: Instruction, edits: list[Edit], done: Translation) -> bool:
    """Tell whether the edited RUN reads as it should; `done` has made the edits."""
    span = instruction.span
    if any(edit.start <= span.start and span.end <= edit.end for edit in edits):
        return not done.kept() and not done.packages
    old, new = doc.script(instruction), _edited(doc, instruction, edits)
    if old is None or new is None or new.has_error:
        return False
    added = Counter(_packages(new)) - Counter(_packages(old))
    return _others(new) == done.kept() and added == Counter(done.packages)


def _edited(doc: Dockerfile, instruction: Instruction, edits: list[Edit]) -> Script | None:
    """Return the script of the edited instruction."""
    start = instruction.span.start
    moved = [replace(edit, start=edit.start - start, end=edit.end - start) for edit in edits]
    head = f"# escape={instruction.escape}\nFROM scratch\n"
    try:
        new = Dockerfile(head + apply(instruction.span.of(doc.text), moved) + "\n")
    except StepdownError:
        return None
    return new.script(new.instructions[1]) if len(new.instructions) == 2 else None  # noqa: PLR2004


def _others(script: Script) -> list[tuple[str, ...]]:
    """Return the words of the commands that are not apk."""
    others = [command for command in script.commands if apt.program(command) != "apk"]
    return [tuple(word.raw for word in command.words) for command in others]


def _packages(script: Script) -> list[str]:
    """Return the package words of all calls of apk."""
    calls = [command for command in script.commands if apt.program(command) == "apk"]
    words = [word.raw for one in calls for word in one.words[apt.behind_sudo(one) + 2 :]]
    return [word for word in words if not word.startswith("-") and word != ".build-deps"]
