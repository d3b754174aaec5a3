import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, line, rewritten

from stepdown.model.facts import Facts
from stepdown.rewrite import runtime


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CMD node server.js", 'CMD ["node", "server.js"]'),
        ('CMD exec node \'a b\' "c\\"d"', 'CMD ["node", "a b", "c\\"d"]'),
        ("CMD node é", 'CMD ["node", "é"]'),
        ("cmd \\\n  node \\\n  a.js", 'cmd \\\n  ["node", "a.js"]'),
        ('ENTRYPOINT ["tini", "--"]\nCMD node a', 'ENTRYPOINT ["tini", "--"]\nCMD ["node", "a"]'),
        ('SHELL ["/bin/sh", "-ec"]\nCMD a', 'SHELL ["/bin/sh", "-ec"]\nCMD ["a"]'),
        ("ENTRYPOINT node a.js", 'ENTRYPOINT ["node", "a.js"]'),
        ('CMD ["node", "a.js"]', 'CMD ["node", "a.js"]'),
        ("ENTRYPOINT []\nCMD a b", 'ENTRYPOINT []\nCMD ["a", "b"]'),
        ("ENTRYPOINT []", "ENTRYPOINT []"),
        ("ENTRYPOINT [ ]\nCMD a b", 'ENTRYPOINT [ ]\nCMD ["a", "b"]'),
        ("CMD []", "CMD []"),
    ],
)
def test_one_command_of_fixed_words_becomes_the_exec_form(text: str, expected: str) -> None:
    assert line(text, "node-slim") == (expected, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CMD a && b", "It is more than one command, which takes a shell."),
        ("CMD a | b", "It is more than one command, which takes a shell."),
        ("CMD a &", "It is more than one command, which takes a shell."),
        ("CMD a > b", "It redirects its output, which takes a shell."),
        ("CMD A=1 a", "It sets variables for its command, which takes a shell."),
        ("CMD a $B", "$B is filled in by a shell."),
        ("CMD a *.js", "*.js is filled in by a shell."),
        ("CMD cd /", "cd is a command of the shell itself."),
        (
            'CMD "ruby /a.rb"',
            "Its quotes make one word of program and arguments, which no shell can start.",
        ),
        ("CMD exec -a x y", "exec is a command of the shell itself."),
        ("CMD if (", "Its shell code could not be read for certain."),
        ("CMD ['a']", "It looks like the exec form but is no valid JSON, so that a shell runs it."),
        ("CMD a \\\n # why\n b", "It holds comments."),
        ("CMD", "It holds no command."),
        (
            'SHELL ["/bin/bash", "-lc"]\nCMD a',
            "SHELL names a shell that does more than to start a command.",
        ),
        (
            'SHELL ["/usr/bin/python3", "-c"]\nCMD a',
            "SHELL names a shell that does more than to start a command.",
        ),
        ('ENTRYPOINT ["/e"]\nCMD a', "The ENTRYPOINT would get other arguments than today."),
        (
            'ENTRYPOINT a\nCMD ["b"]',
            "In exec form it would get the words of CMD as arguments.",
        ),
    ],
)
def test_the_rest_stays_and_is_explained(text: str, reason: str) -> None:
    assert line(text, "node-slim") == (text, (f"notes: {reason}",))
    assert f"blocks: {reason}" in line(text, "static")[1]


def test_the_entrypoint_of_an_unknown_base_may_look_at_its_words() -> None:
    other = replace(CANDIDATES["node-slim"], interpreter="", interpreters=())
    result = rewritten("FROM a\nCMD a b\n", other)
    assert result.refusals[0].reason == (
        "The entrypoint of the base would get other arguments than today."
    )
    assert "CMD a b" in result.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('CMD ["node", "a.js"]', 'CMD ["a.js"]'),
        ('CMD [ "/usr/local/bin/node" , "a.js"]', 'CMD [ "a.js"]'),
        ("CMD node --flag a.js", 'CMD ["--flag", "a.js"]'),
        ('CMD ["a.mjs"]', 'CMD ["a.mjs"]'),
        ('CMD ["--version"]', 'CMD ["--version"]'),
        ('ENTRYPOINT ["/app/server"]', 'ENTRYPOINT ["/app/server"]'),
        ('ENTRYPOINT ["/nodejs/bin/node"]', 'ENTRYPOINT ["/nodejs/bin/node"]'),
        ('COPY tini /\nENTRYPOINT ["tini"]', 'COPY tini /\nENTRYPOINT ["tini"]'),
        (
            'ENTRYPOINT ["node", "a.js"]',
            'ENV PATH=/nodejs/bin:$PATH\nENTRYPOINT ["node", "a.js"]',
        ),
        (
            'ENV X=1 PATH="/nodejs/bin:$PATH"\nENTRYPOINT ["node", "a.js"]',
            'ENV X=1 PATH="/nodejs/bin:$PATH"\nENTRYPOINT ["node", "a.js"]',
        ),
        (
            'ENV A=1 PATH=/x:$PATH\nENTRYPOINT ["node", "a.js"]',
            'ENV PATH=/nodejs/bin:$PATH\nENV A=1 PATH=/x:$PATH\nENTRYPOINT ["node", "a.js"]',
        ),
        (
            'ENTRYPOINT []\nCMD ["node", "a.js"]',
            'ENV PATH=/nodejs/bin:$PATH\nENTRYPOINT []\nCMD ["node", "a.js"]',
        ),
    ],
)
def test_the_runtime_of_distroless_node_is_called_once(text: str, expected: str) -> None:
    assert line(text, "node-distroless") == (expected, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('CMD ["npm", "start"]', "gcr.io/distroless/nodejs22-debian12 has no npm."),
        ('CMD ["/bin/sh", "-c", "x"]', "/bin/sh needs a shell"),
        ('CMD ["./run.sh"]', "./run.sh needs a shell"),
        ('CMD ["python", "a.py"]', "has no python."),
        ('CMD ["/app/server"]', "which would take /app/server as its argument."),
        ('CMD ["node"]', "It starts the runtime without a program."),
        ('ENTRYPOINT ["/usr/bin/tini", "--", "node"]', "has no tini."),
        ('ENTRYPOINT ["dumb-init"]', "has no dumb-init."),
        ('ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node"]', "docker-entrypoint.sh needs a shell"),
    ],
)
def test_what_distroless_node_cannot_start_is_refused(text: str, reason: str) -> None:
    found, refused = line(text, "node-distroless")
    assert found == text
    assert len(refused) == 1
    assert refused[0].startswith("blocks: ")
    assert reason in refused[0]


