"""Which programs the application's code calls that the candidate lacks, or has in a lesser form.

Tests and pages may never get to such a call, and the audit sees only what is called meanwhile. A
program that the code names, that the old base has and the new one has not, breaks the call for
certain. Pure.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from stepdown.dockerfile import SourceText, applets, parse
from stepdown.dockerfile.shell import SHELLS
from stepdown.model.facts import Clue, Trait
from stepdown.model.recipe import Applet
from stepdown.verify.probe_image import Image

# Words that stand before the program that a command line is about.
_PREFIXES = frozenset(("builtin", "command", "env", "exec", "nice", "nohup", "sudo", "time"))
_NAME = re.compile(r"[\w./+-]*[A-Za-z][\w./+-]*")
_WHICH = re.compile(r"\bwhich\(\s*[\"']([\w.+-]+)")
_OUT_OF_TIME = re.compile(r"(?:^|[\s=])124(?:\s|$)")
_ESCAPE = re.compile(r"(?<!\\)\\[nt]")
_QUOTES = str.maketrans("", "", "\"'")


def calls(clue: Clue, name: str, path: str) -> str:
    """Say that a program is called and gone."""
    return f"{clue.place}, {clue.detail}, calls {name}, and the candidate has no {path}"


def lost(
    before: Image, after: Image, clues: tuple[Clue, ...], lesser: Iterable[Applet]
) -> Iterator[str]:
    """Yield a sentence for each call that worked before; `lesser` are BusyBox's commands."""
    known, unread = {one.command: one for one in lesser}, _unread(after, clues)
    yield from _endings(before, after, clues)
    for clue in clues:
        if clue.trait in (Trait.SHELL, Trait.SCRIPT):
            yield from _shell(before, after, clue)
        elif clue.trait is Trait.PROGRAM and clue.language != "shell":
            yield from _program(before, after, clue, (clue.subject,))
        elif clue.trait is Trait.CALL and clue.place not in unread:
            for words in commands(clue.subject):
                yield from _program(before, after, clue, words)
                yield from _options(before, after, clue, words, known)


def commands(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command of a command line, without what only leads to it."""
    text = line.replace("\n", " ") if "<<" not in line else line
    for command in parse(SourceText.join([(0, text)])).commands:
        words = [word.text if word.text is not None else word.raw for word in command.words]
        while words and words[0].rpartition("/")[2] in _PREFIXES:
            if words[0] == "env" and words[1:2] and words[1].startswith("-"):
                yield tuple(words)
            if words[0] == "command" and words[1:2] and words[1].startswith("-"):
                words = []  # `command -v` looks, and calls nothing
            words = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        if words and _NAME.fullmatch(words[0]):
            yield tuple(words)
            yield from _inner(words)


def _inner(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield what is called by `sh -c '...'`."""
    if words[0].rpartition("/")[2] in SHELLS and "-c" in words[:-1]:
        yield from commands(words[words.index("-c") + 1])


def _unread(after: Image, clues: tuple[Clue, ...]) -> set[str]:
    """Return the places of command lines that no shell is there to read."""
    if after.which("sh") is not None:
        return set()
    return {c.place for c in clues if c.trait is Trait.SHELL or c.language == "shell"}


def _shell(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    """Judge what a shell has to read: a command line, or a script by its first line."""
    name = clue.subject if clue.trait is Trait.SCRIPT else "sh"
    path = before.which(name)
    if name and path and after.which(name) is None:
        yield calls(clue, name, path)


def _program(before: Image, after: Image, clue: Clue, words: tuple[str, ...]) -> Iterator[str]:
    name = words[0]
    path, new = before.which(name), after.which(name)
    if path is None:
        return
    if new is None:
        if not _otherwise(after, clue, name):
            yield calls(clue, name, path)
        return
    reader = after.interpreter(new)
    if reader and before.fs.executable(reader) and not after.fs.executable(reader):
        yield calls(clue, name, reader)


def _otherwise(after: Image, clue: Clue, name: str) -> bool:
    """Tell whether the line goes on with another program, or looks for another one as well."""
    looked = (found[1] for found in _WHICH.finditer(clue.detail))
    if any(after.which(other) for other in looked if other != name):
        return True
    _, joint, rest = clue.detail.partition("||")
    if not joint or name in rest:
        return False
    others = [words[0] for words in commands(rest.strip(" `"))]
    return any(after.which(other) for other in others)


def _options(
    before: Image,
    after: Image,
    clue: Clue,
    words: tuple[str, ...],
    known: dict[str, Applet],
) -> Iterator[str]:
    name = posixpath.basename(words[0])
    turned = after.busybox(words[0]) and not before.busybox(words[0])
    if name == "echo" and clue.language == "shell":
        yield from _echo(before, after, clue, words)
    elif turned and name in known and before.which(words[0]):
        option = applets.refused(known[name], words)
        problem = f"{name}: unrecognized option: {option}" if option else ""
        problem = problem or applets.misread(name, words)
        if problem:
            yield f"{clue.place}, {clue.detail}: {problem}"


def _endings(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Judge scripts that tell a command that ran out of time by its exit code."""
    called = [clue for clue in clues if clue.trait is Trait.CALL and clue.language == "shell"]
    asking = {clue.file for clue in called if _OUT_OF_TIME.search(clue.subject)}
    turned = after.busybox("timeout") and not before.busybox("timeout")
    for clue in called if turned else ():
        words = next(commands(clue.subject), ("",))
        if clue.file in asking and words[0] == "timeout" and "-s" not in words:
            yield (
                f"{clue.place}, {clue.detail}: BusyBox's timeout ends with 143, where the script"
                " asks for 124"
            )


def _echo(before: Image, after: Image, clue: Clue, words: tuple[str, ...]) -> Iterator[str]:
    """Judge an echo of a line break as backslash and n, which only dash makes one of."""
    old, new = before.target("sh"), after.target("sh")
    escaped = any(_ESCAPE.search(word) for word in words[1:]) and "-e" not in words
    if escaped and old.endswith("/dash") and new and not new.endswith("/dash"):
        yield f"{clue.place}, {clue.detail}: echo leaves the backslash as it is, and dash does not"
