"""What a stage without a shell takes over from the stage that was built before it.

Two sources: the Dockerfile, and where the baseline was built already the files that its
instructions really made (`Facts.carried`). The Dockerfile says where to look, the files what is
there.
"""

import re
from collections.abc import Iterable, Iterator
from posixpath import basename, join, normpath

from stepdown.dockerfile import Dockerfile, Instruction, Stage, expand
from stepdown.errors import DockerfileError
from stepdown.model.facts import Carried, CarriedKind
from stepdown.model.image import Value
from stepdown.rewrite import accounts, runtime
from stepdown.rewrite.calls import Call, of_instruction
from stepdown.rewrite.situation import Situation

# Folders that hold more than the application: the images bring them filled.
SHARED = frozenset(
    (
        *("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/proc"),
        *("/root", "/run", "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib", "/usr/local"),
        *("/usr/local/bin", "/usr/local/etc", "/usr/local/lib", "/usr/local/sbin"),
        *("/usr/local/share", "/usr/sbin", "/usr/share", "/var", "/var/lib", "/go", "/go/bin"),
    )
)
_PASSING = (
    *("/tmp", "/var/tmp", "/var/cache", "/var/lib/apt"),  # noqa: S108  (paths in an image)
    *("/root/.cache", "/root/.npm"),
)
_SYSTEM = frozenset(("/bin", "/usr/bin", "/sbin", "/usr/sbin"))
_WILD = re.compile(r"[*?\[]")
_PIP = re.compile(r"pip[\d.]*")
_INSTALLS = frozenset(("install", "sync"))
_OUTPUTS = frozenset(("go", "gcc", "g++", "cc", "c++", "clang", "clang++", "rustc", "ld"))
# More COPY lines than these are nothing that a person reads.
_MOST = 24


class Parcel(Value, frozen=True, kw_only=True):
    """A file or folder that is copied to the same path; `owner` is for --chown, empty for none."""

    path: str
    reason: str
    owner: str = ""


class Parcels(Value, frozen=True, kw_only=True):
    """What is copied, the folder of Python's packages among it, and what could not be told.

    `open` are pairs of a line and of the path whose contents the Dockerfile does not tell.
    """

    parcels: tuple[Parcel, ...]
    modules: str = ""
    environment: str = ""
    open: tuple[tuple[int, str], ...] = ()


def parcels(doc: Dockerfile, situation: Situation) -> Parcels:
    """Look for what the shipping stage holds besides its base."""
    search = _Search(doc, situation)
    for stage in situation.chain:
        for instruction in stage.instructions:
            search.look(stage, instruction)
    return search.result(situation.facts.carried)


