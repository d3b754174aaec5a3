"""Node's packages for development stay behind, where the lock file says which they are.

One more stage stands on the one that builds and takes them out, and what ships is copied from
there. They stay in wherever the checks or the program may need one: a test that fails for want of
its runner would cost a base that works.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import normpath

from stepdown.dockerfile import Dockerfile, Instruction, expand, pairs
from stepdown.errors import DockerfileError
from stepdown.model.facts import Development
from stepdown.model.image import Value
from stepdown.model.plan import Refusal, Rewrite
from stepdown.model.recipe import RemedyKind
from stepdown.rewrite.calls import Call, of_instruction
from stepdown.rewrite.parcels import Parcels, under
from stepdown.rewrite.situation import Pen, Situation

FIXER = "production"
STAGE = "production"
# They only take away: what scripts would make was made before, and nobody has to be asked.
PRUNE = "npm prune --omit=dev --ignore-scripts --no-audit"
_PRUNES = {
    "npm": PRUNE,
    "pnpm": "pnpm prune --prod --ignore-scripts",
    "yarn": "yarn install --production --frozen-lockfile --ignore-scripts --non-interactive",
}
_LOCKED_BY = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn"}
_VERBS = frozenset(("run", "run-script", "start", "test", "t"))
_BEHIND = frozenset(("run", "run-script"))
_CLEAN = frozenset(("ci", "clean-install", "install-clean", "ic"))  # they take no packages
_INSTALLS = _CLEAN | {"install", "i", "in", "add"}
_GLOBAL = frozenset(("-g", "--global", "--location=global"))
_VALUED = frozenset(("--prefix", "--filter", "--cwd", "--dir", "-C", "-F"))
_KEPT = ("--legacy-peer-deps", "--force", "--ignore-engines")
_OMITS = re.compile(r"--(?:omit|only|production|prod)\b|^-P$|^--no-dev")
_SET = re.compile(r"\bset\s+(?:omit|only|production)\b")
_MOVED = re.compile(r"\b(?:cd|pushd)\s|--prefix|--workspace|--cwd|--filter|--recursive|\s-[CFrw]\s")
_VARIABLE = re.compile(r"\bnpm_config_(?:omit|only|production)\b", re.IGNORECASE)
_LOCKS = frozenset(
    ("", "package-lock.json", "npm-shrinkwrap.json", "package*.json", "*.json", *_LOCKED_BY)
)
_TOKEN = re.compile(r"[^\s\"'=;&|(){}\[\],<>]+")
_PARTS = re.compile(r"&&|\|\||[;|&\n]")
_ASSIGNMENT = re.compile(r"\w+=\S*")
_RUNNERS = frozenset(("npm", "npx", "yarn", "pnpm"))
_WHOSE = "the lock file does not say which package brings that"
_PLAIN = frozenset(("node", "cd", "true", "echo", *_RUNNERS))


class Install(Value, frozen=True, kw_only=True):
    """The one line that installs the packages; `user` is the USER line that counts for it."""

    call: Call
    folder: str
    user: str


class Production(Value, frozen=True, kw_only=True):
    """What the stage is made of: its lines, why, the line it goes back to, the packages' place."""

    lines: tuple[str, ...]
    reason: str
    line: int
    modules: str

    def holds(self, path: str) -> bool:
        """Tell whether a path that is copied has the packages in it."""
        return under(self.modules, path)


def production(
    doc: Dockerfile, situation: Situation, found: Parcels, old: str
) -> Production | Refusal | None:
    """Return the stage that prunes, or why the packages stay in; None where there are none.

    `old` is the name that the old stage gets.
    """
    known = situation.facts.development
    walk = _Walk(doc, situation)
    install = walk.installs[0] if walk.installs else None
    if known is None or install is None or walk.omitted:
        return None
    modules = f"{install.folder.rstrip('/')}/node_modules"
    if not any(under(modules, one.path) for one in found.parcels):
        return None
    problem = (
        known.unknown or walk.problem(known.lock) or _kept(situation) or _asked(situation, known)
    )
    if problem:
        lines = (f"FROM {old} AS {STAGE}", *walk.stage(install)) if known.packages else ()
        return _stays(
            doc, install, f"{_count(known)} for development may ship as well: {problem}.", lines
        )
    return Production(
        lines=tuple(walk.stage(install)),
        reason=(
            f"{_count(known)} of {known.lock} {'is' if len(known.packages) == 1 else 'are'} for "
            "development, and nothing that was found in the tests, the sources and the start "
            "command asks for one"
        ),
        line=install.call.instruction.line,
        modules=modules,
    )


