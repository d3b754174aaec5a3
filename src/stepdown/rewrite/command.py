"""CMD and ENTRYPOINT: started without a shell, and by the runtime that the candidate brings."""

from stepdown.dockerfile import Dockerfile, Instruction, Span
from stepdown.model.image import Value
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import execform, inits, npmscripts, runtime
from stepdown.rewrite.remedy import venv
from stepdown.rewrite.situation import Fixes, Pen, Situation, line_start

# Programs of Python packages that `python -m` starts as well.
_MODULES = frozenset(
    ("gunicorn", "uvicorn", "hypercorn", "flask", "celery", "daphne", "waitress", "streamlit")
)
_SCRIPTS = (".js", ".mjs", ".cjs", ".py", ".pyz", ".jar", ".rb", ".php", ".dll")
_HINT = "Write it in exec form, as a JSON array of one program and its arguments."
_VENV_HINT = "Install with `pip install --target` into a folder that PYTHONPATH names."
_START_HINT = "Start the program itself in exec form, without a script or a runner around it."


class Start(Value, frozen=True, kw_only=True):
    """A CMD or ENTRYPOINT: its words, and those that it should have.

    `words` is None where the shell form could not be read as one command; `reasons` say why
    `wanted` differs from what the file says.
    """

    instruction: Instruction
    words: tuple[str, ...] | None
    wanted: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Make the start of the container fit the candidate."""
    return _Starter(doc, situation).fixes()


class _Starter:
    """Looks at CMD and ENTRYPOINT together, for each means little without the other."""

    def __init__(self, doc: Dockerfile, situation: Situation) -> None:
        self._doc = doc
        self._situation = situation
        self._candidate = situation.candidate
        self._pen = Pen(text=doc.text, fixer="command")
        self._edits: list[Edit] = []
        self._refusals: list[Refusal] = []

    def fixes(self) -> Fixes:
        entrypoint = self._doc.effective(self._situation.ship, "ENTRYPOINT")
        cmd = self._doc.effective(self._situation.ship, "CMD")
        if entrypoint is not None and (entrypoint.json == () or not entrypoint.args.text):
            return self._cleared(cmd)
        first = self._read(entrypoint, beside=cmd) if entrypoint else None
        second = self._read(cmd, beside=entrypoint) if cmd else None
        if first is not None and first.words is not None:
            first = self._entrypoint(first)
        elif first is None and second is not None and second.words:
            second = self._cmd(second)
        elif first is None and second is None:
            self._inherited()
        for start in (first, second):
            if start is not None and start.words is not None:
                self._write(start)
        return Fixes(edits=tuple(self._edits), refusals=tuple(self._refusals))

    def _cleared(self, cmd: Instruction | None) -> Fixes:
        """Handle a file that clears the entrypoint of its base: CMD starts the program itself."""
        start = self._read(cmd, beside=None) if cmd else None
        if start is not None and start.words:
            self._write(self._entrypoint(start))
        return Fixes(edits=tuple(self._edits), refusals=tuple(self._refusals))

    def _refuse(
        self,
        instruction: Instruction,
        reason: str,
        hint: str,
        *,
        blocking: bool,
        breakage: str = "G01",
    ) -> None:
        refusal = self._pen.refuse(instruction, reason, hint, blocking=blocking, breakage=breakage)
        self._refusals.append(refusal)

    def _blocked(
        self, start: Start, reason: str, hint: str = _START_HINT, breakage: str = ""
    ) -> Start:
        """Refuse a start; it stays as it is."""
        why = breakage or _breakage(start.wanted)
        self._refuse(start.instruction, reason, hint, blocking=True, breakage=why)
        return Start(instruction=start.instruction, words=start.words)

    def _read(self, instruction: Instruction, *, beside: Instruction | None) -> Start:
        """Read one of the two; the shell form as the exec form that does the same."""
        json = instruction.json
        if json is not None:
            texts = tuple(word.text for word in json)
            start = Start(instruction=instruction, words=texts, wanted=texts)
            return self._moved_inits(self._unwrapped(start))
        words, problem = execform.words(self._doc, self._situation, instruction)
        problem = problem or self._beside(instruction, beside)
        if problem:
            blocking = not self._candidate.shell
            self._refuse(instruction, problem, _HINT, blocking=blocking)
            return Start(instruction=instruction, words=None)
        reason = "The exec form needs no shell, and signals reach the program itself."
        start = Start(instruction=instruction, words=words, wanted=words, reasons=(reason,))
        return self._moved_inits(self._unwrapped(start))

    def _unwrapped(self, start: Start) -> Start:
        """Start the program behind a script of package.json, where npm is not there."""
        if self._candidate.shell or not npmscripts.wraps(start.wanted):
            return start
        found = npmscripts.unwrapped(start.wanted, self._situation.facts)
        reason = f"The new base has no {start.wanted[0]}; package.json says that it starts this."
        return _changed(start, found, reason) if found else start

    def _moved_inits(self, start: Start) -> Start:
        """Call tini and gosu as the candidate does."""
        wanted = tuple(inits.moved(self._doc, self._situation, word) for word in start.wanted)
        news = [new for new, old in zip(wanted, start.wanted, strict=True) if new != old]
        if not news:
            return start
        return _changed(start, wanted, f"Alpine calls it {' and '.join(news)}.")

    def _beside(self, instruction: Instruction, other: Instruction | None) -> str:
        """Say why the exec form of one would mean something else beside the other."""
        if other is None:
            return self._beside_base(instruction)
        if instruction.keyword == "ENTRYPOINT":
            return "In exec form it would get the words of CMD as arguments."
        words = other.json
        init = words is not None and runtime.program(words[0].text) in runtime.INITS
        return "" if init else "The ENTRYPOINT would get other arguments than today."

    def _beside_base(self, instruction: Instruction) -> str:
        """Say the same of a CMD beside the entrypoint of the candidate."""
        candidate = self._candidate
        # That of the node images runs whatever it gets, a shell or not.
        known = runtime.starts_runtime(candidate) or runtime.name(candidate) == "node"
        if instruction.keyword == "ENTRYPOINT" or not candidate.entrypoint or known:
            return ""
        return "The entrypoint of the base would get other arguments than today."

    def _entrypoint(self, start: Start) -> Start:
        """Let the file's own ENTRYPOINT find the runtime."""
        words = start.wanted
        called = words[0]
        if self._relinked(called):
            return start
        if runtime.is_runtime(self._candidate, called) and self._moved(called):
            start = self._named(start)
            self._edits += runtime.path_edit(self._doc, self._situation)
        elif not self._candidate.shell:
            problem = runtime.missing(self._situation, called)
            if problem:
                return self._blocked(start, problem)
        return start

    def _moved(self, called: str) -> bool:
        """Tell whether the runtime is elsewhere than where `called` looks for it."""
        if self._candidate.shell:
            return False
        return called != self._candidate.interpreter

    def _named(self, start: Start) -> Start:
        """Call the runtime by the name that the candidate has for it."""
        name = runtime.name(self._candidate)
        if start.wanted[0] == name:
            return start
        reason = f"The new base calls its runtime {name}."
        return _changed(start, (name, *start.wanted[1:]), reason)

    def _cmd(self, start: Start) -> Start:
        """Make a CMD without ENTRYPOINT fit the candidate's own ENTRYPOINT."""
        words = start.wanted
        if not runtime.starts_runtime(self._candidate):
            problem = "" if self._candidate.shell else runtime.missing(self._situation, words[0])
            return self._blocked(start, problem) if problem else start
        problem = self._dead_environment(words[0])
        if problem:
            return self._in_environment(start, problem)
        if runtime.is_runtime(self._candidate, words[0]):
            return self._arguments(start, words[1:])
        module = runtime.program(words[0])
        if module in _MODULES and runtime.name(self._candidate).startswith("python"):
            return self._arguments(start, ("-m", module, *words[1:]))
        if words[0].startswith("-") or words[0].endswith(_SCRIPTS):
            return start
        problem = runtime.missing(self._situation, words[0]) or (
            f"The new base starts {self._candidate.entrypoint[0]}, which would take {words[0]} "
            "as its argument."
        )
        return self._blocked(start, problem)

    def _dead_environment(self, called: str) -> str:
        """Say that a virtual environment loses its interpreter, where the file uses one."""
        if not runtime.name(self._candidate).startswith("python") or self._candidate.shell:
            return ""
        folder = runtime.virtual_environment(self._situation)
        if not folder and "venv/bin/" in called:
            folder = called.rpartition("/bin/")[0]
        if not folder:
            return ""
        return (
            f"The virtual environment {folder} links to the Python of the old base, which is not "
            f"at {self._candidate.interpreter}."
        )

    def _arguments(self, start: Start, arguments: tuple[str, ...]) -> Start:
        """Leave the arguments of the runtime to CMD, and the runtime to ENTRYPOINT."""
        entry = self._candidate.entrypoint[0]
        if not arguments:
            return self._blocked(start, "It starts the runtime without a program.")
        if runtime.name(self._candidate) == "node":
            reason = (
                f"The new base starts {entry} by itself; the entrypoint of the old base runs node "
                "too when the first word is no command."
            )
            return _changed(start, arguments, reason)
        self._state_entrypoint(start.instruction)
        reason = "The runtime stands in ENTRYPOINT, which gets these words as arguments."
        return _changed(start, arguments, reason)

    def _state_entrypoint(self, cmd: Instruction) -> None:
        name = runtime.name(self._candidate)
        keyword = "ENTRYPOINT" if cmd.keyword_span.of(self._doc.text).isupper() else "entrypoint"
        at = line_start(self._doc.text, cmd.span.start)
        reason = (
            f"The new base starts {self._candidate.entrypoint[0]} by itself and the old one does "
            "not; an ENTRYPOINT of its own makes the file mean the same on both."
        )
        line = f"{keyword} {execform.array((name,))}{self._doc.newline}"
        self._edits.append(self._pen.edit(Span(at, at), line, reason))
        self._edits += runtime.path_edit(self._doc, self._situation)

    def _relinked(self, called: str) -> bool:
        """Tell whether a program of a virtual environment finds the new base's Python."""
        return bool(self._dead_environment(called)) and venv.relinked(self._doc, self._situation)

    def _in_environment(self, start: Start, problem: str) -> Start:
        """Let CMD name the program of the environment, as on the old base, where that helps."""
        if not self._relinked(start.wanted[0]):
            return self._blocked(start, problem, _VENV_HINT, "H08")
        reason = "The new base starts its own Python; CMD starts that of the environment."
        span, line = runtime.before_line(self._doc, start.instruction, "ENTRYPOINT []")
        self._edits.append(self._pen.edit(span, line, reason))
        return start

    def _inherited(self) -> None:
        """Say that what runs comes from the base, where that changes."""
        if not self._candidate.shell:
            self._refuse(
                self._situation.ship.start,
                "The file has neither CMD nor ENTRYPOINT: what runs comes from the old base.",
                "State ENTRYPOINT and CMD.",
                blocking=False,
            )

    def _write(self, start: Start) -> None:
        if not start.reasons:
            return
        instruction, reason = start.instruction, " ".join(start.reasons)
        command = instruction.command
        json = instruction.json
        shorter = json is not None and tuple(word.text for word in json[1:]) == start.wanted
        if json is None or not (shorter or len(json) == len(start.wanted)):
            span = command.span(0, len(command.text))
            self._edits.append(self._pen.edit(span, execform.array(start.wanted), reason))
        elif len(json) > len(start.wanted):
            span = Span(json[0].span.start, json[1].span.start)
            self._edits.append(self._pen.edit(span, "", reason))
        else:
            for word, new in zip(json, start.wanted, strict=True):
                if word.text != new:
                    quoted = execform.array((new,))[1:-1]
                    self._edits.append(self._pen.edit(word.span, quoted, reason))


def _breakage(words: tuple[str, ...]) -> str:
    """Return what breaks where the first of the words cannot be started as it is."""
    called = runtime.program(words[0]) if words else ""
    if called.endswith((".sh", ".bash")):
        return "A22"
    if called in runtime.INITS:
        return "G08"
    if called in runtime.RUNNERS:
        return "G12"
    return "G01" if called in runtime.SHELLS else "G03"


def _changed(start: Start, wanted: tuple[str, ...], reason: str) -> Start:
    return Start(
        instruction=start.instruction,
        words=start.words,
        wanted=wanted,
        reasons=(*start.reasons, reason),
    )
