"""Commands that the file uses, that the old base has and the candidate lacks."""

import re
from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import PackageManager, Value
from stepdown.model.plan import Refusal
from stepdown.model.recipe import Toolset
from stepdown.rewrite import accounts, apt, locales, runtime
from stepdown.rewrite.calls import Call, calls
from stepdown.rewrite.needs import Need
from stepdown.rewrite.situation import Pen, Situation

# What other fixers translate or refuse by rules of their own.
_ELSEWHERE = frozenset(("bash", *accounts.SHADOW, *apt.DEBIAN_TOOLS, *locales.PROGRAMS))
_SYSTEM_FOLDERS = frozenset(("", "/bin", "/usr/bin", "/sbin", "/usr/sbin"))
_CERTIFICATES = "ca-certificates"
_FETCHERS = frozenset(("curl", "git", "wget"))
_ZONE = re.compile(r"[A-Z]\w+/\w+")
_HINT = "Use another command, or do this in a build stage that stays on the old base."


class Missing(Value, frozen=True, kw_only=True):
    """What RUN, CMD and ENTRYPOINT call and the candidate lacks; a health check has its own rule.

    `refusals` are about the commands for which the candidate has no package.
    """

    needs: tuple[Need, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def find(doc: Dockerfile, situation: Situation) -> Missing:
    """Look for the commands."""
    search = _Search(doc, situation)
    if situation.candidate.shell and search.gone:
        search.run()
    return Missing(needs=tuple(search.needs), refusals=tuple(search.refusals))


def package(situation: Situation, command: str) -> tuple[str, ...]:
    """Return the candidate's packages with a command that the old base has and it lacks.

    Nothing where the candidate has the command, and where no package is known.
    """
    return _translated(situation, lost(situation).get(command, ""))


def lost(situation: Situation) -> Mapping[str, str]:
    """Return what the old base has and the candidate lacks, as far as is known.

    Commands with the Debian package that has them, and packages without a command by themselves.
    """
    old, new = situation.present, f"{situation.candidate.family}/{situation.candidate.tier}"
    sets = situation.programs.toolsets
    if not {old, new} <= {image for one in sets for image in one.images}:
        return {}
    found = {name: of for one in sets if old in one.images for name, of in _listed(one)}
    kept = {name for one in sets if new in one.images for name, _ in _listed(one)}
    return {name: of for name, of in found.items() if name not in kept}


def _listed(toolset: Toolset) -> Iterator[tuple[str, str]]:
    for name, commands in toolset.commands.items():
        yield from ((command, name) for command in commands)
        yield f"{name} as a package", name


def _translated(situation: Situation, name: str) -> tuple[str, ...]:
    if situation.candidate.package_manager is not PackageManager.APK:
        return (name,) if name else ()
    row = situation.packages.get(name)
    return row.alpine if row else ()


class _Search:
    """Goes through the file in its order, and knows what is installed at each place."""

    def __init__(self, doc: Dockerfile, situation: Situation) -> None:
        self._doc = doc
        self._situation = situation
        self._there: dict[int, set[str]] = {}
        self._copied: set[str] = set()
        self.needs: list[Need] = []
        self.refusals: list[Refusal] = []
        self.gone = lost(situation)

    def run(self) -> None:
        """Look at each call."""
        found = list(calls(self._doc, self._situation, health=False))
        for call in found:
            if call.instruction.keyword == "RUN":
                self._look(call)
        for call in found:
            if call.instruction.keyword in ("CMD", "ENTRYPOINT"):
                self._look(call)
        self._look_for_zone()

    def _installed(self, call: Call) -> set[str]:
        """Return what is installed where the call stands; a stage begins as its parent ends."""
        index, parent = call.stage.index, call.stage.parent
        if index not in self._there:
            self._there[index] = set(self._there.get(-1 if parent is None else parent, ()))
        return self._there[index]

    def _look(self, call: Call) -> None:
        there = self._installed(call)
        program = call.program
        if program in (*apt.PROGRAMS, "apk"):
            there.update(self._brought(call))
        self._copied.update(_places(call))
        folder = call.words[0].rpartition("/")[0]
        if folder in _SYSTEM_FOLDERS and program not in _ELSEWHERE:
            self._look_for_command(call, program, there)
        for other in _helpers(call):
            self._look_for_command(call, other, there)
        if program in _FETCHERS and _is_secure(call.words) and self._without(_CERTIFICATES):
            self._want(call, there, _CERTIFICATES, f"{program} needs certificates for https.")

    def _look_for_command(self, call: Call, program: str, there: set[str]) -> None:
        if program in self._copied or program not in self.gone:
            return
        if runtime.copied(self._situation, program):
            return
        image = self._situation.candidate.image
        why = f"The file calls {program}, which {self._situation.old} has and {image} lacks."
        self._want(call, there, self.gone[program], why)

    def _want(self, call: Call, there: set[str], name: str, why: str) -> None:
        names = _translated(self._situation, name)
        if name in there or (names and set(names) <= there):
            return
        there.update((name, *names))
        for other in self._situation.programs.also.get(name, ()):
            names += () if other in there else _translated(self._situation, other)
        if names:
            self.needs.append(Need(stage=call.stage, at=call.at, packages=names, reason=why))
            return
        pen = Pen(text=self._doc.text, fixer="missing", breakage="D09")
        blocking = call.sure and call.instruction.onbuild is None
        image = self._situation.candidate.image
        reason = f"{image} has no {call.program}, and no package of it is known that has."
        self.refusals.append(pen.refuse(call.instruction, reason, _HINT, blocking=blocking))

    def _brought(self, call: Call) -> set[str]:
        """Return the packages that a call of apt or apk installs."""
        if not {"install", "add"} & set(call.words):
            return set()
        names = {word.partition("=")[0] for word in call.words[1:] if not word.startswith("-")}
        for name, others in self._situation.programs.brings.items():
            if name in names or names & set(_translated(self._situation, name)):
                names.update(others)
        recommended = "--no-install-recommends" not in call.words
        return names | {_CERTIFICATES} if recommended and names & _FETCHERS else names

    def _without(self, name: str) -> bool:
        """Tell whether the candidate lacks a package that has no command."""
        return f"{name} as a package" in self.gone

    def _look_for_zone(self) -> None:
        situation = self._situation
        value = self._doc.variables(situation.ship).get("TZ", "")
        there = self._there.get(situation.ship.index, set())
        names = _translated(situation, "tzdata")
        if not _ZONE.fullmatch(value) or not self._without("tzdata") or "tzdata" in there:
            return
        if not names:
            return
        at = situation.root.start.span.end
        why = f"TZ is {value}, and {situation.candidate.image} has no time zone data."
        self.needs.append(Need(stage=situation.root, at=at, packages=names, reason=why))


def _places(call: Call) -> Iterator[str]:
    """Yield the names of programs that a call may put into a folder of programs."""
    for word in call.words[1:]:
        folder, _, name = word.rpartition("/")
        if folder.endswith("/bin"):
            yield name
    if call.program in ("pip", "pip3", "conda", "npm", "yarn"):
        yield from call.words[1:]


def _helpers(call: Call) -> Iterator[str]:
    """Yield the programs that a call makes use of, though they are not among its words."""
    if call.program == "apt-key":
        yield "gpg"
    if call.program != "tar":
        return
    letters = "".join(word for word in call.words[1:3] if re.fullmatch(r"-?[a-zA-Z]+", word))
    archives = [word for word in call.words if ".tar." in word]
    if "J" in letters or "--xz" in call.words or any(one.endswith(".xz") for one in archives):
        yield "unxz"
    if "j" in letters or "--bzip2" in call.words or any(one.endswith(".bz2") for one in archives):
        yield "bunzip2"


def _is_secure(words: tuple[str, ...]) -> bool:
    """Tell whether a call fetches by https, and looks at the certificate."""
    blind = {"--insecure", "--no-check-certificate"} & set(words)
    blind |= {word for word in words if re.fullmatch(r"-[a-zA-Z]*k[a-zA-Z]*", word)}
    return any("https://" in word for word in words) and not blind