def prunes(rewrite: Rewrite) -> bool:
    """Tell whether a rewriting takes packages for development out."""
    return any(prune in edit.text for edit in rewrite.edits for prune in _PRUNES.values())


def _count(known: Development) -> str:
    number = len(known.packages)
    return f"{number} package{'' if number == 1 else 's'}" if number else "Packages"


def _stays(doc: Dockerfile, install: Install, reason: str, lines: tuple[str, ...]) -> Refusal:
    """Say that the packages stay in, and with which lines they would not."""
    hint = "To ship without them, install without them in a stage of its own, and copy from there."
    if lines:
        hint = (
            "To ship without them, run the tests in a stage of their own (--test-target) with "
            f"{install.folder} of the old stage, and let the one that ships copy that folder from "
            f"a stage with the lines {', '.join(f'`{line}`' for line in lines)}."
        )
    pen = Pen(text=doc.text, fixer=FIXER)
    return pen.refuse(install.call.instruction, reason, hint, blocking=False)


def _kept(situation: Situation) -> str:
    kept = any(one.kind is RemedyKind.KEEP_DEVELOPMENT for one in situation.remedies)
    return "without them the checks did not pass" if kept else ""


class _Walk:
    """Goes through the stages that ship for what is installed, where, and as which user."""

    def __init__(self, doc: Dockerfile, situation: Situation) -> None:
        self._values, self._escape = doc.variables(situation.ship), doc.escape
        self._folder, self._user, self._mode = "/", "", ""
        self._copied: set[str] = set()
        self.installs: list[Install] = []
        self.omitted = False
        self._doubts: list[str] = []
        for stage in situation.chain:
            for one in stage.instructions:
                match one.keyword:
                    case "WORKDIR":
                        self._folder = self._path(one.args.text.strip().strip("\"'"))
                    case "USER":
                        self._user = one.args.text.strip()
                    case "ENV":
                        self._environment(one)
                    case "COPY" | "ADD":
                        self._copy(one)
                    case "RUN":
                        for call in of_instruction(doc, stage, one):
                            self._call(call)
                    case _:
                        pass

    def problem(self, lock: str) -> str:
        """Say why it is not certain what would be taken out, empty where it is."""
        if self._doubts:
            return self._doubts[0]
        first = self.installs[0]
        line, program = first.call.instruction.line, _LOCKED_BY.get(lock, "npm")
        if other := next((i.call for i in self.installs if i.call.program != program), None):
            return f"line {other.instruction.line} calls {other.program}, and the lock is {lock}"
        if len(self.installs) > 1:
            return f"line {self.installs[1].call.instruction.line} installs packages again"
        if first.folder not in self._copied:
            return f"nothing copies the lock file to {first.folder}, where line {line} installs"
        if "$" in first.folder + first.user:
            return f"where and as whom line {line} installs depends on variables"
        return ""

    def stage(self, install: Install) -> Iterator[str]:
        """Yield the lines of the stage behind its FROM: in the right folder, as the right user."""
        if install.user != self._user:
            yield f"USER {install.user or 'root'}"
        if install.folder != self._folder:
            yield f"WORKDIR {install.folder}"
        kept = [word for word in install.call.words if word in _KEPT]
        yield " ".join((f"RUN {_PRUNES[install.call.program]}", *kept))

    def _path(self, word: str) -> str:
        try:
            word = expand(word, self._values, escape=self._escape)
        except DockerfileError:
            return word
        path = normpath(word if word.startswith("/") else f"{self._folder}/{word}")
        return path.replace("//", "/", 1) if path.startswith("//") else path

    def _environment(self, instruction: Instruction) -> None:
        for pair in pairs(instruction) or ():
            if pair.key == "NODE_ENV":
                self._mode = (pair.value or "").strip("\"'")
            if _VARIABLE.match(pair.key):
                self.omitted = True

    def _copy(self, instruction: Instruction) -> None:
        words = [word.text for word in instruction.operands]
        sources = {normpath(word).removeprefix(".") for word in words[:-1]}
        if words and instruction.flag("from") is None and sources & _LOCKS:
            target = words[-1]
            whole = target.endswith(("/", ".")) or "" in sources
            self._copied.add(self._path(target if whole else target.rpartition("/")[0]))

    def _call(self, call: Call) -> None:
        words = call.words[1:]
        verb = _verb(words)
        text = call.instruction.command.text
        bare = call.program == "yarn" and not verb
        if call.program in _PRUNES and (verb in _INSTALLS or bare):
            if not _GLOBAL & set(words):
                self._doubt(call, verb, words, text)
                self._install(call, text)
        elif call.program in ("npm", "pnpm") and verb in ("prune", "config", "set"):
            self.omitted |= verb == "prune" or bool(_SET.search(text))
        elif call.program in _PRUNES and verb in ("link", "ln"):
            self._doubts.append(f"line {call.instruction.line} calls {call.program} {verb}")

    def _doubt(self, call: Call, verb: str, words: tuple[str, ...], text: str) -> None:
        """Note what makes it uncertain that the lock file says what is installed, and where."""
        line = call.instruction.line
        named = [word for word in words if not word.startswith("-")][1:]
        if not call.sure:
            self._doubts.append(f"line {line} installs only under a condition")
        elif _MOVED.search(text):
            self._doubts.append(f"line {line} installs in another folder than its own")
        elif named and verb not in _CLEAN:
            self._doubts.append(
                f"line {line} installs {named[0]}, or has an option that is unknown"
            )

    def _install(self, call: Call, text: str) -> None:
        mode = re.search(r"\bNODE_ENV=[\"']?(\w+)", text)
        production = (mode[1] if mode else self._mode) == "production"
        omits = any(_OMITS.search(word) for word in call.words[1:]) or _VARIABLE.search(text)
        included = re.search(r"--include[= ]dev\b", text)
        self.omitted |= bool(omits or (production and not included))
        self.installs.append(Install(call=call, folder=self._folder, user=self._user))


