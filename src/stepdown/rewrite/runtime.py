"""The language runtime of a candidate, and the programs that it does not bring."""

import re

from stepdown.dockerfile import Dockerfile, Instruction, Span, Stage, expand, pairs
from stepdown.model.image import ImageRef
from stepdown.model.plan import Candidate, Edit
from stepdown.rewrite.situation import Pen, Situation, line_end, line_start

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))
RUNTIMES = frozenset(
    ("node", "python", "python3", "java", "ruby", "php", "perl", "dotnet", "deno", "bun", "lua")
)
RUNNERS = frozenset(
    (
        *("npm", "npx", "yarn", "pnpm", "corepack", "pip", "pipenv", "poetry", "uv", "conda"),
        *("bundle", "rake", "rails", "mvn", "gradle", "gradlew", "sbt", "cargo", "go", "make"),
        *("supervisord", "cron", "crond", "service", "systemctl", "apachectl", "apache2ctl"),
        *("env", "su", "sudo", "runuser", "setpriv", "nohup", "time", "timeout", "chroot"),
    )
)
INITS = frozenset(("tini", "dumb-init", "catatonit", "s6-svscan", "gosu", "su-exec"))
_SYSTEM_FOLDERS = frozenset(
    ("", "/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
)


def program(word: str) -> str:
    """Return a program's name without its folders."""
    return word.rpartition("/")[2]


def name(candidate: Candidate) -> str:
    """Return the word that calls the candidate's runtime, empty where it has none."""
    return program(candidate.interpreter)


def version(candidate: Candidate) -> int | None:
    """Return the first number of the tag of a candidate with a runtime, None without one."""
    match = re.match(r"\d+", ImageRef.parse(candidate.image).tag)
    return int(match.group()) if match and candidate.interpreter else None


def is_runtime(candidate: Candidate, word: str) -> bool:
    """Tell whether `word` calls the language runtime that the candidate brings."""
    folder, _, called = word.rpartition("/")
    known = {*candidate.interpreters, name(candidate)} - {""}
    named = any(re.fullmatch(rf"{re.escape(one)}[\d.]*", called) for one in known)
    return bool(called) and (word == candidate.interpreter or (folder in _SYSTEM_FOLDERS and named))


def starts_runtime(candidate: Candidate) -> bool:
    """Tell whether the candidate's own ENTRYPOINT is its runtime."""
    return bool(candidate.entrypoint) and is_runtime(candidate, candidate.entrypoint[0])


def virtual_environment(situation: Situation) -> str:
    """Return the folder of the Python virtual environment that the file uses, if it does."""
    for instruction in situation.shipped("ENV"):
        for pair in pairs(instruction) or ():
            value = expand(pair.value or "", {}, escape=instruction.escape)
            if pair.key == "VIRTUAL_ENV":
                return value
            for folder in value.split(":") if pair.key == "PATH" else ():
                if "venv" in folder or "virtualenv" in folder:
                    return folder.removesuffix("/bin")
    return ""


def missing(situation: Situation, word: str) -> str:
    """Say why `word` cannot be started on a candidate without a shell, or nothing."""
    folder, _, called = word.rpartition("/")
    image = situation.candidate.image
    if called.endswith((".sh", ".bash")) or (called in SHELLS and folder in _SYSTEM_FOLDERS):
        return f"{word} needs a shell, and {image} has none."
    if folder not in _SYSTEM_FOLDERS or copied(situation, called):
        return ""
    if called in RUNNERS | INITS:
        return f"{image} has no {called}."
    if called in RUNTIMES and not is_runtime(situation.candidate, word):
        return f"{image} has no {called}."
    return ""


def copied(situation: Situation, called: str) -> bool:
    """Tell whether a COPY or ADD brings a file of that name."""
    return any(
        program(word.text.rstrip("/")) == called
        for instruction in situation.shipped("COPY", "ADD")
        for word in instruction.operands
    )


def path_edit(doc: Dockerfile, situation: Situation) -> tuple[Edit, ...]:
    """Put the runtime's folder on PATH, where neither the base nor the file does."""
    folder = situation.candidate.interpreter.rpartition("/")[0]
    if situation.candidate.on_path or _on_path(situation, folder):
        return ()
    pen = Pen(text=doc.text, fixer="path")
    reason = (
        f"{name(situation.candidate)} lives in {folder}, which the new base does not have on PATH; "
        "on the old base the line changes nothing."
    )
    span, line = after_from(doc, situation, f"ENV PATH={folder}:$PATH")
    return (pen.edit(span, line, reason),)


def _on_path(situation: Situation, folder: str) -> bool:
    for instruction in situation.shipped("ENV"):
        for pair in pairs(instruction) or ():
            value = expand(pair.value or "", {}, escape=instruction.escape)
            if pair.key == "PATH" and folder in value.split(":"):
                return True
    return False


def after_from(doc: Dockerfile, situation: Situation, line: str) -> tuple[Span, str]:
    """Return where and what to insert, so that `line` stands behind the FROM of the root."""
    return behind_from(doc, situation.root, line)


def behind_from(doc: Dockerfile, stage: Stage, line: str) -> tuple[Span, str]:
    """Return where and what to insert, so that `line` stands behind the FROM of `stage`."""
    at = line_end(doc.text, stage.start.span.end)
    before = "" if doc.text[:at].endswith("\n") else doc.newline
    return Span(at, at), before + _like(doc, stage.start, line) + doc.newline


def before_line(doc: Dockerfile, instruction: Instruction, line: str) -> tuple[Span, str]:
    """Return where and what to insert, so that `line` stands before an instruction."""
    at = line_start(doc.text, instruction.span.start)
    return Span(at, at), _like(doc, instruction, line) + doc.newline


def _like(doc: Dockerfile, instruction: Instruction, line: str) -> str:
    """Write the keyword of `line` in the case of another instruction's."""
    keyword, rest = line.split(" ", 1)
    lower = instruction.keyword_span.of(doc.text).islower()
    return f"{keyword.lower() if lower else keyword} {rest}"
