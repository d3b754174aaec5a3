"""What `npm start` and its like really start, where the candidate has no npm."""

import re
from collections.abc import Mapping

from stepdown.dockerfile import SourceText, parse
from stepdown.model.facts import Facts
from stepdown.rewrite import execform

_RUNNERS = frozenset(("npm", "yarn", "pnpm"))
_DEPTH = 5  # scripts that only call other scripts
# What npm install makes in node_modules/.bin leads to JavaScript files; pnpm writes shell scripts.
_LINKED = frozenset(("package-lock.json", "npm-shrinkwrap.json", "yarn.lock"))
_PLAIN = re.compile(r"[\w.-]+")


def unwrapped(words: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    """Return the words of the program behind a script of package.json, none where unsure.

    Only one command of fixed words is taken, so that npm's shell and its variables do nothing.
    """
    scripts = dict(facts.scripts)
    for _ in range(_DEPTH):
        name = _script(words)
        if not name:
            break
        words = _words(scripts, name)
    if not words or words[0].rpartition("/")[2] == "node":
        return words
    linked = bool(_LINKED & set(facts.lock_files)) and "pnpm-lock.yaml" not in facts.lock_files
    plain = bool(_PLAIN.fullmatch(words[0]))
    return ("node", f"node_modules/.bin/{words[0]}", *words[1:]) if linked and plain else ()


def wraps(words: tuple[str, ...]) -> bool:
    """Tell whether the words call a script of package.json."""
    return bool(_script(words))


def _script(words: tuple[str, ...]) -> str:
    """Return the name of the script that the words run, empty where they do something else."""
    match words:
        case (runner, "start" as name) if runner in _RUNNERS:
            return name
        case (runner, "run" | "run-script", name) if runner in _RUNNERS:
            return name
        case ("yarn" | "pnpm", name) if _PLAIN.fullmatch(name):
            return name
        case _:
            return ""


def _words(scripts: Mapping[str, str], name: str) -> tuple[str, ...]:
    text = scripts.get(name, "").strip()
    if not text or f"pre{name}" in scripts or f"post{name}" in scripts or "npm_" in text:
        return ()
    words, problem = execform.single(parse(SourceText.join([(0, text)])))
    return () if problem else words
