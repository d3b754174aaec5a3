"""Package lists in shell variables: `deps="gcc make"; apt-get install $deps`."""

import re

from stepdown.dockerfile import Script, ShellWord
from stepdown.model.plan import Edit
from stepdown.rewrite import apt
from stepdown.rewrite.names import Names, Refused
from stepdown.rewrite.situation import Pen

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def variable(word: ShellWord) -> str:
    """Return the name of the variable that is the whole word, or nothing."""
    match = _VARIABLE.fullmatch(word.raw)
    return (match[1] or match[2]) if match else ""


def translate(script: Script, name: str, names: Names, pen: Pen) -> list[Edit]:
    """Translate the list in the one assignment of the variable `name`.

    Raises Refused where that is not one fixed list in quotes.
    """
    assignment = _assignment(script, name)
    edits: list[Edit] = []
    for word in words(script, assignment):
        new = " ".join(names.of(word))
        reason = f"Alpine's name for {word.raw} is {new or 'none'}."
        if new != word.raw:
            edits.append(pen.edit(word.span, new, reason))
    return edits


def names(script: Script, word: ShellWord, table: Names) -> dict[str, tuple[str, ...]]:
    """Map the packages of a word, or of the variable that it is, to Alpine's names.

    Raises Refused where they are not fixed.
    """
    name = variable(word)
    found = words(script, _assignment(script, name)) if name else [word]
    return {debian: alpine for one in found for debian, alpine in table.each(one).items()}


def words(script: Script, assignment: ShellWord) -> list[ShellWord]:
    """Return the words of the list that is assigned, with their places."""
    name, _, value = assignment.raw.partition("=")
    quote = value[:1]
    if quote not in ("'", '"') or value[-1:] != quote or "$" in value or "\\" in value:
        raise Refused(f"The value of {name} is not a fixed list.")
    offset = assignment.end - len(value)
    return [
        ShellWord(
            raw=match.group(),
            text=match.group(),
            source=script.source,
            start=offset + match.start(),
            end=offset + match.end(),
        )
        for match in apt.listed(value)
    ]


def _assignment(script: Script, name: str) -> ShellWord:
    units = [unit.command for unit in script.units]
    plain = [one for one in units if one is not None and not one.words]
    found = [word for one in plain for word in one.assignments if word.raw.startswith(f"{name}=")]
    if len(found) != 1:
        raise Refused(f"The value of ${name} is not fixed.")
    return found[0]
