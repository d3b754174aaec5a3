import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, rewritten

from stepdown.dockerfile import Dockerfile
from stepdown.dockerfile.source import Span
from stepdown.errors import DockerfileError, StepdownError
from stepdown.model.facts import Facts
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Disposition, Edit, Policy, Rewrite
from stepdown.model.recipe import Programs
from stepdown.rewrite.base import same_image
from stepdown.rewrite.situation import Pen, Situation
from stepdown.rewrite.verification import verify

SLIM = CANDIDATES["node-slim"]


def first_lines(text: str, count: int) -> list[str]:
    return text.split("\n")[:count]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# syntax=a/b:1\n\n# the app\nFROM node:22\n", ["# syntax=a/b:1", "", "ARG BASE=base"]),
        ("# escape=`\n# the app\nFROM node:22\n", ["# escape=`", "# the app", "ARG BASE=base"]),
        ("\n\nFROM node:22\n", ["", "", "ARG BASE=base"]),
        ("ARG A=1\n\nFROM node:22\n", ["ARG A=1", "ARG BASE=base", ""]),
        ("\ufeff# c\n\n# d\nFROM node:22\n", ["\ufeff# c", "", "ARG BASE=base"]),
    ],
)
def test_the_argument_stands_before_the_first_from(text: str, expected: list[str]) -> None:
    result = rewritten(text, "node-slim")
    assert first_lines(result.text, 3) == expected
    assert Dockerfile(result.text).escape == Dockerfile(text).escape


@pytest.mark.parametrize(
    "used", ["RUN echo $BASE", "ENV BASE=/x", "ARG BASE", "RUN <<EOF\n$BASE\nEOF"]
)
def test_a_name_that_the_file_uses_is_left_alone(used: str) -> None:
    assert rewritten(f"FROM node:22\n{used}\n", "node-slim").argument == "BASE_IMAGE"


def test_when_all_names_are_taken_there_is_another() -> None:
    text = "FROM node:22 AS base\nENV BASE=1 BASE_IMAGE=2 RUNTIME_BASE=3\nFROM x AS runtime-base\n"
    text += "FROM y AS base-image\nFROM base\n"
    result = rewritten(text, "node-slim")
    assert result.argument == "BASE_2"
    assert "FROM node:22-slim AS base-2\nFROM ${BASE_2} AS base\n" in result.text


def test_an_original_that_names_a_stage_gets_its_tag() -> None:
    result = rewritten("FROM alpine AS node\nFROM docker.io/library/node\n", "node-slim")
    assert result.original == "docker.io/library/node"
    clash = rewritten("FROM node\nCOPY --from=x a b\nFROM y AS node\n", "node-slim", stage="0")
    assert clash.original == "node:latest"


def test_the_users_variable_keeps_its_inner_variable() -> None:
    text = "ARG V=22\nARG IMAGE=node:${V}\nFROM $IMAGE\n"
    result = rewritten(text, "node-slim")
    assert result.text == "ARG V=22\nARG IMAGE=node:${V}-slim\nFROM $IMAGE\n"
    assert (result.argument, result.original) == ("IMAGE", "node:22")


@pytest.mark.parametrize(
    "text",
    [
        "ARG IMAGE=node:22\nFROM $IMAGE AS a\nFROM $IMAGE\n",
        "ARG IMAGE=node:22\nFROM $IMAGE\nRUN echo $IMAGE\n",
        "ARG IMAGE\nFROM ${IMAGE:-node:22} AS a\nFROM ${IMAGE:-node:22}\n",
        "ARG IMAGE=\nARG IMAGE\nFROM ${IMAGE:-node:22}\n",
        "FROM ${IMAGE:-node:22}\n",
        "ARG IMAGE=x\nARG IMAGE=node:22\nFROM $IMAGE\n",
    ],
)
def test_a_variable_with_another_use_stays_as_it_is(text: str) -> None:
    assert rewritten(text, "node-slim").argument == "BASE"


