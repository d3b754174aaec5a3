"""The translation of one RUN from apt to apk, word by word."""

from collections.abc import Callable, Iterable, Mapping

from stepdown.dockerfile import Command, Dockerfile, Instruction, Script, Span
from stepdown.model.image import Value
from stepdown.model.plan import Edit
from stepdown.model.recipe import PackageName
from stepdown.rewrite import alternatives, apt, debian, lists, locales, mounts
from stepdown.rewrite.apt import AptCall
from stepdown.rewrite.names import Names, Refused
from stepdown.rewrite.removal import Scissors, series, whole
from stepdown.rewrite.situation import Pen

_NEEDLESS = frozenset(("update", "clean", "autoclean", "auto-clean", "distclean", "dist-clean"))
_REMOVING = frozenset(("remove", "purge", "autopurge", "autoremove", "auto-remove"))
_UPGRADING = frozenset(("upgrade", "dist-upgrade", "full-upgrade"))
_VIRTUAL = ".build-deps"
_ALONG = "apk also removes what these packages brought along"
_LISTS = "apk keeps no lists"
_LOCALES = "musl has UTF-8 and English built in"


class Run(Value, frozen=True, kw_only=True):
    """A RUN with its script.

    `sudo` is what to write before apk where apt stood behind sudo: nothing for the superuser, None
    where the new base has no sudo. `installing` maps the packages that the file installs above an
    offset to Alpine's names; `rows` is the table of all names.
    """

    instruction: Instruction
    script: Script
    sudo: str | None
    installing: Callable[[int], Mapping[str, tuple[str, ...]]]
    rows: Mapping[str, PackageName]


