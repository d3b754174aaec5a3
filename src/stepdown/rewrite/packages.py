"""Packages: calls of apt become calls of apk, word by word, or are refused as a whole."""

import re
from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Command, Dockerfile, Instruction, Script, ShellWord, Span
from stepdown.dockerfile.stage import mount
from stepdown.model.image import PackageManager
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import apt
from stepdown.rewrite.apt import AptCall
from stepdown.rewrite.removal import Scissors, series, whole
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

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
_HIDDEN_APT = re.compile(r"\b(?:apt-get|aptitude)\b|\bapt (?:-\S+ )*(?:install|update|upgrade)\b")
_REPOSITORY = re.compile(
    r"/etc/apt/|\.deb(?:\Z|[\s?])|//deb\.|nodesource|packagecloud|/usr/share/keyrings/"
    r"|\bdeb (?:\[|http)"
)
_CACHES = ("/var/cache/apt", "/var/lib/apt", "/var/lib/apt/lists", "/var/cache/apt/archives")
_APK_CACHE = "/var/cache/apk"
_NEEDLESS = frozenset(
    (
        *("update", "clean", "autoclean", "auto-clean", "autoremove", "auto-remove"),
        *("distclean", "dist-clean"),
    )
)
_VIRTUAL = ".build-deps"
_HINT = "Translate this RUN by hand, or move it to a build stage that stays on Debian."


class Refused(Exception):  # noqa: N818  (a way out of a translation, not a fault)
    """The RUN cannot be translated; the text says why."""


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Translate or refuse the package commands that the candidate cannot run."""
    pen = Pen(text=doc.text, fixer="packages")
    if not situation.candidate.shell:
        return Fixes()
    edits: list[Edit] = []
    refusals: list[Refusal] = [*_exec_forms(situation, pen)]
    for stage, instruction, script in runs(doc, situation):
        try:
            if situation.alpine and _speaks_debian(script):
                edits += Translation(doc, situation, pen, instruction, script).edits()
            else:
                _check_manager(script, situation.candidate.package_manager)
        except Refused as refused:
            blocking = stage.index in situation.built and instruction.onbuild is None
            refusals.append(pen.refuse(instruction, str(refused), _HINT, blocking=blocking))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _exec_forms(situation: Situation, pen: Pen) -> Iterator[Refusal]:
    for stage, instruction in situation.instructions("RUN"):
        words = (instruction.onbuild or instruction).json
        program = words[0].text.rpartition("/")[2] if words else ""
        if _foreign(program, situation.candidate.package_manager):
            reason = f"{program} is not there, and the exec form of RUN is left as it is."
            blocking = stage.index in situation.built and instruction.onbuild is None
            yield pen.refuse(instruction, reason, _HINT, blocking=blocking)


def _foreign(program: str, manager: PackageManager) -> bool:
    return program in _MANAGERS and _MANAGERS[program] is not manager


def _check_manager(script: Script, manager: PackageManager) -> None:
    for command in script.commands:
        if _foreign(command.program, manager):
            raise Refused(f"The new base has no {command.program}.")


def _speaks_debian(script: Script) -> bool:
    names = {command.program for command in script.commands}
    return (
        bool(names & (apt.PROGRAMS | apt.DEBIAN_TOOLS))
        or bool(_HIDDEN_APT.search(script.source.text))
        or any(_cleans_up(command) for command in script.commands)
    )


def _cleans_up(command: Command) -> list[int]:
    """Return the positions of what `rm` removes of apt's own files."""
    if command.program != "rm" or command.contexts:
        return []
    return [at for at, word in enumerate(command.words) if apt.LEFTOVERS.match(word.raw)]


