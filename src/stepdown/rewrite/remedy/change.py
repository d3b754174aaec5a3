"""What a remedy changes in a file, and the places where lines go."""

import re
from collections.abc import Callable, Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Span, Stage, expand
from stepdown.errors import DockerfileError
from stepdown.model.image import Value
from stepdown.model.recipe import Remedy
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.runtime import behind_from
from stepdown.rewrite.situation import Situation, line_end

_ABSOLUTE = re.compile(r"(?<![\w.@+-])/(?:[\w.@+-]+/)*[\w.@+-]+")
_NUMBERS = {"nonroot": "65532", "nobody": "65534", "node": "1000", "www-data": "33"}


class Change(Value, frozen=True, kw_only=True):
    """A span and what takes its place; `safe` is false where this file makes it a choice."""

    span: Span
    text: str
    safe: bool = True


Kind = Callable[[Dockerfile, Situation, Remedy], Iterator[Change]]


def paths(evidence: str) -> tuple[str, ...]:
    """Return the absolute paths that a line names, each once.

    A line of a log is nothing to trust: no path holds more than plain characters, nor leads up.
    """
    found = (match.group().rstrip(".") for match in _ABSOLUTE.finditer(evidence))
    return tuple(dict.fromkeys(path for path in found if ".." not in path.split("/")))


def first(doc: Dockerfile, stage: Stage, lines: list[str]) -> Iterator[Change]:
    """Put the lines that the stage does not have behind its FROM, in their order."""
    for line in lines:
        if not _has(stage, line):
            span, text = behind_from(doc, stage, line)
            yield Change(span=span, text=text)


def last(doc: Dockerfile, stage: Stage, line: str) -> Change:
    """Put `line` behind all instructions of the stage."""
    end = (stage.instructions[-1] if stage.instructions else stage.start).span.end
    at = line_end(doc.text, end)
    before = "" if doc.text[:at].endswith("\n") else doc.newline
    return Change(span=Span(at, at), text=f"{before}{line}{doc.newline}")


def _has(stage: Stage, line: str) -> bool:
    """Tell whether the stage has the line, wherever it copies from."""
    wanted = _words(line.split("\n", maxsplit=1)[0])
    return any(_words(one.logical) == wanted for one in stage.instructions)


def _words(line: str) -> list[str]:
    return [word for word in line.split() if not word.startswith("--from=")]


def earlier(doc: Dockerfile, situation: Situation) -> Iterator[Stage]:
    """Yield the stages on a base of their own that the build needs before the shipped stage."""
    for stage in doc.stages[: situation.ship.index]:
        if stage.index in situation.built and stage not in situation.affected:
            yield stage


def literal(stage: Stage) -> bool:
    """Tell whether the FROM of the stage names an image by itself, without a digest."""
    return stage.parent is None and stage.image.text == stage.base and "@" not in stage.base


def user(doc: Dockerfile, situation: Situation) -> str:
    """Return who runs the application, in numbers as far as that is certain, else nothing."""
    stated = doc.effective(situation.ship, "USER")
    name = stated.args.text.strip() if stated else situation.candidate.user
    uid, _, gid = name.partition(":")
    uid, gid = _NUMBERS.get(uid, uid), _NUMBERS.get(gid, gid)
    if name in ROOT or not uid.isdecimal():
        return ""
    return f"{uid}:{gid if gid.isdecimal() else uid}"


def folders(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Instruction, str]]:
    """Yield each shipped instruction with the WORKDIR in which it stands, empty if unknown."""
    now = situation.candidate.workdir
    for stage in situation.chain:
        for instruction in stage.instructions:
            if instruction.keyword == "WORKDIR":
                now = joined(now, _expanded(doc, situation, instruction.args.text))
            yield instruction, now


def joined(folder: str, path: str) -> str:
    """Return `path` as seen from `folder`, empty where that is not known."""
    plain = path.strip().strip("\"'")
    if "$" in plain or not plain:
        return ""
    if plain.startswith("/"):
        return plain.rstrip("/") or "/"
    steps = [step for step in plain.split("/") if step not in ("", ".")]
    if not folder or ".." in steps:
        return ""
    return "/".join((folder.rstrip("/"), *steps)) or "/"


def _expanded(doc: Dockerfile, situation: Situation, text: str) -> str:
    try:
        return expand(text.strip(), doc.variables(situation.ship), escape=doc.escape)
    except DockerfileError:
        return text