@pytest.mark.parametrize("form", ["${I:-%s}", "${I-%s}", '"${I:-%s}"'])
def test_the_image_behind_the_users_variable_is_replaced(form: str) -> None:
    for policy in (Policy(), Policy(form="literal")):
        result = rewritten(f"ARG I\nFROM {form % 'node:22'}\n", "node-slim", policy=policy)
        assert result.text == f"ARG I\nFROM {form % 'node:22-slim'}\n"
        assert (result.argument, result.original) == ("I", "node:22")


def test_a_variable_with_a_whole_image_gets_no_suffix() -> None:
    result = rewritten("ARG I=node:22\nFROM $I AS a\nFROM $I\nCOPY --from=a a b\n", "node-slim")
    assert "FROM node:22-slim AS base\n" in result.text
    assert [one.reason for one in result.refusals] == [
        "The build argument I no longer selects this base."
    ]


def test_a_value_that_is_no_word_of_the_candidate_is_not_put_in() -> None:
    result = rewritten("ARG V=2\nFROM node:${V}2\n", "node-slim")
    assert "FROM node:22-slim AS base\n" in result.text
    assert [one.reason for one in result.refusals] == [
        "The build argument V no longer selects this base."
    ]


def test_two_variables_that_share_a_value_are_not_confused() -> None:
    result = rewritten("ARG A=22\nARG B=22\nFROM node:${A}\n", "node-slim")
    assert "FROM node:${A}-slim AS base\n" in result.text


def test_a_digest_of_the_candidate_is_no_loss() -> None:
    pinned = replace(SLIM, image="node:22-slim@sha256:" + "1" * 64)
    result = rewritten("FROM node:22@sha256:" + "0" * 64 + "\n", pinned)
    assert result.refusals == ()


def test_a_base_without_a_value_is_an_error() -> None:
    with pytest.raises(DockerfileError, match="no fixed value"):
        rewritten("FROM ${X}\n", "node-slim")


def test_a_stage_with_other_children_is_no_alias() -> None:
    text = "ARG BASE=base\nFROM node:22 AS base\nFROM base AS test\nFROM ${BASE}\n"
    result = rewritten(text, "node-alpine")
    assert Dockerfile(result.text).external(Dockerfile(result.text).ships()) == "node:22-alpine"
    assert "FROM ${BASE_IMAGE} AS base\n" in result.text


def test_build_stages_on_the_same_chain_move_along() -> None:
    text = "FROM node:22 AS base\nRUN x\nFROM base AS build\nFROM base\nCOPY --from=build a /b\n"
    result = rewritten(text + "FROM base\n", "node-distroless", stage="3")
    assert [(one.line, one.blocking) for one in result.refusals if one.fixer == "shellless"] == [
        (2, True)
    ]


def test_a_stage_that_is_not_built_blocks_nothing() -> None:
    text = 'FROM node:22 AS base\nENV A=1\nFROM base AS dev\nRUN x\nFROM base\nCMD ["a.js"]\n'
    result = rewritten(text, "node-distroless")
    assert [(one.line, one.blocking) for one in result.refusals] == [(4, False)]


def test_images_are_the_same_however_they_are_spelled() -> None:
    assert same_image("node", "docker.io/library/node:latest")
    assert not same_image("node:22", "node:22-slim")
    assert not same_image("node:22", "node:22@sha256:1")


def test_the_diff_names_a_path_with_a_space_so_that_git_reads_it() -> None:
    result = rewritten("FROM node:22\n", "node-slim", dockerfile="my app/Dockerfile")
    assert result.diff.startswith("--- a/my app/Dockerfile\t\n+++ b/my app/Dockerfile\t\n")


