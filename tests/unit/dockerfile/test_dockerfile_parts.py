import pytest

from stepdown.dockerfile import Dockerfile, Instruction, pairs
from stepdown.dockerfile.source import SourceText, Span
from stepdown.errors import DockerfileError


def second(text: str) -> tuple[str, Instruction]:
    whole = "FROM x\n" + text
    return whole, Dockerfile(whole).instructions[1]


def test_every_part_knows_its_place() -> None:
    text, one = second("  copy --from=a --chown='b:c' \\\n # why\n  src \\\n  /dst\nUSER d\n")
    assert one.keyword == "COPY"
    assert one.keyword_span.of(text) == "copy"
    assert [(flag.name, flag.value) for flag in one.flags] == [("from", "a"), ("chown", "b:c")]
    assert [flag.span.of(text) for flag in one.flags] == ["--from=a", "--chown='b:c'"]
    assert [flag.value_span.of(text) for flag in one.flags] == ["a", "'b:c'"]
    assert [word.span.of(text) for word in one.operands] == ["src", "/dst"]
    assert one.span.of(text).startswith("copy --from")
    assert one.span.of(text).endswith("/dst")
    assert [span.of(text) for span in one.skipped] == [" # why\n"]
    assert one.flag("chmod") is None


def test_flags_end_where_the_builder_says() -> None:
    _, one = second('RUN --mount="type=cache,target=/a b" --network=no\\ne -- --x\n')
    assert [(flag.name, flag.value) for flag in one.flags] == [
        ("mount", "type=cache,target=/a b"),
        ("network", "none"),
    ]
    assert one.args.text == "--x"
    _, link = second("COPY --link a b\n")
    assert [(flag.name, flag.value) for flag in link.flags] == [("link", None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('CMD ["a", "b\\"c"]\n', ["a", 'b"c']),
        ('CMD [ "a" , \\\n "b" ]\n', ["a", "b"]),
        ("CMD []\n", []),
        ("CMD ['a']\n", None),
        ('CMD ["a" "b"]\n', None),
        ("CMD [NaN]\n", None),
        ("CMD a\n", None),
        ("CMD " + "[" * 20_000 + "\n", None),
        ("CMD [1e999]\n", None),
        ('CMD ["a"] b\n', None),
        ('CMD ["\\ud83d", "\\ud83d\\ude00"]\n', ["\ufffd", "\U0001f600"]),
        ('HEALTHCHECK --interval=3s CMD ["a"]\n', ["a"]),
        ("HEALTHCHECK CMD a b\n", None),
    ],
)
def test_the_exec_form_is_valid_json_only(text: str, words: list[str] | None) -> None:
    whole, one = second(text)
    assert (None if one.json is None else [word.text for word in one.json]) == words
    if one.json:
        assert all(word.span.of(whole).startswith('"') for word in one.json)


def test_the_command_of_a_health_check_stands_behind_its_kind() -> None:
    _, one = second("HEALTHCHECK --interval=3s  CMD\tcurl x\n")
    assert one.command.text == "curl x"
    _, none = second("HEALTHCHECK NONE\n")
    assert none.command.text == ""


def test_onbuild_holds_an_instruction_with_its_own_places() -> None:
    text, one = second("ONBUILD  COPY --chown=a <<EOF /x\ntext\nEOF\n")
    inner = one.onbuild
    assert inner is not None
    assert inner.keyword == "COPY"
    assert inner.keyword_span.of(text) == "COPY"
    assert inner.heredocs == one.heredocs
    assert inner.heredocs[0].body.of(text) == "text\n"
    assert inner.heredocs[0].terminator.of(text) == "EOF"


def test_heredocs_say_what_becomes_of_their_text() -> None:
    text, one = second("COPY <<-'A' 3<<B /x\n\t\tone\n\tA\ntwo\nB\n")
    first, last = one.heredocs
    assert (first.name, first.expand, first.chomp, first.descriptor) == ("A", False, True, 0)
    assert (last.name, last.expand, last.chomp, last.descriptor) == ("B", True, False, 3)
    content = first.content(text)
    assert content.text == "one\n"
    assert content.span(0, 3).of(text) == "one"
    assert last.content(text).text == "two\n"
    whole, empty = second("COPY <<-A /x\nA\n")
    assert empty.heredocs[0].content(whole).text == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV a=1 b='2 3' c=\"4\"\n", [("a", "1"), ("b", "'2 3'"), ("c", '"4"')]),
        ("ENV a b c\n", [("a", "b c")]),
        ("ENV a=b\\ c d=\n", [("a", "b\\ c"), ("d", "")]),
        ("ARG a b=1\n", [("a", None), ("b", "1")]),
        ("LABEL a='x\\'\n", [("a", "'x\\'")]),
        ("ENV a=b\\\\\\\n", [("a", "b\\\\")]),
        ('ENV a=1 b="c\\\\\\\n', [("a", "1"), ("b", '"c\\\\')]),
        ("ENV a=1 \\\xa0\n", [("a", "1")]),
    ],
)
def test_pairs_keep_what_is_written(text: str, expected: list[tuple[str, str | None]]) -> None:
    whole, one = second(text)
    found = pairs(one)
    assert found is not None
    assert [(pair.key, pair.value) for pair in found] == expected
    for pair in found:
        assert pair.value_span.of(whole) == (pair.value or "")


