"""Compilers for the RUN that needs them, gone again at its end."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Script, Span
from stepdown.model.image import PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.remedy.change import Change
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.situation import Situation, runs

_INSTALLERS = frozenset(
    ("pip", "pip3", "npm", "yarn", "pnpm", "gem", "bundle", "poetry", "uv", "pipenv", "pecl")
)


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Install them before the dependencies in the same RUN, and remove them behind."""
    before, behind = _around(situation.candidate.package_manager, remedy)
    for stage, instruction, script in runs(doc, situation):
        called = {call.program for call in of_instruction(doc, stage, instruction)}
        root = _user(situation, stage.instructions, instruction) in ROOT
        if before and root and called & _INSTALLERS and _plain(instruction, script):
            start = script.span(script.units[0].start, script.units[0].end).start
            end = script.span(script.units[-1].start, script.units[-1].end).end
            if before not in instruction.logical:
                yield Change(span=Span(start, start), text=f"{before} && ")
                yield Change(span=Span(end, end), text=f" && {behind}")


def _around(manager: PackageManager, remedy: Remedy) -> tuple[str, str]:
    """Return what installs the packages and what removes them, nothing where none are known."""
    if manager is PackageManager.APK and remedy.apk:
        names = " ".join(remedy.apk)
        virtual = ".build-deps"
        return f"apk add --no-cache --virtual {virtual} {names}", f"apk del --no-network {virtual}"
    if manager is PackageManager.APT and remedy.apt:
        names = " ".join(remedy.apt)
        return (
            f"apt-get update && apt-get install -y --no-install-recommends {names}",
            f"apt-get purge -y --auto-remove {names} && rm -rf /var/lib/apt/lists/*",
        )
    return "", ""


def _plain(instruction: Instruction, script: Script) -> bool:
    """Tell whether the script is one chain of `&&`, which stops at the first failure."""
    readable = not (script.has_error or script.foreign or script.mixed or instruction.heredocs)
    joints = {unit.joint for unit in script.units[:-1]}
    managed = any(command.program in ("apk", "apt-get") for command in script.commands)
    return readable and bool(script.units) and joints <= {"&&"} and not managed


def _user(situation: Situation, instructions: tuple[Instruction, ...], before: Instruction) -> str:
    earlier = [one for one in instructions if one.span.end <= before.span.start]
    users = [one.args.text.strip() for one in earlier if one.keyword == "USER"]
    return users[-1] if users else situation.candidate.user
