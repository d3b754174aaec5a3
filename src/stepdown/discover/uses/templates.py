"""Helm's templates, which are no YAML before they are filled in: they are read line by line.

Only commands are looked for, as `exec:` has them in probes and hooks, and only those whose words
hold no template.
"""

import re
import shlex
from collections.abc import Iterator

from stepdown.discover.uses.mention import UNCLEAR, Mention, Sighting
from stepdown.discover.uses.words import of_words
from stepdown.model.facts import Need

_COMMAND = re.compile(r"(?P<indent>\s*)(?:- )?command:\s*(?P<list>\[.*\])?\s*")
_ITEM = re.compile(r"\s*- (?P<value>.*)")
_IMAGE = re.compile(r"\s*(?:- )?image:\s*(?P<name>\S.*)")
_EXEC = re.compile(r"\s*(?:- )?exec:\s*")


def is_template(text: str) -> bool:
    """Tell whether a file is filled in by a template engine."""
    return "{{" in text and "}}" in text


def sightings(text: str) -> Iterator[Sighting]:
    """Yield the programs of the commands; several images in one file leave it open whose."""
    lines = text.splitlines()
    images = {found["name"] for line in lines if (found := _IMAGE.fullmatch(line))}
    mention = Mention.image(next(iter(images), "{{ }}")) if len(images) <= 1 else UNCLEAR
    for number, line in enumerate(lines, start=1):
        found = _COMMAND.fullmatch(line)
        if found is None:
            continue
        probe = bool(number > 1 and _EXEC.fullmatch(lines[number - 2]))
        for program in of_words(_words(found, lines[number:])):
            yield Sighting(
                need=Need.PROGRAM,
                value=program,
                line=number,
                where="probe or hook in a template" if probe else "command in a template",
                mention=mention,
            )


def _words(found: re.Match[str], following: list[str]) -> list[str]:
    if found["list"]:
        try:
            return shlex.split(found["list"].strip("[]").replace(",", " "))
        except ValueError:
            return []
    words: list[str] = []
    for line in following:
        item = _ITEM.fullmatch(line)
        if item is None or len(line) - len(line.lstrip()) < len(found["indent"]):
            break
        words.append(item["value"].strip().strip("\"'"))
    return words
