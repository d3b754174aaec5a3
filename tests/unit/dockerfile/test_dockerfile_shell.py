import pytest

from stepdown.dockerfile import Command, Context, Dockerfile, Script
from stepdown.dockerfile.shell import fixed


def parsed(run: str) -> tuple[str, Script]:
    text = f"FROM x\n{run}\n"
    doc = Dockerfile(text)
    script = doc.script(doc.instructions[1])
    assert script is not None
    assert doc.script(doc.instructions[1]) is script
    return text, script


def words(command: Command) -> list[str]:
    return [word.raw for word in command.words]


def test_words_lead_back_to_the_file() -> None:
    text, script = parsed(
        "RUN --network=none set -ex; \\\n  apt-get update && apt-get install -y é \\\n"
        "# why\n    'a b' cu\\\nrl; x"
    )
    names = [words(command) for command in script.commands]
    assert names == [
        ["set", "-ex"],
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "é", "'a b'", "curl"],
        ["x"],
    ]
    install = script.commands[2]
    assert [word.span.of(text) for word in install.words][3:] == ["é", "'a b'", "cu\\\nrl"]
    assert install.words[4].text == "a b"
    assert [unit.joint for unit in script.units] == [";", "&&", ";", ""]
    assert not script.has_error


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("echo a-$x-$y-z y", [["echo", "a-$x-$y-z", "y"]]),
        ('echo >&2 "x" y', [["echo", '"x"', "y"]]),
        ("exec 3>&- foo", [["exec", "foo"]]),
        (">x bar baz", [["bar", "baz"]]),
        ("a && b > f && c", [["a"], ["b"], ["c"]]),
        ("export A=1 && unset B", [["export", "A=1"], ["unset", "B"]]),
        ("X=1 Y=2 run it", [["run", "it"]]),
        ("X=1; run", [[], ["run"]]),
        ("x {a,b} *.c ~", [["x", "{a,b}", "*.c", "~"]]),
    ],
)
def test_the_quirks_of_the_grammar_are_repaired(code: str, expected: list[list[str]]) -> None:
    _, script = parsed(f"RUN {code}")
    assert [words(command) for command in script.commands] == expected


def test_a_redirection_belongs_to_the_last_command() -> None:
    _, script = parsed("RUN a && b > f 2>&1; (c) > g; > h; d || e > i")
    found = {
        one.name: (one.redirected, script.source.text[one.start : one.end])
        for one in script.commands
    }
    assert found == {
        "a": (False, "a"),
        "b": (True, "b > f 2>&1"),
        "c": (False, "c"),
        "d": (False, "d"),
        "e": (True, "e > i"),
    }


@pytest.mark.parametrize(
    ("code", "contexts"),
    [
        ("if a; then target; fi", [Context.CONDITION]),
        ("case a in b) target;; esac", [Context.CONDITION]),
        ("for i in 1 2; do target $i; done", [Context.LOOP]),
        ("while a; do target; done", [Context.LOOP]),
        ("a | target", [Context.PIPE]),
        ("a || target", [Context.OR]),
        ("target && a || b", [Context.OR]),
        ("a || target > f", [Context.OR]),
        ("f() { target; }", [Context.FUNCTION, Context.GROUP]),
        ("(cd a && target)", [Context.SUBSHELL]),
        ("{ target; }", [Context.GROUP]),
        ("echo $(target)", [Context.SUBSTITUTION]),
        ('x="$(target)"', [Context.SUBSTITUTION]),
        ("diff <(target) b", [Context.SUBSTITUTION]),
        ("! target", [Context.NEGATION]),
        ("target &", [Context.BACKGROUND]),
        ("a && target", []),
    ],
)
def test_what_stands_around_a_command_is_known(code: str, contexts: list[Context]) -> None:
    _, script = parsed(f"RUN {code}")
    found = [one.contexts for one in script.commands if one.program == "target"]
    assert found == [tuple(contexts)]


def test_only_plain_links_have_a_command() -> None:
    _, script = parsed("RUN a && if b; then c; fi; d | e; f &")
    assert [unit.command is not None for unit in script.units] == [True, False, False, True]


def test_a_heredoc_alone_is_the_script() -> None:
    text, script = parsed("RUN <<EOF\napt-get update\n# why\napt-get install -y curl\nEOF")
    assert [words(one) for one in script.commands] == [
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "curl"],
    ]
    assert script.commands[1].words[3].span.of(text) == "curl"
    assert not script.mixed
    assert [unit.joint for unit in script.units] == [";", ""]


def test_tabs_of_a_chomped_heredoc_are_no_part_of_the_script() -> None:
    text, script = parsed("RUN <<-EOF\n\ta b\n\tEOF")
    assert script.commands[0].words[1].span.of(text) == "b"


def test_a_heredoc_beside_a_command_is_read_with_it() -> None:
    _, script = parsed("RUN cat <<EOF > /x && after\ntext\nEOF")
    assert script.mixed
    assert [(one.program, one.contexts) for one in script.commands] == [
        ("cat", ()),
        ("after", (Context.HEREDOC,)),
    ]


@pytest.mark.parametrize(
    ("head", "interpreter", "foreign"),
    [
        ("#!/bin/bash -e", "bash", False),
        ("#!/usr/bin/env python3", "python3", True),
        ("#!", "sh", False),
        ("", "", False),
    ],
)
def test_the_first_line_of_a_heredoc_names_its_interpreter(
    head: str, interpreter: str, *, foreign: bool
) -> None:
    _, script = parsed(f"RUN <<EOF\n{head}\nimport os\nEOF")
    assert (script.interpreter, script.foreign) == (interpreter, foreign)
    assert bool(script.commands) is not foreign