def test_a_joined_text_leads_back_to_its_file() -> None:
    source = SourceText.join([(4, "ab"), (10, "cd")])
    assert source.text == "abcd"
    assert source.span(1, 3) == Span(5, 11)
    assert source.cut(1, 3).pieces() == [(5, "b"), (10, "c")]
    assert source.cut(4, 4).pieces() == [(12, "")]
    assert source.span(2, 2) == Span(10, 10)
    assert Span(0, 9).covers(Span(2, 9))
    assert not Span(3, 9).covers(Span(2, 9))


def test_dockerfile_parse_stands_on_these_boundaries() -> None:
    doc = Dockerfile(
        "FROM a AS x\n# one\nRUN <<EOF\nUSER evil\nEOF\nENV P=1\\\n# two\n Q=2\n"
        "LABEL l=${P}\nFROM x\nCMD  run  it \n",
        environment={"PATH": "/bin"},
    )
    kinds = [one["instruction"] for one in doc.structure]
    assert kinds == ["FROM", "COMMENT", "RUN", "COMMENT", "ENV", "LABEL", "FROM", "CMD"]
    assert doc.structure[2]["content"] == "RUN <<EOF\nUSER evil\nEOF\n"
    assert doc.structure[3]["value"] == "two"
    assert doc.cmd == "run  it"
    assert doc.parent_images == ["a", "a"]
    assert doc.baseimage == "a"
    assert Dockerfile("FROM a\nENV P=1 Q=2\nLABEL l=$Q").labels == {"l": "2"}
    assert Dockerfile("FROM a\nCMD\n").structure[1]["value"] == ""


def write(doc: Dockerfile, name: str) -> None:
    match name:
        case "labels" | "envs" | "args":
            getattr(doc, name)["a"] = "z"
        case "delete":
            del doc.labels["a"]
        case "add_lines":
            doc.add_lines("USER x")
        case "add_lines_at":
            doc.add_lines_at(0, "USER x")
        case _:
            setattr(doc, name, "z")


@pytest.mark.parametrize(
    "name",
    [
        *("lines", "content", "parent_images", "baseimage", "cmd", "labels", "envs", "args"),
        *("delete", "add_lines", "add_lines_at"),
    ],
)
def test_the_writers_of_dockerfile_parse_are_shut(name: str) -> None:
    text = "FROM a\nLABEL a=b\nENV a=b\nARG a=b\nCMD c\n"
    doc = Dockerfile(text)
    with pytest.raises(TypeError, match="edits only"):
        write(doc, name)
    assert doc.text == doc.content == text
    assert doc.labels == {"a": "b"}


def test_bytes_that_are_no_text_survive_in_every_property() -> None:
    data = b"FROM x\nLABEL a=\xfc\nENV b=\xff\nCMD \xe9\n"
    doc = Dockerfile(data.decode("utf-8", "surrogateescape"))
    found = (doc.labels["a"], doc.envs["b"], doc.cmd, doc.structure[1]["value"])
    assert found == ("\udcfc", "\udcff", "\udce9", "a=\udcfc")
    assert "".join(one["content"] for one in doc.structure) == doc.text


def test_flags_are_read_byte_by_byte_as_the_builder_reads_them() -> None:
    # The second byte of à is white space where it stands alone.
    text, one = second("COPY --chown=é --from=à b c\n")
    assert [flag.value for flag in one.flags] == ["Ã©", "Ã"]
    assert one.flags[0].value_span.of(text) == "é"
    assert one.args.text == "b c"
    _, other = second("COPY \xa0--link a b\n")
    assert (other.flags, other.args.text) == ((), "--link a b")
    _, latin = second("USER \udca0a\n")
    assert latin.args.text == "a"


@pytest.mark.parametrize(
    ("digits", "descriptor"), [("007", 7), ("9" * 30, 2**64 - 1), ("1" * 5_000, 2**64 - 1)]
)
def test_a_descriptor_can_have_any_number_of_digits(digits: str, descriptor: int) -> None:
    _, one = second(f"RUN a {digits}<<EOF\nEOF\n")
    assert one.heredocs[0].descriptor == descriptor
    _, foreign = second("RUN a \u0663<<EOF\n")
    assert foreign.heredocs == ()


def test_a_name_that_is_no_text_ends_no_heredoc() -> None:
    with pytest.raises(DockerfileError, match="does not end"):
        second("RUN <<\udce9\na\n\udce9\n")
    _, one = second("RUN <<\ufeffEOF\na\nEOF\n")
    assert one.heredocs[0].name == "EOF"


def test_keywords_are_compared_in_lower_case() -> None:
    _, one = second("WOR\u212adir /a\n")
    assert one.keyword == "WORKDIR"
    with pytest.raises(DockerfileError, match="unknown instruction"):
        second("U\u017fer a\n")
