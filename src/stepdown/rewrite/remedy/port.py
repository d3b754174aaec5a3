"""A port below 1024, which a user other than root may not open everywhere."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, Instruction, Span, pairs
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change
from stepdown.rewrite.situation import Situation

_PORT = re.compile(
    r"binds port (\d{1,3})\b|tcp \S*:(\d{1,3}): bind|permission denied \S*:(\d{1,3})\b"
    r"|\('[\d.:]*', (\d{1,3})\)"
)
_HIGHER = 8000
_END = r"(?=[\s\"'/\],]|$)"


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Move the port up by 8000, where the file tells the application its port."""
    found = _PORT.search(remedy.evidence)
    port = next(filter(None, found.groups()), "") if found else ""
    told = list(_told(doc, situation, port)) if port else []
    if not told:
        return
    exposed = _numbers(doc, situation.shipped("EXPOSE"), rf"(?<=\s){port}(?=[\s/]|$)")
    asked = _numbers(doc, situation.shipped("HEALTHCHECK"), rf"(?<=:){port}{_END}")
    for span in (*told, *exposed, *asked):
        yield Change(span=span, text=str(int(port) + _HIGHER), safe=False)


def _told(doc: Dockerfile, situation: Situation, port: str) -> Iterator[Span]:
    """Yield where a variable or an option that is named after a port has the number."""
    for instruction in situation.shipped("ENV"):
        for pair in pairs(instruction) or ():
            if pair.key.upper().endswith("PORT") and (pair.value or "").strip("\"'") == port:
                at = pair.value_span.start + pair.value_span.of(doc.text).index(port)
                yield Span(at, at + len(port))
    option = (
        rf"(?:(?<=:)|(?<=port=)|(?<=port )|(?<=-p )|(?<=port\", \")|(?<=\"-p\", \")){port}{_END}"
    )
    yield from _numbers(doc, situation.shipped("CMD", "ENTRYPOINT"), option)


def _numbers(
    doc: Dockerfile, instructions: tuple[Instruction, ...], pattern: str
) -> Iterator[Span]:
    for instruction in instructions:
        for match in re.finditer(pattern, instruction.span.of(doc.text)):
            start = instruction.span.start
            yield Span(start + match.start(), start + match.end())
