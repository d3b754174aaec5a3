"""Options that the commands of Debian know and those of BusyBox do not."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from stepdown.dockerfile import Dockerfile
from stepdown.model.plan import Refusal
from stepdown.model.recipe import Applet
from stepdown.rewrite.calls import Call, calls
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.situation import Fixes, Pen, Situation

_SYSTEM_FOLDERS = frozenset(("", "/bin", "/usr/bin", "/sbin", "/usr/sbin"))
# Behind the first operand of these stand the words of another program.
_CALLERS = frozenset(
    ("chroot", "env", "flock", "ionice", "nice", "nohup", "nsenter", "setpriv", "setsid", "timeout",
     "unshare", "watch", "xargs")
)  # fmt: skip
_DATE = re.compile(
    r"@-?\d+(?:\.\d+)?|\d\d:\d\d(?::\d\d)?|(?:\d{4}\.)?\d\d\.\d\d-\d\d:\d\d(?::\d\d)?"
    r"|\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?"
)
_NANOSECONDS = re.compile(r"\+.*%\d?N")
_CASE = re.compile(r"(?<!\\)\\[ULEul]")
_TEMPLATE = re.compile(r"\A(?=.*XXX)(?!.*X{6}\Z)")
_HINT = "Write it with the options that BusyBox has, or do this in a build stage."


def needs(doc: Dockerfile, situation: Situation) -> tuple[Need, ...]:
    """Return Alpine's packages with the larger commands, where the file needs those."""
    return tuple(
        Need(
            stage=call.stage,
            at=call.at,
            packages=(package,),
            reason=f"{problem}; the package {package} has that one.",
        )
        for call, package, problem in _problems(doc, situation)
        if package
    )


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Refuse what BusyBox cannot do and no package of Alpine is known for."""
    pen = Pen(text=doc.text, fixer="busybox")
    refusals: list[Refusal] = [
        pen.refuse(call.instruction, f"{problem}.", _HINT, blocking=call.sure)
        for call, package, problem in _problems(doc, situation)
        if not package
    ]
    return Fixes(refusals=tuple(refusals))


@lru_cache(maxsize=4)
def _problems(doc: Dockerfile, situation: Situation) -> tuple[tuple[Call, str, str], ...]:
    """Return the calls that BusyBox would refuse, with Alpine's package for them and the reason."""
    return tuple(_troubles(doc, situation))


def _troubles(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Call, str, str]]:
    if not situation.alpine or not situation.present.endswith(("/full", "/slim")):
        return
    applets = {one.command: one for one in situation.programs.applets}
    there = installed(doc, situation)
    for call in calls(doc, situation):
        applet = applets.get(call.program)
        foreign = call.words[0].rpartition("/")[0] not in _SYSTEM_FOLDERS
        if applet is None or foreign or _larger(applet, situation, there):
            continue
        problem = _option(applet, call.words) or _form(call)
        if problem:
            yield call, applet.package, problem


def _larger(applet: Applet, situation: Situation, there: frozenset[str]) -> bool:
    """Tell whether the file installs the larger command itself, by either name of the package."""
    names = {name for name in there if applet.package in _alpine(situation, name)}
    return applet.package in there or bool(names)


def _alpine(situation: Situation, name: str) -> tuple[str, ...]:
    row = situation.packages.get(name)
    return row.alpine if row else ()


def _option(applet: Applet, words: tuple[str, ...]) -> str:
    refused = _find(applet, words) if applet.command == "find" else _refused(applet, words)
    return f"BusyBox's {applet.command} does not know {refused}, Debian's does" if refused else ""


def _find(applet: Applet, words: tuple[str, ...]) -> str:
    return next((word for word in words[1:] if word in applet.refused), "")


def _refused(applet: Applet, words: tuple[str, ...]) -> str:
    """Return the first option of the words that BusyBox does not know, or nothing."""
    rest = list(words[1:])
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


def _cluster(applet: Applet, word: str) -> tuple[str, bool]:
    """Return the unknown letter of a word like -rf, and whether the next word is its value."""
    for at, letter in enumerate(word[1:], 2):
        if f"-{letter}" in applet.refused:
            return f"-{letter}", False
        if letter in applet.valued:
            return "", at == len(word)
    return "", False


def _form(call: Call) -> str:
    """Say which value of a known option or operand BusyBox does not understand."""
    for pattern, problem in _FORMS.get(call.program, {}).items():
        if any(pattern.search(word) for word in call.words[1:]):
            return problem
    return _date(call.words) if call.program == "date" else ""


_FORMS: Mapping[str, Mapping[re.Pattern[str], str]] = {
    "date": {_NANOSECONDS: "BusyBox's date leaves %N empty"},
    "mktemp": {_TEMPLATE: "BusyBox's mktemp wants six X at the end of the name"},
    "sed": {_CASE: r"BusyBox's sed takes \U and the like for plain letters"},
}


def _date(words: tuple[str, ...]) -> str:
    for at, word in enumerate(words[1:], 1):
        value = word.partition("=")[2] if word.startswith("--date=") else ""
        if word in ("-d", "--date", "-ud") and at + 1 < len(words):
            value = words[at + 1]
        value = value.strip("\"'")
        if value and "$" not in value and "`" not in value and not _DATE.fullmatch(value):
            return f"BusyBox's date does not understand {value}"
    return ""
