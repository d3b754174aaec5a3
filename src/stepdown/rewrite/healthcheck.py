"""HEALTHCHECK: asked by a program that the candidate has."""

import re

from stepdown.dockerfile import Dockerfile, Instruction, Script, Span, Stage
from stepdown.dockerfile.shell import Context
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import execform, missing, probe, runtime
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.probe import Probe
from stepdown.rewrite.situation import Fixes, Pen, Situation

_HINT = (
    "Let the program check itself (a subcommand of its own), or write HEALTHCHECK NONE and leave "
    "the probe to the orchestrator."
)
# In a URL, and as the host that wget and nc get; not in a header.
_LOCALHOST = re.compile(
    r"(?<=//)localhost(?=[:/\s\"']|\Z)|(?<=\s)(?<!Host: )localhost(?=:\d|/|\s+\d)"
)
_BY_BUSYBOX = frozenset(("wget", "nc"))
_PACKAGES = {
    "nc": ("netcat", "netcat-openbsd", "netcat-traditional"),
    "ncat": ("ncat", "nmap-ncat"),
    "netcat": ("netcat", "netcat-openbsd", "netcat-traditional"),
}


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Make the health check work on the candidate."""
    instruction = doc.effective(situation.ship, "HEALTHCHECK")
    if instruction is None or instruction.fields[0].text.upper() == "NONE":
        return Fixes()
    return _Checker(doc, situation, instruction).fixes()


def needs(doc: Dockerfile, situation: Situation) -> tuple[Need, ...]:
    """Return the packages of the tools that only their installation can give the health check."""
    instruction = doc.effective(situation.ship, "HEALTHCHECK")
    if instruction is None or instruction.fields[0].text.upper() == "NONE":
        return ()
    checker = _Checker(doc, situation, instruction)
    checker.fixes()
    return tuple(checker.needs)


class _Checker:
    def __init__(self, doc: Dockerfile, situation: Situation, instruction: Instruction) -> None:
        self._doc = doc
        self._situation = situation
        self._candidate = situation.candidate
        self._instruction = instruction
        self._pen = Pen(text=doc.text, fixer="healthcheck", breakage="G05")
        self.needs: list[Need] = []

    def fixes(self) -> Fixes:
        words, problem = self._words()
        tool = runtime.program(words[0]) if words else ""
        if tool in probe.TOOLS:
            return self._keep(tool) if self._has(tool) else self._replace(words)
        if self._candidate.shell:
            return self._missing_inside(problem)
        if problem:
            return self._refuse(problem, blocking=True)
        return self._without_shell(words)

    def _words(self) -> tuple[tuple[str, ...], str]:
        """Return the words of the one command that decides, or else why there is none."""
        json = self._instruction.json
        if json is not None:
            return tuple(word.text for word in json), ""
        script = self._doc.script(self._instruction)
        decisive = _before_exit(script)
        if decisive:
            return decisive, ""
        return execform.words(self._doc, self._situation, self._instruction)

    def _has(self, tool: str) -> bool:
        """Tell whether the candidate or the file brings the tool."""
        if not self._candidate.shell:
            return runtime.copied(self._situation, tool)
        names = set(_PACKAGES.get(tool, (tool,)))
        busybox = self._situation.alpine and tool in _BY_BUSYBOX
        return (
            busybox
            or bool(names & installed(self._doc, self._situation))
            or runtime.copied(self._situation, tool)
            or tool in self._added()
        )

    def _added(self) -> set[str]:
        """Return the tools that the file's other instructions make the rewriter install."""
        wanted = {
            name for one in missing.find(self._doc, self._situation).needs for name in one.packages
        }
        tools = probe.TOOLS if wanted else ()
        return {one for one in tools if wanted & set(missing.package(self._situation, one))}

    def _install(self, tool: str) -> bool:
        """Ask for the package of a tool that the old base has; tell whether there is one."""
        names = missing.package(self._situation, tool)
        if not names:
            return False
        stage = self._stage()
        why = f"The health check calls {tool}, which {self._candidate.image} lacks."
        self.needs.append(
            Need(stage=stage, at=self._instruction.span.start, packages=names, reason=why)
        )
        return True

    def _keep(self, tool: str) -> Fixes:
        """Keep the command; BusyBox would try localhost as ::1 alone."""
        if not self._situation.alpine or tool not in _BY_BUSYBOX:
            return Fixes()
        command = self._instruction.command
        reason = "On Alpine localhost is ::1 first, where the server may not listen."
        edits = [
            self._pen.edit(command.span(*match.span()), "127.0.0.1", reason)
            for match in _LOCALHOST.finditer(command.text)
        ]
        return Fixes(edits=tuple(edits))

    def _replace(self, words: tuple[str, ...]) -> Fixes:
        """Ask with the runtime what the missing tool asked."""
        tool = runtime.program(words[0])
        asked = probe.read(words)
        name = runtime.name(self._candidate)
        version = runtime.version(self._candidate)
        arguments = probe.arguments(name, asked, version) if asked else ()
        if arguments:
            reason = f"The new base has no {tool}; {name} asks the same, without a shell."
            edits = (self._exec((name, *arguments), reason), *self._path())
            return Fixes(edits=edits)
        if asked and self._situation.alpine and asked.scheme != "tcp":
            return Fixes(edits=(self._wget(tool, asked),))
        if self._candidate.shell and self._install(tool):
            return Fixes()
        reason = f"{self._candidate.image} has no {tool} that the health check could call."
        return self._refuse(reason, blocking=not self._candidate.shell)

    def _wget(self, tool: str, asked: Probe) -> Edit:
        limit = f" -T {asked.seconds}" if asked.seconds else ""
        new = f"wget -q{limit} -O /dev/null {asked.url} || exit 1"
        span = self._span()
        return self._pen.edit(span, new, f"Alpine has no {tool}; BusyBox brings this wget.")

    def _missing_inside(self, problem: str) -> Fixes:
        """Look at the tools inside of a longer command of the shell."""
        found = of_instruction(self._doc, self._stage(), self._instruction)
        called = sorted({call.program for call in found} & probe.TOOLS)
        gone = [tool for tool in called if not self._has(tool) and not self._install(tool)]
        if gone:
            reason = f"{self._candidate.image} has no {gone[0]}. {problem}".rstrip()
            return self._refuse(reason, blocking=False)
        return self._keep(next((tool for tool in called if tool in _BY_BUSYBOX), ""))

    def _stage(self) -> Stage:
        return next(s for s in self._situation.chain if self._instruction in s.instructions)

    def _without_shell(self, words: tuple[str, ...]) -> Fixes:
        """Call a program in exec form that is neither curl nor the like."""
        if runtime.is_runtime(self._candidate, words[0]):
            name = runtime.name(self._candidate)
            path: tuple[Edit, ...] = self._path()
            words = (name, *words[1:])
        else:
            path = ()
            problem = runtime.missing(self._situation, words[0])
            if problem:
                return self._refuse(problem, blocking=True)
        json = self._instruction.json
        if json is not None and tuple(word.text for word in json) == words:
            return Fixes(edits=path)
        reason = "The new base has no shell, and the exec form needs none."
        return Fixes(edits=(self._exec(words, reason), *path))

    def _path(self) -> tuple[Edit, ...]:
        return runtime.path_edit(self._doc, self._situation)

    def _exec(self, words: tuple[str, ...], reason: str) -> Edit:
        return self._pen.edit(self._span(), execform.array(words), reason)

    def _span(self) -> Span:
        command = self._instruction.command
        return command.span(0, len(command.text))

    def _refuse(self, reason: str, *, blocking: bool) -> Fixes:
        refusal: Refusal = self._pen.refuse(self._instruction, reason, _HINT, blocking=blocking)
        return Fixes(refusals=(refusal,))


def _before_exit(script: Script | None) -> tuple[str, ...]:
    """Return the words of the command in `command || exit 1`, or nothing."""
    if script is None or script.has_error or not _decides(script):
        return ()
    first = script.commands[0]
    quiet = not first.redirected or "/dev/null" in script.source.text[first.start : first.end]
    texts = tuple(word.text or "" for word in first.words)
    fixed = all(word.text is not None for word in first.words)
    return texts if quiet and fixed and not first.assignments else ()


def _decides(script: Script) -> bool:
    """Tell whether the first command alone decides, as before `|| exit 1` or when silenced."""
    match script.commands:
        case (only,):
            return only.redirected and not only.contexts
        case (first, last):
            contexts = (first.contexts, last.contexts)
            return contexts == ((Context.OR,), (Context.OR,)) and last.name in ("exit", "false")
        case _:
            return False
