"""Options that the commands of Debian know and those of BusyBox do not."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, applets
from stepdown.model.plan import Refusal
from stepdown.model.recipe import Applet
from stepdown.rewrite.calls import Call, calls
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.situation import Fixes, Pen, Situation, found_once

_SYSTEM_FOLDERS = frozenset(("", "/bin", "/usr/bin", "/sbin", "/usr/sbin"))
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
    pen = Pen(text=doc.text, fixer="busybox", breakage="D06")
    refusals: list[Refusal] = [
        pen.refuse(call.instruction, f"{problem}.", _HINT, blocking=call.sure)
        for call, package, problem in _problems(doc, situation)
        if not package
    ]
    return Fixes(refusals=tuple(refusals))


@found_once
def _problems(doc: Dockerfile, situation: Situation) -> tuple[tuple[Call, str, str], ...]:
    """Return the calls that BusyBox would refuse, with Alpine's package for them and the reason."""
    return tuple(_troubles(doc, situation))


def _troubles(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Call, str, str]]:
    if not situation.alpine or not situation.present.endswith(("/full", "/slim")):
        return
    found = list(calls(doc, situation))
    programs = {call.program for call in found}
    known = {one.command: one for one in situation.programs.applets if one.command in programs}
    there = _packages(doc, situation) if known else ()
    for call in found:
        applet = known.get(call.program)
        if applet is None or applet.package in there:
            continue
        if call.words[0].rpartition("/")[0] not in _SYSTEM_FOLDERS:
            continue
        problem = _problem(applet, call)
        if problem:
            yield call, applet.package, problem


def _packages(doc: Dockerfile, situation: Situation) -> set[str]:
    """Return what the file installs, by the names of both package managers."""
    there = installed(doc, situation)
    rows = (situation.packages.get(name) for name in there)
    return {*there, *(name for row in rows if row is not None for name in row.alpine)}


def _problem(applet: Applet, call: Call) -> str:
    option = applets.refused(applet, call.words)
    if option:
        return f"BusyBox's {applet.command} does not know {option}, Debian's does"
    return applets.misread(call.program, call.words)