def test_code_that_is_no_shell_is_flagged() -> None:
    _, script = parsed("RUN if (")
    assert script.has_error
    _, broken = parsed("RUN echo \udcff")
    assert broken.source.text == "echo \udcff"


def test_the_exec_form_and_nothing_have_no_script() -> None:
    doc = Dockerfile('FROM x\nRUN ["a"]\nCMD\nONBUILD RUN a b\n')
    assert doc.script(doc.instructions[1]) is None
    assert doc.script(doc.instructions[2]) is None
    script = doc.script(doc.instructions[3])
    assert script is not None
    assert script.commands[0].program == "a"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a", "a"),
        ('\'a b\'"c\\"d\\e"\\f', 'a bc"d\\ef'),
        ("$a", None),
        ('"$a"', None),
        ("`a`", None),
        ("'$a'", "$a"),
        ("\\$a", "$a"),
        ("*.c", None),
        ("'*'", "*"),
        ("~/a", None),
        ("a~", "a~"),
        ("a{b,c}", None),
    ],
)
def test_a_word_is_fixed_or_not(raw: str, text: str | None) -> None:
    assert fixed(raw) == text


def test_a_command_without_a_fixed_name_has_none() -> None:
    _, script = parsed("RUN $x y; /usr/bin/apt-get z; A=1")
    assert [one.name for one in script.commands] == ["", "/usr/bin/apt-get", ""]
    assert script.commands[1].program == "apt-get"


def in_file(text: str) -> list[tuple[str, bool]]:
    doc = Dockerfile(text)
    found = [doc.script(one) for one in doc.instructions if one.keyword in ("RUN", "CMD")]
    return [(one.interpreter, bool(one.commands)) for one in found if one is not None]


@pytest.mark.parametrize(
    ("words", "interpreter"),
    [
        ('"/bin/bash", "-o", "pipefail", "-c"', ""),
        ('"/usr/bin/env", "bash", "-c"', ""),
        ('"conda", "run", "-n", "x", "/bin/bash", "-c"', ""),
        ('"powershell", "-Command"', "powershell"),
        ('"C:\\\\Windows\\\\System32\\\\CMD.EXE", "/S", "/C"', "cmd"),
        ('"/usr/bin/python3", "-c"', "python3"),
    ],
)
def test_the_script_belongs_to_what_shell_names(words: str, interpreter: str) -> None:
    found = in_file(f"FROM x\nSHELL [{words}]\nRUN a b\n")
    assert found == [(interpreter, not interpreter)]


def test_shell_holds_from_its_line_on_and_in_stages_made_of_it() -> None:
    text = (
        'FROM x AS a\nRUN a\nSHELL ["cmd"]\nRUN b\nRUN <<EOF\n#!/bin/sh\nc\nEOF\n'
        'FROM y\nRUN d\nFROM a\nRUN e\nSHELL ["sh"]\nCMD f\n'
    )
    assert in_file(text) == [
        *(("", True), ("cmd", False), ("sh", True)),
        *(("", True), ("cmd", False), ("", True)),
    ]
    doc = Dockerfile('ARG A=1\nFROM x\nSHELL ["cmd"]\nRUN a\n')
    assert [doc.shell(one) for one in doc.instructions] == [(), (), (), ("cmd",)]


@pytest.mark.parametrize("joint", ["&&", ";", "||", "|"])
def test_a_long_chain_is_read_without_recursion(joint: str) -> None:
    _, script = parsed("RUN " + f" {joint} \\\n".join(f"echo é{n}" for n in range(5_000)))
    assert [one.words[1].raw for one in script.commands] == [f"é{n}" for n in range(5_000)]
    assert not script.has_error


@pytest.mark.parametrize(
    ("before", "after"), [("$(echo ", ")"), ("( ", " )"), ("if a; then ", "; fi"), ("{ ", "; }")]
)
def test_what_is_nested_deeply_is_read_without_recursion(before: str, after: str) -> None:
    _, script = parsed("RUN " + before * 3_000 + "x" + after * 3_000)
    assert script.has_error or len(script.commands) >= 1


def test_words_that_are_no_ascii_keep_their_places() -> None:
    text, script = parsed("RUN é \udcff 'ü' && \U0001f600 x # ß\n")
    found = [(word.raw, word.span.of(text)) for one in script.commands for word in one.words]
    assert found == [(word, word) for word in ("é", "\udcff", "'ü'", "\U0001f600", "x")]


def test_other_arguments_give_another_parent_and_its_shell() -> None:
    doc = Dockerfile('ARG A=a\nFROM x AS a\nSHELL ["one"]\nFROM x AS b\nFROM $A\nRUN c\n')
    run = doc.instructions[-1]
    assert doc.shell(run) == ("one",)
    assert doc.given({"A": "b"}).shell(run) == ()


def test_quotes_within_a_word() -> None:
    doc = Dockerfile('FROM x\nRUN a x~\'b $c\'"d e\\"f"g\\ h ~i\n')
    script = doc.script(doc.instructions[-1])
    assert script is not None
    assert [word.text for word in script.commands[0].words] == ["a", 'x~b $cd e"fg h', None]