def test_unsafe_edits_are_proposed_or_applied() -> None:
    url = "https://github.com/krallin/tini/releases/download/v0.19.0/tini"
    text = f"FROM node:22\nADD {url} /tini\n"
    proposed = rewritten(text, "node-alpine")
    assert [one.disposition for one in proposed.proposed] == [Disposition.UNSAFE]
    assert [one.blocking for one in proposed.refusals] == [True]
    assert f"ADD {url} /tini\n" in proposed.text
    applied = rewritten(text, "node-alpine", policy=Policy(unsafe_fixes=True))
    assert (applied.proposed, applied.refusals) == ((), ())
    assert f"ADD {url}-static /tini\n" in applied.text


def situation(doc: Dockerfile) -> Situation:
    stage = doc.stages[0]
    return Situation(
        candidate=SLIM,
        facts=Facts(),
        packages={},
        policy=Policy(),
        remedies=(),
        programs=Programs(),
        present="node/full",
        root=stage,
        ship=stage,
        chain=(stage,),
        affected=(stage,),
        built=frozenset((0,)),
        old=stage.base,
        target="",
        alias=None,
    )


@pytest.mark.parametrize(
    ("after", "argument", "original"),
    [
        ("FROM node:23\nUSER a\n", "", ""),
        ("FROM node:22-slim\nUSER b\n", "", ""),
        ("FROM node:22-slim\n", "", ""),
        ("FROM node:22-slim\nUSER a\nFRMO\n", "", ""),
        ("ARG B=node:22-slim\nFROM node:22-slim\nUSER a\n", "B", "node:22"),
    ],
)
def test_a_wrong_result_is_never_handed_out(after: str, argument: str, original: str) -> None:
    doc = Dockerfile("FROM node:22\nUSER a\n")
    edit = Pen(text=doc.text, fixer="base").edit(Span(0, 12), "FROM node:22-slim", "")
    result = Rewrite(text=after, argument=argument, original=original, edits=(edit,))
    with pytest.raises(StepdownError, match="the rewritten Dockerfile is wrong"):
        verify(doc, situation(doc), result)


def test_a_right_result_passes_its_check() -> None:
    doc = Dockerfile("FROM node:22\nUSER a\n")
    edit = Pen(text=doc.text, fixer="base").edit(Span(5, 12), "node:22-slim", "")
    assert isinstance(edit, Edit)
    after = Rewrite(text="FROM node:22-slim\nUSER a\n", argument="", original="", edits=(edit,))
    verify(doc, situation(doc), after)


def test_the_candidates_cover_the_ladder() -> None:
    tiers = {one.tier for one in CANDIDATES.values()}
    assert tiers == {Tier.SLIM, Tier.ALPINE, Tier.DISTROLESS, Tier.SCRATCH}
    assert {one.libc for one in CANDIDATES.values()} == set(Libc)
    managers = {one.package_manager for one in CANDIDATES.values()}
    assert managers == set(PackageManager) - {PackageManager.OTHER}


@pytest.mark.parametrize(
    ("text", "original", "kept"),
    [
        ("FROM registry.local:5000/team/node:22\n", "registry.local:5000/team/node:22", ""),
        ("FROM node:22 AS node\n", "node:22", "FROM ${BASE} AS node\n"),
        ("FROM\tnode:22\n", "node:22", "FROM\t${BASE}\n"),
        (
            "FROM node:22\nCOPY --from=node:22 /usr/local/bin/node /n\n",
            "node:22",
            "COPY --from=node:22 /usr/local/bin/node /n\n",
        ),
        (
            "FROM node:22\nRUN apk add --virtual .b gcc && apk del .b\n",
            "node:22",
            "RUN apk add --virtual .b gcc && apk del .b\n",
        ),
    ],
)
def test_only_the_base_of_the_shipped_stage_is_replaced(
    text: str, original: str, kept: str
) -> None:
    result = rewritten(text, "node-alpine")
    assert result.original == original
    assert result.text.startswith("ARG BASE=base\nFROM node:22-alpine AS base\n")
    assert result.text.endswith(kept)
    assert not any(one.blocking for one in result.refusals)
