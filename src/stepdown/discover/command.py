"""Telling a plain command line from one that needs a shell."""

import re
import shlex

from stepdown.model.facts import Command

# What a shell would act on: operators, substitutions and globs outside of quotes; inside of
# double quotes only substitutions; an assignment before the first word.
_SINGLE = re.compile(r"'[^']*'")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_OUTSIDE = re.compile(r"[|&;<>()$`*?\[\]{}~#!\\\n]")
_INSIDE = re.compile(r"[$`\\]")
_ASSIGNMENT = re.compile(r"\s*\w+=")


def command(text: str, source: str) -> Command:
    """Return `text` as a Command: with its words where it needs no shell, else without."""
    return Command(text=text, argv=_words(text), source=source)


def _words(text: str) -> tuple[str, ...]:
    rest = _SINGLE.sub(" ", text)
    if any(_INSIDE.search(quoted) for quoted in _DOUBLE.findall(rest)):
        return ()
    if _OUTSIDE.search(_DOUBLE.sub(" ", rest)) or _ASSIGNMENT.match(text):
        return ()
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return ()
