"""What BusyBox's command makes of a command line that was written for Debian's."""

import re
from collections.abc import Mapping

from stepdown.model.recipe import Applet

# Behind the first operand of these stand the words of another program.
_CALLERS = frozenset(
    ("chroot", "env", "flock", "ionice", "nice", "nohup", "nsenter", "setpriv", "setsid", "timeout",
     "unshare", "watch", "xargs")
)  # fmt: skip
_DATE = re.compile(
    r"@-?\d+(?:\.\d+)?|\d\d:\d\d(?::\d\d)?|(?:\d{4}\.)?\d\d\.\d\d-\d\d:\d\d(?::\d\d)?"
    r"|\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?"
)
_DATED = frozenset(("date", "touch"))
_TEMPLATE = re.compile(r"\A(?=.*XXX)(?!.*X{6}\Z)")
_EXTENDED = re.compile(r"-\w*[Er]\w*|--regexp-extended|--extended-regexp")
_BOUND = re.compile(r"\{,\d+\}")
_BACK = re.compile(r"\\[1-9]")
_BACK_IN_SED = re.compile(r"\As(\W)(?:(?!\1).)*\\[1-9](?:(?!\1).)*\1")
# What BusyBox takes otherwise without a word, or refuses, though it knows all options.
_FORMS: Mapping[str, Mapping[re.Pattern[str], str]] = {
    "date": {
        re.compile(r"\+.*%\d?N"): "BusyBox's date leaves %N empty",
        re.compile(r"\+.*%(?:[-_0]?[Pkl]|[\^#][A-Za-z])"): (
            "BusyBox's date prints nothing for %P, %k, %l and capitals"
        ),
    },
    "find": {
        re.compile(r"\A[+-]?\d+[MGTP]\Z"): "BusyBox's find does not know the unit of -size",
        re.compile(r"\A[bcdflps](?:,[bcdflps])+\Z"): "BusyBox's find takes one letter for -type",
    },
    "mktemp": {_TEMPLATE: "BusyBox's mktemp wants six X at the end of the name"},
    "sed": {
        re.compile(
            r"(?:\A|[;{]\s*)/(?:\\.|[^/])+/I"
        ): "BusyBox's sed does not know the address /x/I",
        re.compile(r"\As(\W)(?:(?!\1).)*\1(?:(?!\1).)*\1\w*[eMm]"): (
            "BusyBox's sed does not know the flags e and M"
        ),
        re.compile(r"(?<!\\)\\[ULEul]"): (r"BusyBox's sed takes \U and the like for plain letters"),
        re.compile(r"(?<!\\)\\x[0-9A-Fa-f]{2}"): r"BusyBox's sed takes \x41 for plain letters",
        re.compile(r"(?:\A|;\s*)0,/"): "BusyBox's sed does not know the address 0,/x/",
        re.compile(r"(?:\A|;\s*)\d+~\d+"): "BusyBox's sed does not know the address first~step",
        re.compile(r"\As(\W).*?\1.*?\1\d+g\Z"): "BusyBox's sed takes the flags 2g for g alone",
    },
}
_EXPRESSIONS: Mapping[str, re.Pattern[str]] = {
    "egrep": _BACK, "grep": _BACK, "sed": _BACK_IN_SED,
}  # fmt: skip


def refused(applet: Applet, words: tuple[str, ...]) -> str:
    """Return the first option of `words` that BusyBox does not know, or nothing."""
    if applet.command == "find":
        return next((word for word in words[1:] if word in applet.refused), "")
    return _option(applet, list(words[1:]))


def _option(applet: Applet, rest: list[str]) -> str:
    if applet.command == "tar" and rest and not rest[0].startswith("-"):
        rest[0] = f"-{rest[0]}"
    while rest:
        word = rest.pop(0)
        if word == "--":
            return ""
        if word.startswith("--"):
            name = word.partition("=")[0]
            if name in applet.refused:
                return name
        elif word.startswith("-") and len(word) > 1:
            found, takes = _cluster(applet, word)
            if found:
                return found
            if takes and rest and not rest[0].startswith("-"):
                rest.pop(0)
        elif applet.command in _CALLERS:
            return ""
    return ""


def misread(program: str, words: tuple[str, ...]) -> str:
    """Say which value of a known option or operand BusyBox does not understand, or nothing."""
    for pattern, problem in _FORMS.get(program, {}).items():
        if any(pattern.search(word) for word in words[1:]):
            return problem
    return _date(program, words) if program in _DATED else _expression(program, words)


def _expression(program: str, words: tuple[str, ...]) -> str:
    """Judge regular expressions, which BusyBox leaves to musl."""
    if program not in _EXPRESSIONS:
        return ""
    extended = program == "egrep" or any(_EXTENDED.fullmatch(word) for word in words[1:])
    if extended and any(_BOUND.search(word) for word in words[1:]):
        return f"BusyBox's {program} refuses an expression such as a{{,3}}"
    if extended and any(_EXPRESSIONS[program].search(word) for word in words[1:]):
        return rf"BusyBox's {program} never matches \1 in an extended expression"
    return ""


def _cluster(applet: Applet, word: str) -> tuple[str, bool]:
    """Return the unknown letter of a word like -rf, and whether the next word is its value."""
    for at, letter in enumerate(word[1:], 2):
        if f"-{letter}" in applet.refused:
            return f"-{letter}", False
        if letter in applet.valued:
            return "", at == len(word)
    return "", False


def _date(program: str, words: tuple[str, ...]) -> str:
    for at, word in enumerate(words[1:], 1):
        value = word.partition("=")[2] if word.startswith("--date=") else ""
        if word in ("-d", "--date", "-ud") and at + 1 < len(words):
            value = words[at + 1]
        value = value.strip("\"'")
        if value and "$" not in value and "`" not in value and not _DATE.fullmatch(value):
            return f"BusyBox's {program} does not understand {value}"
    return ""
