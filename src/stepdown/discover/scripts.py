"""The scripts with which an image starts: what reads them, and which programs they call."""

import re
from collections.abc import Iterator

from stepdown.discover.uses.words import SHELLS, of_script
from stepdown.discover.walk import Listing, content
from stepdown.dockerfile.document import Dockerfile
from stepdown.dockerfile.stage import Stage
from stepdown.model.plan import Clue, Trait

_LARGEST = 200_000
_MOST = 20  # programs of one script


def clues(listed: Listing, document: Dockerfile, shipped: Stage) -> tuple[Clue, ...]:
    """Return the clues of the scripts that ENTRYPOINT and CMD name and `listed` holds."""
    return tuple(
        clue
        for file in _started(listed, document, shipped)
        for clue in _script(content(listed, file, _LARGEST) or "", file)
    )


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
    words = [word for word in first[2:].split() if not word.startswith("-")]
    names = [word.rpartition("/")[2] for word in words]
    interpreter = next((name for name in names if name != "env"), "")
    yield _clue(Trait.SCRIPT, interpreter, file, 1, f"`{first.strip()}`")
    if interpreter not in SHELLS:
        return
    lines = text.splitlines()
    for program in of_script(text)[:_MOST]:
        line = next((n for n, one in enumerate(lines, start=1) if _names(one, program)), 1)
        yield _clue(Trait.PROGRAM, program, file, line, f"`{lines[line - 1].strip()[:80]}`")


def _names(line: str, program: str) -> bool:
    word = rf"(?<![\w.-]){re.escape(program)}(?![\w-])"
    return not line.lstrip().startswith("#") and re.search(word, line) is not None


def _clue(trait: Trait, subject: str, file: str, line: int, detail: str) -> Clue:
    return Clue(trait=trait, subject=subject, file=file, line=line, detail=detail, language="shell")
