"""Packages that the file needs on the candidate, and where their installation belongs."""

from collections.abc import Iterable, Iterator

from stepdown.dockerfile import Dockerfile, Instruction, ShellWord, Span, Stage
from stepdown.model.image import PackageManager, Value
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import apt
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.runtime import before_line, behind_from
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

_SOURCES = "/etc/apt"
_HINT = "Copy the files from a build stage, or choose a larger base."


class Need(Value, frozen=True, kw_only=True):
    """Packages, by the names of the candidate's package manager, for `stage`.

    `at` is the place in the file that needs them; a list before it may take them up.
    """

    stage: Stage
    at: int
    packages: tuple[str, ...]
    reason: str


def fix(doc: Dockerfile, situation: Situation, needs: Iterable[Need]) -> Fixes:
    """Install the packages: in a list of the stage that comes early enough, else by a RUN."""
    pen = Pen(text=doc.text, fixer="needs")
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    for stage, wanted in _by_stage(doc, needs):
        problem = _problem(situation)
        if problem:
            refusals.append(pen.refuse(stage.start, problem, _HINT, blocking=True))
            continue
        names = sorted({name for one in wanted for name in one.packages})
        reason = " ".join(dict.fromkeys(one.reason for one in wanted))
        first = min(one.at for one in wanted)
        edits.append(_edit(doc, situation, stage, pen, names=names, reason=reason, first=first))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _problem(situation: Situation) -> str:
    """Say why nothing can be installed on the candidate, or nothing."""
    candidate = situation.candidate
    if candidate.package_manager is PackageManager.NONE:
        return f"{candidate.image} has no package manager that could add what is missing."
    if candidate.package_manager is PackageManager.OTHER:
        return f"Nobody knows what {candidate.image} calls the packages that are missing."
    if candidate.user not in ROOT:
        return f"{candidate.image} runs as {candidate.user}, who may not install packages."
    return ""


def _by_stage(doc: Dockerfile, needs: Iterable[Need]) -> Iterator[tuple[Stage, list[Need]]]:
    """Group by the stage that gets the packages; what an earlier stage gets counts below it too."""
    homes: dict[int, list[Need]] = {}
    for need in sorted(needs, key=lambda one: (one.stage.index, one.at)):
        home = _home(doc, need.stage)
        above = [homes[one.index] for one in doc.chain(home) if one.index in homes]
        there = {name for group in above for one in group for name in one.packages}
        left = tuple(name for name in need.packages if name not in there)
        if left:
            one = Need(stage=home, at=need.at, packages=left, reason=need.reason)
            homes.setdefault(home.index, []).append(one)
    return iter((doc.stages[index], found) for index, found in homes.items())


def _home(doc: Dockerfile, stage: Stage) -> Stage:
    """Return the stage where root may install: this one, unless a stage above it sets a user."""
    for above in doc.chain(stage)[:-1]:
        users = [one for one in above.instructions if one.keyword == "USER"]
        if users and users[-1].args.text.strip() not in ROOT:
            return above
    return stage


def _edit(  # noqa: PLR0913  (what the line says, and where)
    doc: Dockerfile,
    situation: Situation,
    stage: Stage,
    pen: Pen,
    *,
    names: list[str],
    reason: str,
    first: int,
) -> Edit:
    manager = situation.candidate.package_manager
    if manager is PackageManager.APT:
        for instruction, words in _lists(doc, situation, stage):
            if words[-1].span.end < first:
                gap = _gap(doc, instruction, words)
                end = Span(words[-1].span.end, words[-1].span.end)
                return pen.edit(end, "".join(f"{gap}{name}" for name in names), reason)
    line = add_packages(manager, names)
    before = _behind_sources(stage, first)
    if before is None:
        span, line = behind_from(doc, stage, line)
    else:
        span, line = before_line(doc, before, line)
    return pen.edit(span, line, reason)


def _behind_sources(stage: Stage, first: int) -> Instruction | None:
    """Return the instruction that needs the packages, if the ones before it set apt up."""
    for at, instruction in enumerate(stage.instructions):
        if instruction.span.start <= first < instruction.span.end:
            earlier = stage.instructions[:at]
            sets_up = any(_SOURCES in one.logical for one in earlier)
            users = [one.args.text for one in earlier if one.keyword == "USER"]
            return instruction if sets_up and set(users[-1:]) <= ROOT else None
    return None


def _lists(
    doc: Dockerfile, situation: Situation, stage: Stage
) -> Iterator[tuple[Instruction, list[ShellWord]]]:
    """Yield the plain lists of packages that the stage installs with apt."""
    for there, instruction, script in runs(doc, situation):
        if there != stage or instruction.onbuild or script.has_error or script.foreign:
            continue
        for unit in script.units:
            command = unit.command
            if command is None or command.program not in apt.PROGRAMS or command.contexts:
                continue
            call = apt.read(command)
            words = [command.words[at] for at in call.packages]
            fixed = bool(words) and all(apt.package(word) for word in words)
            if call.action == "install" and not call.problem and fixed:
                yield instruction, words


def _gap(doc: Dockerfile, instruction: Instruction, words: list[ShellWord]) -> str:
    """Return what stands before one more word: a line break where the last word has a line."""
    text, start = doc.text, words[-1].span.start
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return " "
    end = "\r\n" if text[line - 2 : line] == "\r\n" else "\n"
    escape = "\\" if instruction.heredocs else instruction.escape
    return f" {escape}{end}{text[line:start]}"


def add_packages(manager: PackageManager, names: list[str]) -> str:
    """Return the RUN line that installs packages and leaves nothing else behind."""
    words = " ".join(names)
    if manager is PackageManager.APK:
        return f"RUN apk add --no-cache {words}"
    return (
        f"RUN apt-get update && apt-get install -y --no-install-recommends {words} "
        "&& rm -rf /var/lib/apt/lists/*"
    )