def test_an_inserted_line_follows_the_case_of_the_file() -> None:
    result = rewritten('from node:22\nentrypoint ["node", "a.js"]\n', "node-distroless")
    assert "\nenv PATH=/nodejs/bin:$PATH\nentrypoint" in result.text


def test_a_refused_start_keeps_its_shell_form() -> None:
    assert line("CMD npm start", "node-distroless")[0] == "CMD npm start"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('CMD ["python", "a.py"]', 'ENTRYPOINT ["python3.11"]\nCMD ["a.py"]'),
        ("cmd python3 -u a.py", 'entrypoint ["python3.11"]\ncmd ["-u", "a.py"]'),
        ("CMD uvicorn a:b", 'ENTRYPOINT ["python3.11"]\nCMD ["-m", "uvicorn", "a:b"]'),
        ('ENTRYPOINT ["python3.11", "a.py"]', 'ENTRYPOINT ["python3.11", "a.py"]'),
        ('ENTRYPOINT ["/usr/bin/python3.11"]', 'ENTRYPOINT ["/usr/bin/python3.11"]'),
    ],
)
def test_python_gets_an_entrypoint_that_both_bases_have(text: str, expected: str) -> None:
    assert line(text, "python-distroless", old="python:3.11") == (expected, ())


@pytest.mark.parametrize(
    "text",
    [
        'ENV VIRTUAL_ENV=/v\nCMD ["python", "a.py"]',
        'ENV A=1 PATH=/x/venv/bin:$PATH\nCMD ["flask", "run"]',
        'CMD ["/srv/.venv/bin/uvicorn", "a:b"]',
    ],
)
def test_a_virtual_environment_of_another_python_is_refused(text: str) -> None:
    found, refused = line(text, "python-distroless", old="python:3.11")
    assert found == text
    assert "The virtual environment" in refused[0]


def test_environment_that_is_no_virtual_one_hinders_nothing() -> None:
    text = 'ENV A=1 PATH=/x/bin:$PATH\nCMD ["a.py"]'
    assert line(text, "python-distroless") == (text, ())


def test_tini_is_elsewhere_on_alpine() -> None:
    text = 'RUN apk add --no-cache tini\nENTRYPOINT ["/usr/bin/tini", "--", "a"]'
    assert line(text, "node-alpine")[0].endswith('ENTRYPOINT ["/sbin/tini", "--", "a"]')
    assert line('ENTRYPOINT ["/usr/bin/tini"]', "node-alpine")[0].endswith('["/usr/bin/tini"]')


def test_a_static_base_starts_what_was_copied() -> None:
    assert line('CMD ["/server"]', "static") == ('CMD ["/server"]', ())
    assert line('CMD ["node", "a.js"]', "static")[1] == (
        "blocks: gcr.io/distroless/static-debian12 has no node.",
    )