def _verb(words: tuple[str, ...]) -> str:
    """Return the command of a package manager, empty where there are only options."""
    plain = (
        word
        for before, word in pairwise(("", *words))
        if not word.startswith("-") and before not in _VALUED
    )
    return next(plain, "")


def _asked(situation: Situation, known: Development) -> str:
    """Say what asks for a package for development, empty where nothing that was found does."""
    facts = situation.facts
    test = facts.test
    for one in known.imports:
        if test is not None or not one.aside:
            return f"{one.place} asks for {one.package}"
    texts = {} if test is None else {f"the test command {test.text!r}": test.text}
    for keyword in ("ENTRYPOINT", "CMD", "HEALTHCHECK", "ENV"):
        for line in situation.shipped(keyword):
            texts[f"line {line.line}"] = line.command.text
    scripts = dict(facts.scripts)
    for where, text in texts.items():
        if name := _named(text, scripts, known):
            return f"{where} calls {name}"
    odd = "" if test is None else _odd(test.text, scripts)
    if odd:
        return f"what {odd} of the tests needs is not known"
    if known.lock not in _LOCKED_BY:
        return ""
    return next(
        (found for where, text in texts.items() if (found := _run(where, text, scripts))), ""
    )


def _run(where: str, text: str, scripts: dict[str, str]) -> str:
    """Say which program of some package is called; these lock files do not tell whose it is."""
    followed = _scripts(text, scripts)
    for one in (text, *followed):
        words = [word for word in _TOKEN.findall(one) if not word.startswith("-")]
        for before, word in pairwise(("", *words)):
            called = before in (*_RUNNERS, *_BEHIND) and word not in (*scripts, *_VERBS)
            if called or "node_modules/.bin" in word:
                return f"{where} calls {word}, and {_WHOSE}"
    odd = next(filter(None, (_odd(one, {}) for one in followed)), "")
    return f"{where} calls {odd}, and {_WHOSE}" if odd else ""


def _named(text: str, scripts: dict[str, str], known: Development) -> str:
    """Return the package or program for development that a command line names."""
    names = {*known.packages, *known.programs}
    for one in (text, *_scripts(text, scripts)):
        for token in _TOKEN.findall(one):
            parts = token.rpartition("node_modules/")[2].split("/")
            package = "/".join(parts[: 2 if parts[0].startswith("@") else 1])
            found = next((name for name in (package, parts[-1]) if name in names), "")
            if found:
                return found
    return ""


def _scripts(text: str, scripts: dict[str, str]) -> tuple[str, ...]:
    """Return the scripts of package.json that a command line leads to."""
    found: dict[str, str] = {}
    todo = [text]
    while todo:
        tokens = set(_TOKEN.findall(todo.pop()))
        for name, script in scripts.items() if tokens & _RUNNERS else ():
            names = {name, name.removeprefix("pre"), name.removeprefix("post")}
            if names & tokens and name not in found:
                found[name] = script
                todo.append(script)
    return tuple(found.values())


def _odd(text: str, scripts: dict[str, str]) -> str:
    """Return the first program that is neither Node nor leads to a script, empty for none."""
    for one in (text, *_scripts(text, scripts)):
        for part in _PARTS.split(one):
            words = [word for word in part.split() if not _ASSIGNMENT.fullmatch(word)]
            if words and words[0].rpartition("/")[2] not in _PLAIN:
                return words[0]
    return ""
