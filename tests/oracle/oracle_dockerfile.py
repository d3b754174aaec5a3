"""What the oracles and we read in a Dockerfile, in one form that can be compared."""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast
from msgspec import Struct

from stepdown.dockerfile import Dockerfile, Instruction, pairs

_JSON = frozenset(("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"))
_FIELDS = frozenset(("ADD", "COPY", "EXPOSE", "FROM", "VOLUME"))
# Reads JSON texts from stdin, a line each, and answers with a line each. It is a process of its own
# because that library ends its process for a text with half of a surrogate pair.
_GO_PROGRAM = """
import dockerfile, json, sys
for line in sys.stdin:
    try:
        found = dockerfile.parse_string(json.loads(line))
    except dockerfile.GoParseError as error:
        print(json.dumps(str(error)))
    except UnicodeDecodeError:
        print("[]")
    else:
        print(json.dumps([[*one] for one in found]))
"""


class Reading(Struct, frozen=True, kw_only=True):
    """One instruction; `logical` and the second half of `heredocs` are known to the port only."""

    keyword: str
    lines: tuple[int, int]
    flags: tuple[str, ...]
    json: bool
    words: tuple[str, ...] | None
    heredocs: tuple[tuple[str, int, str], ...] = ()
    logical: str = ""
    kinds: tuple[tuple[bool, bool], ...] = ()


def ours(text: str) -> list[Reading]:
    """Read by the code under test. Raises DockerfileError."""
    return [
        Reading(
            keyword=one.keyword,
            lines=(one.line, one.end_line),
            flags=tuple(_flag(flag.name, flag.value) for flag in one.flags),
            json=_is_json(one.onbuild or one),
            words=_words(one.onbuild or one),
            heredocs=tuple((doc.name, doc.descriptor, doc.body.of(text)) for doc in one.heredocs),
            logical=one.logical,
            kinds=tuple((doc.expand, doc.chomp) for doc in one.heredocs),
        )
        for one in Dockerfile(text).instructions
    ]


def _flag(name: str, value: str | None) -> str:
    return f"--{name}" if value is None else f"--{name}={value}"


def _is_json(one: Instruction) -> bool:
    return one.keyword in _JSON and one.json is not None


def _words(one: Instruction) -> tuple[str, ...]:
    command = tuple(word.text for word in one.json or ()) if _is_json(one) else (one.command.text,)
    match one.keyword:
        case "ENV" | "LABEL":
            return tuple(text for pair in pairs(one) or () for text in (pair.key, pair.value or ""))
        case "ARG":
            found = pairs(one) or ()
            return tuple(p.key if p.value is None else f"{p.key}={p.value}" for p in found)
        case "HEALTHCHECK":
            kind = one.arguments.removesuffix(one.command.text).strip()
            return tuple(word for word in (kind, *command) if word or _is_json(one))
        case keyword if keyword in _FIELDS and not _is_json(one):
            return tuple(word.text for word in one.fields)
        case _:
            return command if _is_json(one) or one.arguments else ()


def port(text: str) -> list[Reading] | None:
    """Read by the Python port of the builder's parser; None where it refuses the text."""
    try:
        found = parse_dockerfile_ast(text).instructions
    except DockerfileSyntaxError:
        return None
    return [
        Reading(
            keyword=one.name,
            lines=(one.start_line, one.end_line),
            flags=tuple(one.flags),
            json=one.json,
            words=_port_words(one.name, one.args),
            heredocs=tuple((doc.name, doc.file_descriptor, doc.content) for doc in one.heredocs),
            logical=one.original,
            kinds=tuple((doc.expand, doc.chomp) for doc in one.heredocs),
        )
        for one in found
    ]


def _port_words(keyword: str, words: list[str]) -> tuple[str, ...]:
    if keyword in ("ENV", "LABEL"):  # a separator stands third
        return tuple(word for at, word in enumerate(words) if at % 3 < 2)
    return tuple(words)


def builder(texts: Iterable[str]) -> list[list[Reading] | None]:
    """Read by the builder's own parser of 2023; None where it refuses a text, [] for no answer."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    answer = subprocess.run(
        [sys.executable, "-c", _GO_PROGRAM],
        input=lines,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return [_built(json.loads(line)) for line in answer.stdout.splitlines()]


def _built(found: str | list[list[Any]]) -> list[Reading] | None:
    if isinstance(found, str):
        return None
    return [
        Reading(
            keyword=(keyword or "").upper(),
            lines=(first, last),
            flags=tuple(flags),
            json=as_json,
            words=tuple(words),
            heredocs=tuple((name, descriptor, content) for name, descriptor, content in heredocs),
        )
        for keyword, _, as_json, _, first, last, flags, words, heredocs in found
    ]
