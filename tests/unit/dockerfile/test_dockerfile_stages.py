import pytest

from stepdown.dockerfile import Dockerfile, expand
from stepdown.errors import DockerfileError


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$A-${A}", "1-1"),
        ("${B:-y}", "y"),
        ("${B-y}", "y"),
        ("${E-y}", ""),
        ("${E:-${A}}", "1"),
        ("${A:+z}${B:+z}${E+w}", "zw"),
        ("${A:?no}${E?no}", "1"),
        ("${P#*/}|${P##*/}|${P%/*}|${P%%/*}", "b/c|c|a/b|a"),
        ("${P/b/x}${P//\\//-}", "a/x/ca-b-c"),
        ("${P#z}${P%z}", "a/b/ca/b/c"),
        ("${P#?}", "/b/c"),
        ("${S#\\*}", "x"),
        ('\'$A\'"$A\\"\\x"\\$A', '$A1"\\x$A'),
        ('"a\\"', None),
        ("$", "$"),
        ("$1x${B}", "x"),
        ("$?-", "-"),
        ("a\\", "a"),
        ("< <<\tx", "< <<\tx"),
        ("${B:?must}", None),
        ("${E:?must}", None),
        ("${B?}", None),
        ("${", None),
        ("${:x}", None),
        ("${A", None),
        ("${A:-x", None),
        ("${A^}", None),
        ("${A:#x}", None),
        ("${A:1}", None),
        ("${B:1}", None),
        ("$A²${A}²", "1²1²"),
        ("\ufeff$A", "1"),
        ("${B:-" * 2_000 + "}" * 2_000, None),
        ("${P/a}", None),
        ("${P#\\z}", None),
        ("'a", None),
        ('"a', None),
    ],
)
def test_variables_are_filled_in_as_the_builder_does(word: str, expected: str | None) -> None:
    values = {"A": "1", "E": "", "P": "a/b/c", "S": "*x"}
    if expected is None:
        with pytest.raises(DockerfileError):
            expand(word, values)
    else:
        assert expand(word, values) == expected


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("ARG V=3\nARG B=alpine:${V}\nFROM $B\n", "alpine:3"),
        ("ARG V=3\nFROM alpine:${V:-4}-${TARGETARCH}\n", "alpine:3-amd64"),
        ("FROM ${X:-y}\n", "y"),
        ("FROM ${X}\n", ""),
        ("FROM ${X:?}\n", ""),
        ("ARG A\nFROM alpine:${A:-1}\n", "alpine:1"),
        ("ARG A=1\nARG A\nFROM alpine:${A}\n", "alpine:1"),
        ('ARG A="debian:12"\nFROM $A\n', "debian:12"),
    ],
)
def test_the_image_under_a_stage_is_resolved(text: str, base: str) -> None:
    doc = Dockerfile(text)
    assert doc.external(doc.ships()) == base


def test_build_arguments_override_the_defaults() -> None:
    text = "ARG B=a\nFROM $B\nARG B\nARG C=d\nARG D\nARG E=${X:?}\nENV F=$B/$C G=${X:?}\n"
    doc = Dockerfile(text, build_args={"B": "z", "C": "c", "TARGETARCH": "arm64"})
    assert doc.external(doc.ships()) == "z"
    assert doc.arguments["TARGETARCH"] == "arm64"
    assert doc.variables(doc.ships()) == {"B": "z", "C": "c", "E": "", "F": "z/c", "G": ""}
    plain = Dockerfile(text)
    assert plain.variables(plain.ships())["B"] == "a"


