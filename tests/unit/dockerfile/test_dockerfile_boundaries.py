import pytest

from stepdown.dockerfile import Dockerfile
from stepdown.errors import DockerfileError


def read(text: str) -> list[tuple[str, int, int]]:
    """Return the instructions behind a FROM that is put before `text`."""
    found = Dockerfile("FROM x\n" + text).instructions[1:]
    return [(one.keyword, one.line - 1, one.end_line - 1) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN <<EOF\napt-get update\nFROM y\nEOF\nUSER a\n", [("RUN", 1, 4), ("USER", 5, 5)]),
        ("COPY <<A <<B /d/\nUSER evil\nA\nx\nB\n", [("COPY", 1, 5)]),
        ("RUN <<-EOF\n\tx\n\tEOF\n", [("RUN", 1, 3)]),
        ("RUN <<'E O'\nx\nE O\n", [("RUN", 1, 3)]),
        ('RUN python3 <<"EOF"\nx\nEOF\n', [("RUN", 1, 3)]),
        ("RUN a \\\n && b <<EOF\nx\nEOF\nUSER a\n", [("RUN", 1, 4), ("USER", 5, 5)]),
        ("ONBUILD RUN <<EOF\nx\nEOF\n", [("ONBUILD", 1, 3)]),
        ("RUN <<EOF\r\nx\r\nEOF\r\nUSER a\r\n", [("RUN", 1, 3), ("USER", 4, 4)]),
        ("RUN << EOF\nx\nEOF\n", [("RUN", 1, 3)]),
        ("ADD <<EOF /x\nEOF\n", [("ADD", 1, 2)]),
        ('RUN echo "<<EOF"\nUSER a\n', [("RUN", 1, 1), ("USER", 2, 2)]),
        ('RUN ["echo", "<<EOF"]\nUSER a\n', [("RUN", 1, 1), ("USER", 2, 2)]),
        ("RUN echo ${!x} <<EOF\nUSER a\n", [("RUN", 1, 1), ("USER", 2, 2)]),
        ('RUN a <<"" b\nUSER a\n', [("RUN", 1, 1), ("USER", 2, 2)]),
        ("RUN ${a:-b} ${a/b/c} $a <<EOF\nx\nEOF\n", [("RUN", 1, 3)]),
        ("RUN cat <<<word\nUSER a\n", [("RUN", 1, 1), ("USER", 2, 2)]),
        ("USER <<EOF\nUSER a\n", [("USER", 1, 1), ("USER", 2, 2)]),
        ("RUN a \\\n\n b\nUSER a\n", [("RUN", 1, 3), ("USER", 4, 4)]),
        ("RUN a \\\n# why\n b\nUSER a\n", [("RUN", 1, 3), ("USER", 4, 4)]),
        ("RUN x \\", [("RUN", 1, 1)]),
        ("RUN x \\\n# end\n", [("RUN", 1, 2)]),
        ("ENV p=c:\\\\\nUSER a\n", [("ENV", 1, 1), ("USER", 2, 2)]),
        ("ENV p=c:\\\\\\\nUSER a\n", [("ENV", 1, 1), ("USER", 2, 2)]),
        ("RUN\\\n x\nUSER a\n", [("RUN", 1, 2), ("USER", 3, 3)]),
        ("\\\nUSER a\n", [("USER", 1, 2)]),
        ("RUN a && \\\xa0\nUSER a\n", [("RUN", 1, 1), ("USER", 2, 2)]),
        ("RUN a \\ \t\n b\n", [("RUN", 1, 2)]),
        ("\t run\ta\n  user b", [("RUN", 1, 1), ("USER", 2, 2)]),
        ("RUN a\x0cUSER root\n", [("RUN", 1, 1)]),
        ("RUN a\u2028USER root\n", [("RUN", 1, 1)]),
        ("RUN echo ${a:1} <<EOF\nUSER b\nEOF\n", [("RUN", 1, 3)]),
        ("RUN " + "${a:-" * 3_000 + " <<EOF\nUSER b\n", [("RUN", 1, 1), ("USER", 2, 2)]),
        ("RUN " + "a" * 65_531 + "\nUSER b\n", [("RUN", 1, 1), ("USER", 2, 2)]),
    ],
)
def test_instructions_begin_and_end_where_the_builder_says(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert read(text) == expected


def test_a_byte_order_mark_hides_nothing() -> None:
    doc = Dockerfile("\ufeff# escape=`\nFROM x\nRUN a `\n b\n")
    assert [one.keyword for one in doc.instructions] == ["FROM", "RUN"]
    assert doc.escape == "`"


@pytest.mark.parametrize(
    ("head", "escape"),
    [
        ("# escape=`\n", "`"),
        ("# syntax=docker/dockerfile:1\n#ESCAPE = `\n", "`"),
        ("# check=skip=all\n# escape=`\n", "`"),
        ("# a comment\n# escape=`\n", "\\"),
        ("\n# escape=`\n", "\\"),
        ("# other=x\n# escape=`\n", "\\"),
    ],
)
def test_the_escape_directive_counts_at_the_top_only(head: str, escape: str) -> None:
    doc = Dockerfile(head + "FROM x\n")
    assert doc.escape == escape


def test_directives_are_kept_with_their_lines() -> None:
    doc = Dockerfile("# syntax=docker/dockerfile:1\n# check=skip=all\nFROM x\n")
    assert [(one.name, one.value, one.line) for one in doc.directives] == [
        ("syntax", "docker/dockerfile:1", 1),
        ("check", "skip=all", 2),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# escape=`\n# escape=`\nFROM x\n", 2, "only one escape"),
        ("# escape=x\nFROM x\n", 1, "invalid escape"),
        ("FROM x\nRUN <<EOF\nx\n", 2, "does not end"),
        ("FROM x\nRUN " + "a" * 65_532 + "\n", 2, "65,535 bytes"),
        ("FROM x\nRUN <<EOF\n" + "é" * 32_768 + "\nEOF\n", 3, "65,535 bytes"),
        ("FROM x\nFRMO y\n", 2, "unknown instruction"),
        ("RUN x\nFROM y\n", 1, "before the first FROM"),
        ("FROM a b\n", 1, "FROM requires"),
        ("FROM a on b\n", 1, "FROM requires"),
        ("FROM a AS 1b\n", 1, "cannot be the name"),
        ("FROM x\nENV a\n", 2, "name=value"),
        ("FROM x\nENV a=b c\n", 2, "name=value"),
        ("FROM x\nENV =b\n", 2, "blank"),
        ("FROM x\nENV\n", 2, "requires an argument"),
        ("FROM x\nUSER\n", 2, "requires an argument"),
        ("FROM x\nCOPY a\n", 2, "a source and a destination"),
        ("FROM x\nVOLUME []\n", 2, "requires a path"),
        ("FROM x\nSHELL bash\n", 2, "JSON array"),
        ("FROM x\nCMD [1]\n", 2, "strings only"),
        ("FROM x\nONBUILD CMD [1]\n", 2, "strings only"),
        ("FROM x\nHEALTHCHECK\n", 2, "requires CMD or NONE"),
        ("FROM x\nHEALTHCHECK GET /\n", 2, "requires CMD or NONE"),
        ("FROM x\nHEALTHCHECK NONE x\n", 2, "takes no arguments"),
        ("FROM x\nHEALTHCHECK CMD\n", 2, "lacks its command"),
        ("FROM x\nHEALTHCHECK CMD []\n", 2, "lacks its command"),
        ("FROM x\nONBUILD\n", 2, "requires an argument"),
        ("FROM x\nONBUILD FROM y\n", 2, "not allowed in ONBUILD"),
        ("FROM x\nCOPY --form=a b c\n", 2, "unknown flag --form"),
        ("FROM x\nCOPY --from b c d\n", 2, "lacks its value"),
        ("FROM x\nCOPY --from=a --from=b c d\n", 2, "given twice"),
    ],
)
def test_what_the_builder_refuses_is_an_error_with_its_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(DockerfileError, match=words) as caught:
        Dockerfile(text)
    assert f"line {line}:" in caught.value.brief