class Translation:
    """The translation of one RUN, from apt to apk."""

    def __init__(
        self,
        doc: Dockerfile,
        situation: Situation,
        pen: Pen,
        instruction: Instruction,
        script: Script,
    ) -> None:
        self._text = doc.text
        self._situation = situation
        self._pen = pen
        self._instruction = instruction
        self._script = script
        self._scissors = Scissors(doc.text, instruction.onbuild or instruction, script)
        self._edits: list[Edit] = []
        self._gone: set[int] = set()

    def edits(self) -> list[Edit]:
        """Return the edits. Raises Refused, with the reason, where one command is not clear."""
        _check_translatable(self._script)
        calls = self._calls()
        virtual = _virtual(list(calls.values()))
        for number, unit in enumerate(self._script.units):
            if number in calls:
                self._translate(number, calls[number], virtual=virtual)
            elif unit.command is not None and _cleans_up(unit.command):
                self._clean_up(number, unit.command)
        return self._finish()

    def _calls(self) -> dict[int, AptCall]:
        found = {}
        for number, unit in enumerate(self._script.units):
            command = unit.command
            if command is None or command.program not in apt.PROGRAMS:
                continue
            call = apt.read(command)
            if call.problem:
                raise Refused(f"{call.problem}.")
            found[number] = call
        return found

    def _translate(self, number: int, call: AptCall, *, virtual: bool) -> None:
        match call.action:
            case action if action in _NEEDLESS:
                self._gone.add(number)
            case "upgrade" | "dist-upgrade" | "full-upgrade":
                self._replace_head(call.command, "apk upgrade --no-cache", keep=())
            case "install":
                self._install(number, call, virtual=virtual)
            case "remove" | "purge" if not call.packages:
                self._gone.add(number)
            case "remove" | "purge" if virtual:
                self._replace_head(call.command, f"apk del --no-network {_VIRTUAL}", keep=())
            case "remove" | "purge":
                raise Refused("It removes other packages than those that it installs.")
            case action:
                raise Refused(f"apk has nothing like {f'apt-get {action}'.strip()}.")

    def _install(self, number: int, call: AptCall, *, virtual: bool) -> None:
        words = call.command.words
        names: dict[int, tuple[str, ...]] = {}
        notes: list[str] = []
        for at in call.packages:
            if self._variable(words[at]):
                names[at] = (words[at].raw,)
            else:
                names[at] = self._alpine(words[at], notes)
        known: set[str] = set()
        for at, alpine in names.items():
            names[at] = tuple(name for name in alpine if name not in known)
            known.update(alpine)
        kept = tuple(at for at in call.packages if names[at])
        if not kept:
            self._gone.add(number)
            return
        head = f"apk add --no-cache --virtual {_VIRTUAL}" if virtual else "apk add --no-cache"
        self._replace_head(call.command, head, keep=kept, notes=notes)
        for at in kept:
            new = " ".join(names[at])
            if new != words[at].raw:
                reason = f"Alpine's name for {words[at].raw} is {new}."
                self._edits.append(self._pen.edit(words[at].span, new, reason))

    def _alpine(self, word: ShellWord, notes: list[str]) -> tuple[str, ...]:
        found = apt.package(word)
        if found is None:
            raise Refused(f"The package {word.raw} is not a fixed name.")
        name, version = found
        row = self._situation.packages.get(name)
        if row is None:
            raise Refused(f"No Alpine package is known for {name}.")
        if version:
            notes.append(f"the version {version} of {name} is a Debian one and falls away")
        if not row.alpine:
            notes.append(f"{name} is not needed on Alpine")
        return row.alpine

    def _variable(self, word: ShellWord) -> bool:
        """Translate the list in the one assignment of a variable; false for another word."""
        match = re.fullmatch(r"\$\{?(\w+)\}?", word.raw)
        if match is None:
            return False
        found = _assignments(self._script, match.group(1))
        if len(found) != 1:
            raise Refused(f"The value of {word.raw} is not fixed.")
        self._translate_list(found[0], match.group(1))
        return True

    def _translate_list(self, assignment: ShellWord, name: str) -> None:
        value = assignment.raw.partition("=")[2]
        quote = value[:1]
        if quote not in ("'", '"') or value[-1:] != quote or "$" in value or "\\" in value:
            raise Refused(f"The value of {name} is not a fixed list.")
        offset = assignment.end - len(value)
        for match in re.finditer(r"[^\s'\"]+", value):
            start, end = offset + match.start(), offset + match.end()
            span = self._script.span(start, end)
            word = ShellWord(raw=match.group(), text=match.group(), span=span, start=start, end=end)
            new = " ".join(self._alpine(word, []))
            edit = self._pen.edit(span, new, f"Alpine's name for {word.raw} is {new or 'none'}.")
            if new != word.raw and edit not in self._edits:
                self._edits.append(edit)

    def _replace_head(
        self, command: Command, head: str, *, keep: tuple[int, ...], notes: list[str] | None = None
    ) -> None:
        """Write `head` for name and options, and take the words out that are not kept."""
        words = command.words
        start = (command.assignments or words)[0].start
        reason = "; ".join(["The new base has apk in place of apt", *(notes or [])])
        span = self._script.span(start, words[0].end)
        self._edits.append(self._pen.edit(span, head, f"{reason}."))
        drop = set(range(1, len(words))) - set(keep)
        places = [(word.start, word.end) for word in words]
        for cut, new in self._scissors.words(places, drop):
            gone = " ".join(words[at].raw for at in sorted(drop))
            self._edits.append(self._pen.edit(cut, new, f"`{gone}` is for apt alone."))

    def _clean_up(self, number: int, command: Command) -> None:
        drop = set(_cleans_up(command))
        operands = {at for at, word in enumerate(command.words) if not word.raw.startswith("-")}
        if operands - {0} == drop:
            self._gone.add(number)
            return
        places = [(word.start, word.end) for word in command.words]
        for cut, new in self._scissors.words(places, drop):
            self._edits.append(self._pen.edit(cut, new, "Alpine has no files of apt."))

    def _finish(self) -> list[Edit]:
        if self._gone and len(self._gone) == len(self._script.units):
            reason = "apk keeps no lists, so that nothing is left to do here."
            return [self._pen.edit(whole(self._text, self._instruction), "", reason)]
        for first, last in series(self._gone):
            steps = " and ".join(map(self._step, range(first, last + 1)))
            for cut, new in self._scissors.units(first, last):
                self._edits.append(
                    self._pen.edit(cut, new, f"apk keeps no lists, so that it needs no {steps}.")
                )
        return [*self._edits, *self._mounts()]

    def _step(self, number: int) -> str:
        command = self._script.units[number].command
        if command is None or command.program == "rm":
            return "clean-up of them"
        return f"`{' '.join(word.raw for word in command.words[:2])}`"

    def _mounts(self) -> Iterator[Edit]:
        """Turn the cache mounts of apt into one of apk."""
        seen = False
        for flag in (self._instruction.onbuild or self._instruction).flags:
            options = mount(flag.value or "") if flag.name == "mount" else {}
            names = [name for name in ("target", "dst", "destination") if name in options]
            path = options[names[0]].rstrip("/") if names else ""
            if path not in _CACHES:
                continue
            raw = flag.value_span.of(self._text)
            if seen:
                blank = len(self._text[flag.span.end :]) - len(
                    self._text[flag.span.end :].lstrip(" ")
                )
                gone = Span(flag.span.start, flag.span.end + blank)
                yield self._pen.edit(gone, "", "One cache of apk is enough.")
            else:
                new = raw.replace(options[names[0]], _APK_CACHE, 1)
                yield self._pen.edit(flag.value_span, new, "The cache of apk has another place.")
            seen = True