class Translation:
    """Collects the edits of one RUN.

    Afterwards `packages` holds the package words that apk got.
    """

    def __init__(self, doc: Dockerfile, pen: Pen, run: Run, names: Names) -> None:
        self._text = doc.text
        self._pen = pen
        self._run = run
        self._script = run.script
        self._names = names
        self._scissors = Scissors(doc.text, run.instruction.onbuild or run.instruction, run.script)
        self._edits: list[Edit] = []
        self._options = mounts.options(run.instruction)
        self._gone: dict[int, str] = {}
        self._dropped: dict[int, set[int]] = {}
        self._replaced: dict[int, tuple[str, ...]] = {}
        self.packages: list[str] = []

    def edits(self) -> list[Edit]:
        """Return the edits. Raises Refused, with the reason, where one command is not clear."""
        for problem, hint in debian.problems(self._script):
            # Without the rules of a country it would sort and write dates otherwise.
            breakage = "B05" if hint == debian.HINT_LOCALES else ""
            raise Refused(problem, hint=hint, breakage=breakage)
        calls = self._calls()
        virtual = _virtual(calls.values())
        for number, unit in enumerate(self._script.units):
            if number in calls:
                self._translate(number, calls[number], virtual=virtual)
            elif unit.command is not None:
                self._clean_up(number, unit.command)
        self._link()
        self._names.check()
        return self._finish()

    def kept(self) -> list[tuple[str, ...]]:
        """Return the words of the other commands that stay, without those that were taken out."""
        gone = {self._script.units[number].start for number in self._gone}
        return [
            self._replaced.get(command.start)
            or tuple(
                word.raw
                for at, word in enumerate(command.words)
                if at not in self._dropped.get(command.start, ())
            )
            for command in self._script.commands
            if apt.program(command) not in (*apt.PROGRAMS, "apk") and command.start not in gone
        ]

    def _calls(self) -> dict[int, AptCall]:
        found = {}
        for number, unit in enumerate(self._script.units):
            command = unit.command
            if command is None or apt.program(command) not in apt.PROGRAMS:
                continue
            call = apt.read(command)
            if call.problem:
                raise Refused(f"{call.problem}.")
            if call.first and self._run.sudo is None:
                raise Refused("apt is called through sudo, which the new base does not have.")
            found[number] = call
        return found

    def _translate(self, number: int, call: AptCall, *, virtual: bool) -> None:
        match call.action:
            case action if action in _REMOVING and call.packages and virtual:
                self._replace_head(call, f"apk del --no-network {_VIRTUAL}", {}, [_ALONG])
            case action if action in _REMOVING and call.packages:
                self._remove(number, call)
            case action if action in _NEEDLESS or action in _REMOVING:
                self._gone[number] = _LISTS
            case action if action in _UPGRADING:
                self._replace_head(call, f"apk upgrade {self._options}", {})
            case "install":
                head = f"apk add {self._options}"
                self._install(number, call, f"{head} --virtual {_VIRTUAL}" if virtual else head)
            case action:
                raise Refused(f"apk has nothing like {f'apt-get {action}'.strip()}.")

    def _install(self, number: int, call: AptCall, head: str) -> None:
        notes: list[str] = []
        names = self._named(call, notes)
        if any(names.values()):
            self._replace_head(call, head, names, notes)
            self.packages += [name for found in names.values() for name in found]
        else:
            self._gone[number] = _LISTS

    def _remove(self, number: int, call: AptCall) -> None:
        """Translate the removal of some of the packages that the file installs."""
        installed = dict(self._run.installing(call.command.words[0].span.start))
        gone: set[str] = set()
        for word in (call.command.words[at] for at in call.packages):
            for name in lists.names(self._script, word, self._names):
                if name not in installed:
                    raise Refused(f"It removes {name}, which the file does not install by name.")
                gone.update(installed.pop(name))
        names = self._named(call, [])
        shared = gone & {name for found in installed.values() for name in found}
        if shared:
            raise Refused(f"It removes a part of what is {min(shared)} on Alpine.")
        if any(names.values()):
            self._replace_head(call, "apk del --no-network", names, [_ALONG])
            self.packages += [name for found in names.values() for name in found]
        else:
            self._gone[number] = _LISTS

    def _named(self, call: AptCall, notes: list[str]) -> dict[int, tuple[str, ...]]:
        """Return Alpine's names for each package word, every name once; translate variables."""
        names: dict[int, tuple[str, ...]] = {}
        known: set[str] = set()
        for at in call.packages:
            word = call.command.words[at]
            variable = lists.variable(word)
            if variable:
                edits = lists.translate(self._script, variable, self._names, self._pen)
                self._edits += [edit for edit in edits if edit not in self._edits]
                found: tuple[str, ...] = (word.raw,)
            else:
                found = self._names.of(word, notes)
            names[at] = tuple(name for name in found if name not in known)
            known.update(found)
        return names

    def _replace_head(
        self,
        call: AptCall,
        head: str,
        names: Mapping[int, tuple[str, ...]],
        notes: Iterable[str] = (),
    ) -> None:
        """Write `head` for name and options, and for each word its names; others go."""
        command = call.command
        words = command.words
        start = (command.assignments or words)[0].start
        span = self._script.span(start, words[call.first].end)
        reason = "; ".join(["The new base has apk in place of apt", *notes])
        head = f"{self._run.sudo or ''}{head}" if call.first else head
        self._edits.append(self._pen.edit(span, head, f"{reason}."))
        kept = {at for at, found in names.items() if found}
        drop = set(range(call.first + 1, len(words))) - kept
        self._cut(command, drop, " ".join(words[at].raw for at in sorted(drop)), "is for apt alone")
        for at in sorted(kept):
            new = " ".join(names[at])
            if new != words[at].raw:
                reason = f"Alpine's name for {words[at].raw} is {new}."
                self._edits.append(self._pen.edit(words[at].span, new, reason))

    def _cut(self, command: Command, drop: set[int], said: str, reason: str) -> None:
        """Take words out; a redirection between them must not go with them."""
        words = command.words
        for at in drop:
            between = self._script.source.text[words[at - 1].end : words[at].start]
            if between.strip(" \t\n\r\\"):
                raise Refused("A redirection stands among the words of apt.")
        self._dropped[command.start] = drop
        for cut, new in self._scissors.words([(word.start, word.end) for word in words], drop):
            self._edits.append(self._pen.edit(cut, new, f"`{said}` {reason}."))

    def _link(self) -> None:
        """Make the links by hand that update-alternatives would make."""
        for command in self._script.commands:
            if apt.program(command) != alternatives.PROGRAM:
                continue
            span, first = self._whole(command), apt.behind_sudo(command)
            rows = map(self._run.rows.get, self._run.installing(span.start))
            link = alternatives.read(command, self._text, [one for one in rows if one is not None])
            if first and self._run.sudo is None:
                raise Refused("It is called through sudo, which the new base does not have.")
            new = f"{self._run.sudo if first else ''}ln -sf {link.target} {link.path}"
            reason = f"Alpine has no {alternatives.PROGRAM}; this makes the same link."
            self._replaced[command.start] = tuple(new.split())
            self._edits.append(self._pen.edit(span, new, reason))

    def _whole(self, command: Command) -> Span:
        """Return the place of all words; nothing else may stand among them."""
        words, text = command.words, self._script.source.text
        span = self._script.span(words[0].start, words[-1].end)
        alone = text[words[0].start : words[-1].end].replace("\\\n", " ").split() == [
            part for word in words for part in word.raw.split()
        ]
        if not alone or any(span.covers(one) for one in self._run.instruction.skipped):
            raise Refused(f"More than words stands among those of {command.program}.")
        return span

    def _clean_up(self, number: int, command: Command) -> None:
        drop = set(debian.leftovers(command))
        operands = {at for at, word in enumerate(command.words) if not word.raw.startswith("-")}
        all_of_it = bool(drop) and operands - set(range(apt.behind_sudo(command) + 1)) == drop
        if locales.needless(command, self._script):
            self._gone[number] = _LOCALES
        elif all_of_it or debian.sets_apt(command, self._script):
            self._gone[number] = _LISTS
        elif drop:
            said = " ".join(command.words[at].raw for at in sorted(drop))
            self._cut(command, drop, said, "is not there on Alpine")

    def _finish(self) -> list[Edit]:
        if self._gone and len(self._gone) == len(self._script.units):
            reason = f"{self._why(self._gone)}, so that nothing is left to do here."
            return [self._pen.edit(whole(self._text, self._run.instruction), "", reason)]
        for first, last in series(set(self._gone)):
            numbers = range(first, last + 1)
            steps = " and ".join(dict.fromkeys(map(self._step, numbers)))
            for cut, new in self._scissors.units(first, last):
                reason = f"{self._why(numbers)}, so that it needs no {steps}."
                self._edits.append(self._pen.edit(cut, new, reason))
        return [*self._edits, *mounts.translate(self._text, self._run.instruction, self._pen)]

    def _why(self, numbers: Iterable[int]) -> str:
        return " and ".join(dict.fromkeys(self._gone[number] for number in numbers))

    def _step(self, number: int) -> str:
        command = self._script.units[number].command
        others = apt.PROGRAMS | locales.PROGRAMS
        if command is not None and self._gone[number] is _LOCALES and command.program not in others:
            return "settings of locales"
        if command is None or apt.program(command) not in others:
            return "clean-up or settings of apt"
        return f"`{' '.join(word.raw for word in command.words[:2])}`"


def _virtual(calls: Iterable[AptCall]) -> bool:
    """Tell whether the one list that is installed is removed again."""
    found = list(calls)
    installs = [call for call in found if call.action == "install"]
    removals = [call for call in found if call.action in _REMOVING and call.packages]
    if len(installs) != 1 or len(removals) != 1:
        return False
    return listed(installs[0]) == listed(removals[0])


def listed(call: AptCall) -> set[str]:
    """Return the package words of a call, as written."""
    return {call.command.words[at].raw for at in call.packages}
