"""Packages: calls of apt become calls of apk, word by word, or are refused as a whole."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import partial

import msgspec

from stepdown.dockerfile import Dockerfile, Instruction, Script, Stage
from stepdown.model.image import PackageManager
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import apt, debian, lists, proof
from stepdown.rewrite.names import Names, Refused
from stepdown.rewrite.situation import Fixes, Pen, Situation, found_once, runs
from stepdown.rewrite.translation import Run, Translation

_MANAGERS: Mapping[str, PackageManager | None] = {
    "apt-get": PackageManager.APT,
    "apt": PackageManager.APT,
    "aptitude": PackageManager.APT,
    "apk": PackageManager.APK,
    "yum": None,
    "dnf": None,
    "microdnf": None,
    "tdnf": None,
    "zypper": None,
}
_INSTALLING = frozenset(("apk", *apt.PROGRAMS))
_SUPERUSER = frozenset(("", "root", "0"))
_HINT = "Translate this RUN by hand, or move it to a build stage that stays on Debian."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Translate or refuse the package commands that the candidate cannot run."""
    pen = Pen(text=doc.text, fixer="packages", breakage=_foreign_manager(situation))
    if not situation.candidate.shell:
        return Fixes()
    edits: list[Edit] = []
    refusals: list[Refusal] = [*_exec_forms(situation, pen)]
    installing = partial(_installed, doc, situation)
    for stage, instruction, script in runs(doc, situation):
        try:
            if situation.alpine and debian.speaks(script):
                sudo = _sudo(doc, situation, stage, instruction)
                run = Run(
                    instruction=instruction,
                    script=script,
                    sudo=sudo,
                    installing=installing,
                    rows=situation.packages,
                )
                edits += _translated(doc, situation, pen, run)
            else:
                _check_manager(script, situation.candidate.package_manager)
        except Refused as refused:
            blocking = stage.index in situation.built and instruction.onbuild is None
            refusals.append(_refusal(pen, instruction, refused, blocking=blocking))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _foreign_manager(situation: Situation) -> str:
    """Return which breakage it is that the base has another package manager than the file."""
    return "E02" if situation.candidate.package_manager is PackageManager.APT else "E01"


def _refusal(pen: Pen, instruction: Instruction, refused: Refused, *, blocking: bool) -> Refusal:
    unknown = refused.unresolved
    hint = f"Say what Alpine calls it: --package {unknown[0]}=NAME." if unknown else ""
    hint = hint or refused.hint or _HINT
    breakage = "E06" if unknown else refused.breakage
    refusal = pen.refuse(instruction, str(refused), hint, blocking=blocking, breakage=breakage)
    return msgspec.structs.replace(refusal, unresolved=unknown)


def _translated(doc: Dockerfile, situation: Situation, pen: Pen, run: Run) -> list[Edit]:
    """Return the edits of a RUN, which hold what they promise. Raises Refused."""
    translation = Translation(doc, pen, run, _names(doc, situation, run.instruction))
    edits = translation.edits()
    if not proof.holds(doc, run.instruction, edits, translation):
        raise Refused("Its translation could not be made for certain.")
    return edits


def _names(doc: Dockerfile, situation: Situation, instruction: Instruction) -> Names:
    """Return the names as the shell of an instruction reads them; only bash knows braces."""
    shell = doc.shell(instruction)
    return Names(situation.packages, bash=bool(shell) and shell[0].rpartition("/")[2] == "bash")


def _sudo(
    doc: Dockerfile, situation: Situation, stage: Stage, instruction: Instruction
) -> str | None:
    """Return what stands before apk in place of sudo before apt; None where there is no sudo."""
    users = _users(doc, stage)
    above = bisect_left(users, instruction.span.start, key=lambda one: one[0])
    if (users[above - 1][1] if above else situation.candidate.user) in _SUPERUSER:
        return ""
    return "sudo " if "sudo" in installed(doc, situation) else None


def _users(doc: Dockerfile, stage: Stage) -> tuple[tuple[int, str], ...]:
    """Return where each USER over the chain of a stage stands, and whom it names."""
    known: dict[int, tuple[tuple[int, str], ...]] = doc.memory.setdefault("users", {})
    if stage.index not in known:
        known[stage.index] = tuple(
            (one.span.start, one.args.text.partition(":")[0].strip())
            for part in doc.chain(stage)
            for one in part.instructions
            if one.keyword == "USER"
        )
    return known[stage.index]


def _exec_forms(situation: Situation, pen: Pen) -> Iterator[Refusal]:
    for stage, instruction in situation.instructions("RUN"):
        words = (instruction.onbuild or instruction).json or ()
        program = words[0].text.rpartition("/")[2] if words else ""
        hidden = situation.alpine and any(debian.mentions(word.text) for word in words)
        if hidden or _foreign(program, situation.candidate.package_manager):
            what = "What it calls" if hidden and program not in _MANAGERS else program
            reason = f"{what} is not there, and the exec form of RUN is left as it is."
            blocking = stage.index in situation.built and instruction.onbuild is None
            yield pen.refuse(instruction, reason, _HINT, blocking=blocking)


def _foreign(program: str, manager: PackageManager) -> bool:
    return program in _MANAGERS and _MANAGERS[program] is not manager


def _check_manager(script: Script, manager: PackageManager) -> None:
    for command in script.commands:
        if _foreign(command.program, manager):
            raise Refused(f"The new base has no {command.program}.")


def _installed(doc: Dockerfile, situation: Situation, before: int) -> dict[str, tuple[str, ...]]:
    """Map each package that apt installs above the offset `before` to Alpine's names.

    Unknown ones have none.
    """
    found: dict[str, tuple[str, ...]] = {}
    for _, instruction, script in runs(doc, situation):
        names = _names(doc, situation, instruction)
        for command in script.commands:
            call = apt.read(command) if apt.program(command) in apt.PROGRAMS else None
            if call is None or call.action != "install" or command.words[0].span.start > before:
                continue
            for word in (call.command.words[at] for at in call.packages):
                try:
                    found.update(lists.names(script, word, names))
                except Refused:
                    continue
    return found


@found_once
def installed(doc: Dockerfile, situation: Situation) -> frozenset[str]:
    """Return the names of the packages that the affected stages install by apt or apk."""
    names: set[str] = set()
    for _, _, script in runs(doc, situation):
        for command in script.commands:
            program = apt.program(command)
            if program not in _INSTALLING:
                continue
            texts = [word.text or "" for word in command.words]
            if ("add" if program == "apk" else "install") in texts:
                names.update(text.partition("=")[0] for text in texts[1:])
    return frozenset(names)