def _check_translatable(script: Script) -> None:
    if script.has_error:
        raise Refused("Its shell code could not be read for certain.")
    if script.foreign or script.mixed:
        raise Refused("It calls apt beside a heredoc.")
    for command in script.commands:
        _check_command(command, script.source.text[command.start : command.end])
    hidden = len(_HIDDEN_APT.findall(script.source.text))
    calls = sum(command.name in ("apt-get", "apt") for command in script.commands)
    if hidden > calls:
        raise Refused("apt is called through another program.")


def _check_command(command: Command, text: str) -> None:
    program = command.program
    if program in apt.DEBIAN_TOOLS:
        raise Refused(f"{program} belongs to Debian alone.")
    if program in apt.PROGRAMS and command.contexts:
        raise Refused(f"apt stands inside of a {_said(command)}.")
    if program not in apt.PROGRAMS and any(word.text in apt.PROGRAMS for word in command.words):
        raise Refused(f"apt is called through {program or 'another program'}.")
    if _REPOSITORY.search(text):
        raise Refused("It sets up a package source of Debian or takes a .deb file.")


def _said(command: Command) -> str:
    return " and a ".join(dict.fromkeys(context.value for context in command.contexts))


def _virtual(calls: list[AptCall]) -> bool:
    """Tell whether the one list that is installed is removed again."""
    installs = [call for call in calls if call.action == "install"]
    purges = [call for call in calls if call.action in ("purge", "remove") and call.packages]
    if len(installs) != 1 or len(purges) != 1:
        return False
    return _listed(installs[0]) == _listed(purges[0])


def _listed(call: AptCall) -> set[str]:
    return {call.command.words[at].raw for at in call.packages}


def _assignments(script: Script, name: str) -> list[ShellWord]:
    units = [unit.command for unit in script.units]
    plain = [one for one in units if one is not None and not one.words]
    return [word for one in plain for word in one.assignments if word.raw.startswith(f"{name}=")]


def installed(doc: Dockerfile, situation: Situation) -> frozenset[str]:
    """Return the names of the packages that the affected stages install by apt or apk."""
    names: set[str] = set()
    for _, _, script in runs(doc, situation):
        for command in script.commands:
            texts = [word.text or "" for word in command.words]
            wanted = "add" if command.program == "apk" else "install"
            if command.program in {"apk", *apt.PROGRAMS} and wanted in texts:
                names.update(text.partition("=")[0] for text in texts[1:])
    return frozenset(names)