class _Search:
    """Goes through the stages in their order, and knows the working directory."""

    def __init__(self, doc: Dockerfile, situation: Situation) -> None:
        self._doc = doc
        self._situation = situation
        self._values = doc.variables(situation.ship)
        self._folder = "/"
        self._found: dict[str, str] = {}
        # Written by the file itself: a package may own what is overwritten, so that the files that
        # are carried do not tell of it.
        self._certain: set[str] = set()
        self._owners: dict[str, str] = {}
        self._open: list[tuple[int, str]] = []
        self._modules = ""
        self._environment = runtime.virtual_environment(situation)

    def look(self, stage: Stage, instruction: Instruction) -> None:
        """Take one instruction."""
        match instruction.keyword:
            case "WORKDIR":
                self._workdir(instruction)
            case "COPY" | "ADD":
                self._copy(instruction)
            case "RUN":
                self._keep(self._folder, f"the working directory of line {instruction.line}")
                for call in of_instruction(self._doc, stage, instruction):
                    self._call(call)
            case "CMD" | "ENTRYPOINT":
                self._start(instruction)
            case _:
                pass

    def result(self, carried: tuple[Carried, ...] | None) -> Parcels:
        """Return what was found, measured by the files that are really there."""
        roots = {path: why for path, why in self._found.items() if not self._within(path)}
        open_ = tuple(self._open)
        if carried is not None:
            carried = tuple(one for one in carried if self._wanted(one))
            self._owners |= {one.path: one.chown for one in carried}
            roots = {
                path: why
                for path, why in roots.items()
                if path in self._certain or _any_under(path, carried)
            }
            roots |= {one.path: _why(one) for one in carried if not _covered(one.path, roots)}
            open_ = ()
            if len(roots) > _MOST:
                open_ = ((self._situation.ship.line, f"{len(roots)} separate places"),)
        policy = self._situation.policy
        roots |= dict.fromkeys(policy.copies, "asked for with --copy")
        roots = {path: why for path, why in roots.items() if path not in policy.leaves}
        found = tuple(
            Parcel(path=path, reason=why, owner=self._owner(path))
            for path, why in sorted(roots.items())
        )
        return Parcels(
            parcels=found, modules=self._modules, environment=self._environment, open=open_
        )

    def _wanted(self, one: Carried) -> bool:
        # A digest may have been added since the images were looked at.
        image = self._situation.candidate.image.partition("@")[0]
        return one.kind is CarriedKind.MADE or image in {i.partition("@")[0] for i in one.images}

    def _within(self, path: str) -> bool:
        return any(path != other and under(path, other) for other in self._found)

    def _owner(self, path: str) -> str:
        owners = [owner for place, owner in self._owners.items() if under(path, place)]
        return owners[-1] if owners else ""

    def _path(self, word: str) -> str:
        """Return a word as an absolute path, empty where it cannot be told."""
        try:
            text = expand(word, self._values, escape=self._doc.escape)
        except DockerfileError:
            return ""
        if not text or "$" in text:
            return ""
        path = normpath(join(self._folder, text))
        return path.replace("//", "/", 1) if path.startswith("//") else path

    def _workdir(self, instruction: Instruction) -> None:
        path = self._path(instruction.args.text.strip().strip("\"'"))
        self._folder = path or self._folder

    def _keep(self, path: str, reason: str) -> None:
        """Take a path over, unless it is shared with the system or of no use later."""
        if path and path not in SHARED and not any(under(path, one) for one in _PASSING):
            self._found.setdefault(path, reason)

    def _copy(self, instruction: Instruction) -> None:
        words = [word.text for word in instruction.operands]
        if len(words) < len(("source", "destination")) and not instruction.heredocs:
            return
        for path, sure in self._destinations(words, several=len(words) > 2):  # noqa: PLR2004
            if not sure or path in SHARED or not path:
                self._open.append((instruction.line, path or words[-1]))
                continue
            self._keep(path, f"{instruction.keyword} of line {instruction.line} puts it there")
            self._certain.add(path)
            flag = instruction.flag("chown")
            if flag is not None and flag.value:
                self._owners[path] = flag.value

    def _destinations(self, words: list[str], *, several: bool) -> Iterator[tuple[str, bool]]:
        """Yield the paths that a COPY fills, each with whether that is certain."""
        target = self._path(words[-1])
        into = several or words[-1].endswith(("/", ".")) or target == self._folder
        if not into or target not in SHARED:
            yield target, True
            return
        for source in words[:-1]:
            name = basename(source.rstrip("/"))
            file = "." in name.strip(".") and not source.endswith("/") and not _WILD.search(name)
            yield (join(target, name), True) if file else (target, False)

    def _call(self, call: Call) -> None:
        words = call.words
        program = call.program
        if program == "chown" and len(words) > 2:  # noqa: PLR2004  (chown OWNER PATH)
            self._chown(words)
        elif program in accounts.PROGRAMS:
            return
        elif program == "uv" and words[1:2] == ("pip",):
            self._pip(call, words[2:])
        elif _PIP.fullmatch(program):
            self._pip(call, words[1:])
        elif runtime.is_runtime(self._situation.candidate, words[0]) and words[1:2] == ("-m",):
            self._module(call, words[2:])
        elif program in _OUTPUTS:
            self._keep(self._path(_option(words, "-o")), f"line {call.instruction.line} makes it")

    def _chown(self, words: tuple[str, ...]) -> None:
        operands = [word for word in words[1:] if not word.startswith("-")]
        for word in operands[1:]:
            path = self._path(word)
            if path:
                self._owners[path] = operands[0]

    def _module(self, call: Call, words: tuple[str, ...]) -> None:
        if words[:1] == ("pip",):
            self._pip(call, words[1:])
        elif words[:1] in (("venv",), ("virtualenv",)):
            self._environment = self._path(words[-1])

    def _pip(self, call: Call, words: tuple[str, ...]) -> None:
        """Take the folder into which pip installs."""
        if not _INSTALLS & set(words[:1]):
            return
        line = f"line {call.instruction.line} installs Python packages there"
        target = self._path(_option(words, "-t", "--target"))
        if target:
            self._keep(target, line)
            return
        minor = runtime.name(self._situation.candidate).removeprefix("python")
        place = self._environment or "/usr/local"
        if minor and not words_of(words, "--user", "--prefix", "--root"):
            self._modules = f"{place}/lib/python{minor}/site-packages"
            self._keep(self._modules, line)

    def _start(self, instruction: Instruction) -> None:
        """Take the program or the script that the image starts, where it is not the system's."""
        words = [word.text for word in instruction.json or ()]
        candidate = self._situation.candidate
        if words and runtime.is_runtime(candidate, words[0]):
            words = words[1:]
        path = self._path(words[0]) if words and "/" in words[0] else ""
        if path and path.rpartition("/")[0] not in _SYSTEM and not self._in_environment(path):
            self._keep(path, f"{instruction.keyword} of line {instruction.line} starts it")

    def _in_environment(self, path: str) -> bool:
        return bool(self._environment) and under(path, self._environment)


def under(path: str, folder: str) -> bool:
    """Tell whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _covered(path: str, roots: Iterable[str]) -> bool:
    return any(under(path, root) for root in roots)


def _any_under(root: str, carried: Iterable[Carried]) -> bool:
    return any(under(one.path, root) or under(root, one.path) for one in carried)


def _why(one: Carried) -> str:
    if one.kind is CarriedKind.LIBRARY:
        return f"a library of {one.package} that its programs load and the new base lacks"
    if one.kind is CarriedKind.OPENED:
        return f"the checks open {one.opened} of {one.package}, which the new base lacks"
    return "made on top of the old base"


def words_of(words: tuple[str, ...], *options: str) -> bool:
    """Tell whether one of the long options is among the words, with a value or without."""
    return any(word.partition("=")[0] in options for word in words)


def _option(words: tuple[str, ...], *names: str) -> str:
    """Return the value of an option, empty where it is not given."""
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names and (equals or at + 1 < len(words)):
            return value if equals else words[at + 1]
    return ""
