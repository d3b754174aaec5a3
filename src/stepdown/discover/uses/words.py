"""The programs that a command line needs."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from stepdown.dockerfile import SourceText, parse

SHELLS = frozenset(("sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "/bin/ash"))
_BUILTINS = frozenset(
    (
        "!", ".", ":", "[", "[[", "alias", "break", "builtin", "cd", "command", "continue",
        "declare", "echo", "eval", "exec", "exit", "export", "false", "getopts", "hash", "kill",
        "let", "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "set",
        "shift", "shopt", "source", "test", "times", "trap", "true", "type", "typeset", "ulimit",
        "umask", "unset", "wait",
        # Reserved words, which stand alone where a script was not understood.
        "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
        "select", "then", "until", "while", "{", "}",
    )
)  # fmt: skip
_PREFIXES = frozenset(("command", "env", "exec", "nice", "nohup", "time"))
_NAME = re.compile(r"[\w./+-]+")


@lru_cache(maxsize=4096)
def of_script(text: str) -> tuple[str, ...]:
    """Return the programs that a shell script calls, each once, without the shell's own words."""
    found = parse(SourceText.join([(0, text)]))
    defined = set(re.findall(r"^\s*(?:function\s+)?([\w-]+)\s*\(\)", text, re.MULTILINE))
    names: dict[str, None] = {}
    for command in found.commands:
        words = [word.text or "" for word in command.words]
        while words and words[0] in _PREFIXES:
            words = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        if words and words[0] not in _BUILTINS | defined and _NAME.fullmatch(words[0]):
            names.update(dict.fromkeys(of_words(words)))
    return tuple(names)


def of_words(words: Iterable[str]) -> Iterator[str]:
    """Yield the programs that an exec-form command needs: its first, and those of its script."""
    given = list(words)
    if not given or not _NAME.fullmatch(given[0]):
        return
    yield given[0]
    if given[0] in SHELLS:
        flags = [at for at, word in enumerate(given[1:], start=1) if re.fullmatch(r"-\w*c", word)]
        if flags and len(given) > flags[0] + 1:
            yield from of_script(given[flags[0] + 1])
