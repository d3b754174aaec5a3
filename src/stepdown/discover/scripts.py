"""Shell scripts: what reads those with which an image starts, and what all of them call."""

import re
from collections.abc import Iterator

from stepdown.discover import literals
from stepdown.discover.uses.words import SHELLS, of_script
from stepdown.discover.walk import Listing, content
from stepdown.dockerfile import SourceText, parse
from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.stage import Stage
from stepdown.model.facts import Clue, Trait

_LARGEST = 200_000
_MOST = 20  # programs of one script
_CALLS = 200  # command lines of one script
_SCRIPTS = 100
_LOCALE = re.compile(r"\b(?:LC_\w+|LANG)=[\"']?(?P<name>[a-z]{2,3}_[A-Z]{2}[\w.@-]*)")
_VARIABLE = re.compile(r"\$\{?(?P<name>[A-Z_][A-Z0-9_]*)\b")


def clues(listed: Listing, document: Dockerfile, shipped: Stage) -> tuple[Clue, ...]:
    """Return the clues of the scripts that ENTRYPOINT and CMD name and `listed` holds.

    Of other scripts only what they call and name is told, for a look whether the image has them.
    """
    started = _started(listed, document, shipped)
    found = [c for file in started for c in _script(content(listed, file, _LARGEST) or "", file)]
    for file in dict.fromkeys((*started, *_others(listed))):
        text = content(listed, file, _LARGEST) or ""
        if _interpreter(text) in SHELLS or (file.endswith(".sh") and not text.startswith("#!")):
            found += _lines(text, file)
    return tuple(found)


def _others(listed: Listing) -> list[str]:
    """Return what may be a script by its name: `backup.sh`, or `backup` in a folder `bin`."""
    last = ((name, name.rpartition("/")[2]) for name in listed.files)
    likely = [name for name, one in last if one.endswith((".sh", ".bash")) or "." not in one]
    return likely[:_SCRIPTS]


def _lines(text: str, file: str) -> Iterator[Clue]:
    """Yield the command lines of a shell script, and what it names."""
    seen: set[str] = set()
    lines = text.splitlines()
    for command in parse(SourceText.join([(0, text)])).commands[:_CALLS]:
        words = " ".join(word.raw for word in command.words)
        if words and words not in seen:
            seen.add(words)
            line = text.count("\n", 0, command.start) + 1
            yield _clue(Trait.CALL, words, file, line, f"`{lines[line - 1].strip()[:80]}`")
    bare = re.sub(r"^\s*#.*", "", text, flags=re.MULTILINE)
    named = [(at, trait, subject) for at, trait, subject in literals.found(bare, quoted=False)]
    named += [(m.start(), Trait.VARIABLE, m["name"]) for m in _VARIABLE.finditer(bare)]
    named += [(m.start(), Trait.LOCALE, m["name"]) for m in _LOCALE.finditer(bare)]
    for at, trait, subject in named:
        line = bare.count("\n", 0, at) + 1
        yield _clue(trait, subject, file, line, f"`{lines[line - 1].strip()[:80]}`")


def _started(listed: Listing, document: Dockerfile, shipped: Stage) -> tuple[str, ...]:
    """Return the files whose name is started; of several with one name the one that fits best."""
    found: dict[str, None] = {}
    for keyword in ("ENTRYPOINT", "CMD"):
        one = document.effective(shipped, keyword)
        words = [w.text for w in one.json or one.fields] if one is not None else []
        for word in words:
            last = word.rpartition("/")[2]
            same = [name for name in listed.files if last and name.rpartition("/")[2] == last]
            same.sort(key=lambda name: not f"/{name}".endswith(f"/{word.lstrip('./')}"))
            found.update(dict.fromkeys(same[:1]))
    return tuple(found)


def _script(text: str, file: str) -> Iterator[Clue]:
    first = text.partition("\n")[0]
    if not first.startswith("#!"):
        return
    interpreter = _interpreter(text)
    yield _clue(Trait.SCRIPT, interpreter, file, 1, f"`{first.strip()}`")
    if interpreter not in SHELLS:
        return
    lines = text.splitlines()
    for program in of_script(text)[:_MOST]:
        line = next((n for n, one in enumerate(lines, start=1) if _names(one, program)), 1)
        yield _clue(Trait.PROGRAM, program, file, line, f"`{lines[line - 1].strip()[:80]}`")


def _interpreter(text: str) -> str:
    """Return the name of what reads a script, by its first line; empty without one."""
    first = text.partition("\n")[0]
    words = [word for word in first[2:].split() if not word.startswith("-")]
    names = [word.rpartition("/")[2] for word in words] if first.startswith("#!") else []
    return next((name for name in names if name != "env"), "")


def _names(line: str, program: str) -> bool:
    word = rf"(?<![\w.-]){re.escape(program)}(?![\w-])"
    return not line.lstrip().startswith("#") and re.search(word, line) is not None


def _clue(trait: Trait, subject: str, file: str, line: int, detail: str) -> Clue:
    return Clue(trait=trait, subject=subject, file=file, line=line, detail=detail, language="shell")
