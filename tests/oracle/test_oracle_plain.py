"""The reader of plain shell scripts against the grammar: what it reads, it reads alike.

The scripts are those of the project's Dockerfiles, and thousands put together by chance from words,
quotes, variables, redirections and joints.
"""

import random
import re
from collections.abc import Iterator

import oracle_corpus
import pytest

from stepdown.dockerfile import Command, Context, Dockerfile, Script, ShellWord, SourceText
from stepdown.dockerfile.bash import by_grammar, parse
from stepdown.dockerfile.plain import read
from stepdown.errors import DockerfileError

COUNT = 20_000
WORDS = (
    *(
        "a",
        "apt-get",
        "-y",
        "--x=y",
        "FOO=bar",
        "B=",
        "A+=1",
        "x=$Y",
        "A=~/x",
        "$Z",
        "${Q}",
        "$A$B",
    ),
    *("a-$x-b", "${A}b$C", "'a b'", '"c d"', '"$e f"', "'a'\"b\"c", "x''", "'&&'", '"; x"', "'|'"),
    *("/a/*.b", "~", "~/x", "a?b", "*", "@x", "a@b", "1", "2x", "%s", ",", ":", ".", "..", "a^b"),
    *("-", "_x", "in", "do", "then", "if", "export", "time", "set", "1=2", "a.b=c", "==", "=a"),
    *("$1", "$(b)", "`b`", "a#b", "#", "!", "[", "{", "}", "\\n", "é", "'s/\\s+/x/'", '"a\\"b"'),
    *("> f", ">>f", "< in", "2>&1", ">&2", "2>/dev/null", "> $x/y", "&>x", "<<EOF", "3>x", ">f>g"),
)
JOINTS = (
    " ",
    " ",
    " ",
    "  ",
    "\t",
    " && ",
    "&&",
    "; ",
    ";",
    " | ",
    "|",
    "\n",
    "\n\n",
    " || ",
    " & ",
)
# The grammar takes what stands before the `|` for one command of the pipe, `&&` and all; and it
# loses a lone dash before the number of a redirection.
PIPED = re.compile(r"\|")
DASH = re.compile(r"(?<!\S)-\s+\d?[<>]")


def words(found: tuple[ShellWord, ...]) -> list[tuple[object, ...]]:
    return [(one.raw, one.text, one.start, one.end) for one in found]


def commands(script: Script) -> list[tuple[object, ...]]:
    return [
        (one.program, words(one.words), words(one.assignments), one.redirected, one.start, one.end)
        for one in script.commands
    ]


def chain(script: Script) -> tuple[object, ...]:
    places: list[Command | None] = [one.command for one in script.units]
    starts = [one.start if one else None for one in places]
    links = [(one.start, one.end, one.joint) for one in script.units]
    return links, starts, [one.contexts for one in script.commands]


def piped_apart(script: Script) -> bool:
    """Whether the grammar read one pipe inside of another one, or a chain inside of a pipe."""
    return any(one.contexts.count(Context.PIPE) > 1 for one in script.commands) or len(
        script.units
    ) < len(parse(script.source).units)


def difference(text: str) -> str:
    """Say what the two read otherwise; nothing for a script that is not plain."""
    source = SourceText.join([(0, text)])
    if read(source) is None or DASH.search(text):
        return ""
    ours, theirs = parse(source), by_grammar(source)
    if theirs.has_error:
        return "the grammar reads an error"
    if commands(ours) != commands(theirs):
        return f"{commands(ours)} {commands(theirs)}"
    if chain(ours) == chain(theirs) or (PIPED.search(text) and piped_apart(theirs)):
        return ""
    return f"{chain(ours)} {chain(theirs)}"


def corpus() -> Iterator[str]:
    for data in {**oracle_corpus.read(), **oracle_corpus.golden()}.values():
        try:
            doc = Dockerfile(data.decode("utf-8", "surrogateescape"))
        except DockerfileError:
            continue
        for instruction in doc.instructions:
            script = doc.script(instruction) if instruction.keyword == "RUN" else None
            if script is not None:
                yield script.source.text


def by_chance(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(COUNT):
        pairs = range(chance.randint(1, 7))
        yield "".join(chance.choice(WORDS) + chance.choice(JOINTS) for _ in pairs)


def test_the_corpus() -> None:
    found = list(dict.fromkeys(corpus()))
    assert {text: said for text in found if (said := difference(text))} == {}
    plain = [text for text in found if read(SourceText.join([(0, text)])) is not None]
    assert len(plain) > 200


@pytest.mark.parametrize("seed", range(3))
def test_what_chance_brings(seed: int) -> None:
    found = list(by_chance(seed))
    assert {text: said for text in found if (said := difference(text))} == {}
    plain = sum(read(SourceText.join([(0, text)])) is not None for text in found)
    assert COUNT / 50 < plain < COUNT / 2


@pytest.mark.parametrize(
    "text",
    [
        *("a; ; b", "a &&", "&& a", "a | ", "a || b", "a & b", "if a", "export A=1", "A=1 B=2"),
        *("a $(b)", "a `b`", "a \\; b", "a <<E\nb\nE\n", "a 'b", 'a "$(b)"', "é", "! a", "[ a ]"),
        *("a # b", "a\f", "{ a; }", "(a)", "a {b,c}", "a=(b)", "x() { a; }", "1=2", "a 3>b"),
    ],
)
def test_what_is_left_to_the_grammar(text: str) -> None:
    assert read(SourceText.join([(0, text)])) is None


def test_a_pipe_binds_more_than_a_chain() -> None:
    script = parse(SourceText.join([(0, "a && b | c 2>&1 && d > /dev/null")]))
    assert [one.joint for one in script.units] == ["&&", "&&", ""]
    assert [one.command.program if one.command else "" for one in script.units] == ["a", "", "d"]
    assert [len(one.contexts) for one in script.commands] == [0, 1, 1, 0]
    assert [one.redirected for one in script.commands] == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "count"),
    [("A=1 B=2\napt-get update\n", 1), ("$(a) &&\nA=1 B=2\nb c\n", 2)],
)
def test_a_line_that_the_grammar_reads_over_is_not_understood(text: str, count: int) -> None:
    script = parse(SourceText.join([(0, text)]))
    assert script.has_error
    assert len(script.units) == count


def test_values_of_several_variables_are_one_word() -> None:
    script = parse(SourceText.join([(0, "PATH=$A:$B/bin C=d make $(x)")]))
    (command, _) = script.commands
    assert [one.raw for one in command.assignments] == ["PATH=$A:$B/bin", "C=d"]
    assert [one.raw for one in command.words] == ["make", "$(x)"]
