"""Where JavaScript writes, as far as the folder is written down."""

import posixpath
import re
from collections.abc import Iterator

from stepdown.model.facts import HERE

_UNKNOWN = "\0"
_DEEP = 5
_WRITES = re.compile(
    r"\b(?:(?:writeFile|appendFile|mkdir)(?:Sync)?|createWriteStream)\(\s*"
    r"|\bmulter\(\s*\{[^}]{0,200}?\bdest:\s*"
)
_GIVEN = re.compile(r"\b(?:const|let|var)\s+(?P<name>\w+)\s*=\s*(?=[\w\"'`])")
_JOINED = re.compile(r"(?:path\.)?(?:join|resolve)\(")
_WORD = re.compile(r"[\w.$]+")
_ENVIRONMENT = re.compile(r"process\.env\.(?P<name>\w+)\s*(?:\|\||\?\?)\s*")
_HERE = frozenset(("__dirname", "import.meta.dirname"))
_QUOTES = "\"'`"
_HOLE = re.compile(r"\$\{\s*([\w.$]*)\s*\}|\$\{[^}]*\}")


def written(text: str) -> Iterator[tuple[int, str]]:
    """Yield where something is written, and the path, or the folder that is known of it.

    `$HERE` is the file's own folder, `${NAME:-text}` a variable of the environment.
    """
    names = _names(text)
    for match in _WRITES.finditer(text):
        value, _ = _value(text, match.end(), names, _DEEP)
        known, unknown, _ = value.partition(_UNKNOWN)
        folder = posixpath.dirname(known) if unknown else known
        if folder and "://" not in folder:
            yield match.start(), folder


def _names(text: str) -> dict[str, tuple[str, int]]:
    """Return where the values of names begin that are given just one."""
    given: dict[str, list[int]] = {}
    for match in _GIVEN.finditer(text):
        given.setdefault(match["name"], []).append(match.end())
    return {name: (text, found[0]) for name, found in given.items() if len(found) == 1}


def _value(text: str, at: int, names: dict[str, tuple[str, int]], deep: int) -> tuple[str, int]:
    """Return the path that the expression at `at` stands for, and where the expression ends."""
    if deep == 0 or at >= len(text):
        return _UNKNOWN, at
    if text[at] in _QUOTES:
        return _quoted(text, at, names, deep)
    if joined := _JOINED.match(text, at):
        return _join(text, joined.end(), names, deep)
    if asked := _ENVIRONMENT.match(text, at):
        value, end = _value(text, asked.end(), names, deep - 1)
        return f"${{{asked['name']}:-{value}}}", end
    word = _WORD.match(text, at)
    return (_named(word[0], names, deep), word.end()) if word else (_UNKNOWN, at)


def _named(word: str, names: dict[str, tuple[str, int]], deep: int) -> str:
    if word in _HERE:
        return HERE
    return _value(*names[word], names, deep - 1)[0] if word in names else _UNKNOWN


def _quoted(text: str, at: int, names: dict[str, tuple[str, int]], deep: int) -> tuple[str, int]:
    end = text.find(text[at], at + 1)
    inner = text[at + 1 : end] if end > at else _UNKNOWN
    if text[at] == "`":
        inner = _HOLE.sub(lambda hole: _named(hole[1] or "", names, deep), inner)
    return inner, end + 1


def _join(text: str, at: int, names: dict[str, tuple[str, int]], deep: int) -> tuple[str, int]:
    """Join the arguments that begin at `at`, as far as each one is a plain expression."""
    parts: list[str] = []
    while True:
        at = _skipped(text, at)
        part, at = _value(text, at, names, deep - 1)
        parts.append(part)
        at = _skipped(text, at)
        if text[at : at + 1] != ",":
            whole = text[at : at + 1] == ")"
            return posixpath.join(*parts, *([] if whole else [_UNKNOWN])), at + 1
        at += 1


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