def test_stages_know_what_they_stand_on_and_what_they_use() -> None:
    doc = Dockerfile(
        "FROM --platform=$BUILDPLATFORM golang:1 AS Build\n"
        "FROM build AS more\n"
        "COPY --from=other/image:1 /a /a\n"
        "FROM scratch\n"
        "COPY --from=0 /a /a\n"
        "COPY --from=MORE /b /b\n"
        "RUN --mount=type=bind,from=build,target=/x --mount=type=tmpfs,target=/y y\n"
    )
    build, more, last = doc.stages
    assert (build.name, build.platform, build.base, build.parent) == (
        "build",
        "$BUILDPLATFORM",
        "golang:1",
        None,
    )
    assert (more.parent, more.line, doc.chain(more)) == (0, 2, (build, more))
    assert [(use.image, use.stage) for use in more.uses] == [("other/image:1", None)]
    uses = [(use.image, use.stage) for use in last.uses]
    assert uses == [("0", 0), ("MORE", 1), ("build", 0)]
    assert doc.ships("MORE") is more
    assert doc.ships("0") is build
    assert doc.ships() is last
    with pytest.raises(DockerfileError, match="no stage 'none'") as caught:
        doc.ships("none")
    assert "build, more, 2" in caught.value.hint


def test_a_later_stage_of_the_same_name_wins() -> None:
    doc = Dockerfile("FROM a AS x\nFROM b AS x\nFROM x\n")
    assert doc.external(doc.ships()) == "b"
    assert doc.ships("x").base == "b"


def test_what_counts_in_the_image_is_the_last_instruction_over_the_chain() -> None:
    doc = Dockerfile(
        'FROM a AS base\nUSER u\nCMD ["c"]\nEXPOSE 80\nFROM base AS mid\nENTRYPOINT ["e"]\n'
        "FROM mid\nENV PORT=90\nEXPOSE $PORT/tcp 53/udp 8000-8002 ${X:?} bad\nUSER v\nUSER w\n"
    )
    ship = doc.ships()
    user = doc.effective(ship, "USER")
    entrypoint = doc.effective(ship, "ENTRYPOINT")
    assert user is not None
    assert entrypoint is not None
    assert user.args.text == "w"
    assert entrypoint.line == 6
    assert doc.effective(ship, "CMD") is None
    assert doc.effective(ship, "WORKDIR") is None
    assert doc.ports(ship) == (80, 90, 8000, 8001, 8002)


def test_a_stage_is_found_in_lower_case_only_by_from() -> None:
    doc = Dockerfile("FROM x AS Build\nFROM Build\nCOPY --from=BUILD a b\n")
    assert [one.parent for one in doc.stages] == [None, None]
    assert doc.external(doc.ships()) == "Build"
    assert [use.stage for use in doc.ships().uses] == [0]


def test_a_source_may_stand_later_or_have_a_later_namesake() -> None:
    doc = Dockerfile(
        "FROM x AS a\nCOPY --from=b c d\nCOPY --from=+2 c d\nFROM y AS b\nFROM z AS b\n"
        "FROM b\nRUN --mount=from=0,target=/m --mount=from=B,target=/n e\n"
    )
    first, _, _, last = doc.stages
    assert [use.stage for use in first.uses] == [2, 2]
    assert [(use.image, use.stage) for use in last.uses] == [("0", None), ("B", 2)]
    assert last.parent == 2


@pytest.mark.parametrize(
    "text",
    [
        "FROM x AS a\nCOPY --from=a b c\n",
        "FROM x\nCOPY --from=0 b c\n",
        "FROM x AS a\nCOPY --from=b c d\nFROM y AS b\nRUN --mount=from=a,target=/m d\n",
    ],
)
def test_stages_that_take_from_one_another_are_refused(text: str) -> None:
    with pytest.raises(DockerfileError, match=r"line 1: the stage (a|0) takes files from itself"):
        Dockerfile(text)


def test_many_stages_are_read_in_linear_time() -> None:
    # A quadratic search would take minutes.
    doc = Dockerfile("".join(f"FROM s{n - 1} AS s{n}\n" for n in range(20_000)))
    assert doc.stages[-1].parent == 19_998


def test_what_stands_on_a_stage() -> None:
    doc = Dockerfile("FROM x AS a\nFROM y AS b\nFROM a AS c\nFROM b AS d\nFROM c\n")
    for root in doc.stages:
        assert doc.standing_on(root) == tuple(one for one in doc.stages if root in doc.chain(one))
    assert [one.index for one in doc.standing_on(doc.stages[0])] == [0, 2, 4]