def test_a_start_that_is_inherited_is_pointed_out() -> None:
    assert line("USER 1", "static")[1] == (
        "notes: The file has neither CMD nor ENTRYPOINT: what runs comes from the old base.",
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("python", True),
        ("python3", True),
        ("python3.12", True),
        ("/usr/local/bin/python", True),
        ("/usr/bin/python3.11", True),
        ("/app/venv/bin/python", False),
        ("python.py", False),
        ("", False),
    ],
)
def test_which_words_call_the_runtime(word: str, *, expected: bool) -> None:
    assert runtime.is_runtime(CANDIDATES["python-distroless"], word) is expected
    assert not runtime.is_runtime(CANDIDATES["static"], word)


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ("RUN go build .", "edit"),
        ("RUN go install . && go build .", "edit"),
        ('RUN ["go", "build"]', "edit"),
        ("RUN CGO_ENABLED=0 go build .", ""),
        ("ENV CGO_ENABLED=0\nRUN go build .", ""),
        ("RUN make", ""),
        ("RUN go test ./...", ""),
        ("ENV CGO_ENABLED=1\nRUN go build .", "note"),
        ("RUN CGO_ENABLED=1 go build .", "note"),
        ("RUN go build -buildmode=plugin .", "note"),
        ("RUN go build -ldflags '-extldflags -static' .", ""),
        ("RUN cargo build --release", "note"),
        ("RUN cargo install x --target x86_64-unknown-linux-musl", ""),
        ("ENV CARGO_BUILD_TARGET=aarch64-unknown-linux-musl\nRUN cargo build", ""),
        ("RUN cargo test", ""),
        ("RUN gcc -o a a.c", "note"),
        ("RUN gcc -static -o a a.c && gcc -c b.c", ""),
    ],
)
def test_programs_without_a_c_library_are_linked_statically(run: str, outcome: str) -> None:
    text = f'FROM golang AS b\n{run}\nFROM debian\nCOPY --from=b /x /x\nCMD ["/x"]\n'
    result = rewritten(text, "static")
    assert [one.fixer for one in result.refusals] == ["static"] * (outcome == "note")
    assert (f"AS b\nENV CGO_ENABLED=0\n{run}" in result.text) == (outcome == "edit")
    known = rewritten(text, "static", facts=Facts(static=True))
    assert known.refusals == ()
    assert run in known.text
    assert {one.fixer for one in known.edits} == {"base"}


def test_a_go_program_with_c_code_keeps_cgo() -> None:
    text = 'FROM golang AS b\nRUN go build .\nFROM debian\nCOPY --from=b /x /x\nCMD ["/x"]\n'
    result = rewritten(text, "static", facts=Facts(language="go", native=("go-sqlite3",)))
    assert "CGO_ENABLED" not in result.text
    assert [one.fixer for one in result.refusals] == ["static"]


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ('CMD ["bash", "a"]', True),
        ('SHELL ["/bin/bash", "-c"]', True),
        ('ENTRYPOINT ["/x"]\nCMD ["a"]', False),
        ("RUN curl x | bash", True),
        ("RUN env bash -c x", True),
        ("RUN sh -c 'exec bash x'", True),
        ("RUN useradd -D -s /bin/bash", False),
        ("RUN <<EOF\n#!/bin/bash\nx\nEOF", True),
        ("RUN apk add bash && bash -c x", False),
        ("CMD", False),
    ],
)
def test_bash_is_missed_where_it_is_called(text: str, *, missed: bool) -> None:
    result = rewritten(f"FROM node:22\n{text}\n", "node-alpine")
    assert ("FROM ${BASE}\nRUN apk add --no-cache bash\n" in result.text) == missed


@pytest.mark.parametrize("candidate", sorted(CANDIDATES))
@pytest.mark.parametrize("words", ["[]", "[ ]", "", '[""]', "['']", "[", '["a', "[ -e x ]"])
def test_empty_and_odd_commands_do_no_harm(candidate: str, words: str) -> None:
    health = "NONE" if words in {"", "[]", "[ ]"} else f"CMD {words}"
    text = f"ENTRYPOINT {words}\nCMD {words}\nHEALTHCHECK {health}\nONBUILD CMD {words}"
    found, _ = line(text, candidate)
    assert found.count("\n") >= text.count("\n")


def test_nothing_is_installed_where_root_is_not_the_user() -> None:
    nonroot = replace(CANDIDATES["node-alpine"], user="65532")
    result = rewritten("FROM node:22\nRUN bash x\n", nonroot)
    assert [(one.line, one.fixer, one.blocking) for one in result.refusals] == [(1, "needs", True)]
    assert "apk add" not in result.text


def test_the_folder_in_which_the_application_starts_is_stated() -> None:
    home = replace(CANDIDATES["static"], workdir="/home/nonroot")
    for before, after in (
        ('CMD ["/a"]', 'WORKDIR /\nCMD ["/a"]'),
        ('COPY a /a\nWORKDIR /srv\nCMD ["/a"]', 'COPY a /a\nWORKDIR /srv\nCMD ["/a"]'),
        ("COPY a b\nWORKDIR /srv", "WORKDIR /\nCOPY a b\nWORKDIR /srv"),
        ("WORKDIR srv", "WORKDIR /\nWORKDIR srv"),
    ):
        result = rewritten(f"FROM debian\n{before}\n", home)
        assert result.text.endswith(f"FROM ${{BASE}}\n{after}\n")
        assert rewritten(result.text, home).text == result.text
