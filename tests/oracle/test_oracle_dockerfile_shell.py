"""The words of commands against shfmt, another reader of shell scripts.

Every script of the project's Dockerfiles is read by both. A simple command that both see has the
same words at the same places, and neither sees one more.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import oracle_corpus
import pytest

from stepdown.dockerfile import Command, Dockerfile, Script, SourceText, parse
from stepdown.errors import DockerfileError

Words = tuple[tuple[int, int], ...]
# What shfmt describes otherwise than as a call with words; and a test in brackets, whose words are
# one word for the grammar of tree-sitter.
CLAUSES = frozenset(("declare", "export", "local", "readonly", "typeset", "nameref", "let", "time"))
SHFMT = (str(Path(sys.executable).parent / "shfmt"), "-ln", "bash", "--to-json")


def shfmt(text: str) -> set[Words] | None:
    """The places of the words of each call, in bytes; None where shfmt reads no script."""
    data = text.encode()
    done = subprocess.run(SHFMT, input=data, capture_output=True, check=False)
    return set(calls(json.loads(done.stdout), data)) if done.returncode == 0 else None


def calls(tree: object, data: bytes) -> Iterator[Words]:
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            todo += node.values()
            if node.get("Type") == "CallExpr" and node.get("Args"):
                words = tuple(map(place, node["Args"]))
                if not data[words[0][0] :].startswith(b"["):
                    yield words


def place(node: dict[str, dict[str, int]]) -> tuple[int, int]:
    return node["Pos"].get("Offset", 0), node["End"]["Offset"]


def ours(script: Script) -> set[Words]:
    text = script.source.text
    return {
        tuple((size(text, word.start), size(text, word.end)) for word in command.words)
        for command in script.commands
        if command.words and not is_clause(command, text)
    }


def is_clause(command: Command, text: str) -> bool:
    test = text.startswith(("[", "(("), command.start)
    return test or command.words[0].raw in CLAUSES


def size(text: str, end: int) -> int:
    return len(text[:end].encode())


def difference(script: Script) -> str:
    """Say where the two differ; nothing where they agree, or where one of them has to pass."""
    theirs = shfmt(script.source.text)
    if script.has_error or script.foreign or theirs is None:
        return ""
    data = script.source.text.encode()
    only = [("ours", ours(script) - theirs), ("shfmt", theirs - ours(script))]
    return " ".join(
        f"{who}: {[[data[start:end] for start, end in words] for words in sorted(found)]}"
        for who, found in only
        if found
    )


def scripts(data: bytes) -> Iterator[Script]:
    try:
        doc = Dockerfile(data.decode())
    except (DockerfileError, UnicodeDecodeError):
        return
    for instruction in doc.instructions:
        if (instruction.onbuild or instruction).keyword in ("RUN", "CMD", "ENTRYPOINT"):
            script = doc.script(instruction)
            if script is not None:
                yield script


def test_the_corpus() -> None:
    files = {**oracle_corpus.read(), **oracle_corpus.golden()}
    found = {script.source.text: script for data in files.values() for script in scripts(data)}
    wrong = {text: said for text, script in found.items() if (said := difference(script))}
    assert wrong == {}
    assert len(found) > 300


@pytest.mark.parametrize(
    "text",
    [
        "a-$x-b 'c'\"d\"e $(f g)h",
        'echo >&2 "x" y',
        "a && b c > f && d",
        "a | b 2>&1 c || d; e &",
        'md5sum -c <<< "$(cat f) g" h',
        "for i in a b; do c $i; done; if d; then e; else f g; fi",
        "x() { y z; }; case a in b) c d;; esac",
        "A=1 B=$(b c) d e=f",
        "é ü && ö $(ä)",
        "sudo -E bash -c 'a b' && find . -exec rm {} \\; -o -name x",
    ],
)
def test_words(text: str) -> None:
    assert difference(parse(SourceText.join([(0, text)]))) == ""
    assert ours(parse(SourceText.join([(0, text)])))


def test_a_difference_is_seen() -> None:
    one, other = (parse(SourceText.join([(0, text)])) for text in ("a b", "a c d"))
    assert ours(one) != ours(other)
    assert shfmt("a b") == ours(one) != shfmt("a 'b c'")
    assert shfmt("if") is None