@pytest.mark.parametrize("text", ["", "# nothing\n", "ARG A=1\n"])
def test_a_file_without_a_stage_is_an_error(text: str) -> None:
    with pytest.raises(DockerfileError, match="the Dockerfile holds no"):
        Dockerfile(text)


@pytest.mark.parametrize(
    "text",
    [
        "CMD\n",
        "RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b x\n",
        "COPY --link --parents a b\n",
        "STOPSIGNAL --x 9\n",
        "ARG A B=2\n",
        "HEALTHCHECK NONE\n",
        "VOLUME /a /b\n",
        "MAINTAINER somebody\n",
        "ONBUILD RUN x\n",
    ],
)
def test_what_the_builder_reads_is_read(text: str) -> None:
    assert len(Dockerfile("FROM x\n" + text).instructions) == 2


def test_older_builders_do_not_know_a_heredoc_behind_a_blank() -> None:
    doc = Dockerfile("FROM x\nRUN cat << EOF\nUSER a\n")
    assert [one.keyword for one in doc.instructions] == ["FROM", "RUN", "USER"]


def test_every_byte_survives() -> None:
    data = b"FROM x\r\nRUN echo \xff\xfe \xc3\xa9 \\\r\n\r\n# c\r\n b"
    doc = Dockerfile(data.decode("utf-8", "surrogateescape"))
    assert doc.content.encode("utf-8", "surrogateescape") == data
    assert "".join(doc.lines) == doc.text
    assert doc.newline == "\r\n"
    assert Dockerfile("FROM x").newline == "\n"
    assert Dockerfile("FROM x\r").newline == "\n"


def test_what_is_too_large_for_a_dockerfile_is_refused_at_once() -> None:
    with pytest.raises(DockerfileError, match="larger than 16 MiB") as caught:
        Dockerfile("FROM x\n" * (50 * 2**20 // 7))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("FROM x\nFRMO y\n", "Did you mean FROM?"),
        ("FROM x\nRUN a &&\n&& b\n", "lacks a backslash"),
        ("FROM x\nCMD --a b\n", "CMD takes no flags"),
        ("FROM x\nADD --from=y a b\n", "--chmod, --chown"),
    ],
)
def test_an_error_says_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        Dockerfile(text)
    assert hint in caught.value.hint
