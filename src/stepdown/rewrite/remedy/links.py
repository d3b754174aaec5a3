"""Links that a base lays where the file wants to put a program of its own."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, folders, joined
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.runtime import before_line
from stepdown.rewrite.situation import Situation

_LINKED = frozenset(("/bin", "/sbin", "/usr/bin", "/usr/sbin"))


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Remove the link before each COPY of one file to such a place, for COPY follows links."""
    candidate = situation.candidate
    if not candidate.shell or candidate.user not in ROOT or situation.shipped("USER"):
        return
    for instruction, folder in folders(doc, situation):
        words = [word.text for word in instruction.operands]
        if instruction.keyword not in ("COPY", "ADD") or len(words) != len(("from", "to")):
            continue
        path = _target(joined(folder, words[1]), words)
        if path.rpartition("/")[0] in _LINKED:
            line = f"RUN rm -f {path}"
            if not any(" ".join(one.logical.split()) == line for one in situation.shipped("RUN")):
                span, text = before_line(doc, instruction, line)
                yield Change(span=span, text=text)


def _target(path: str, words: list[str]) -> str:
    """Return the file that a COPY writes; into a folder it is named like its source."""
    if words[1].endswith("/") or path in _LINKED:
        return f"{path}/{words[0].rstrip('/').rpartition('/')[2]}"
    return path
