"""Which bases are proposed for which base, and why the others are not."""

import pytest
from proposals import Proposed, proposed, target_of

from stepdown.errors import NothingToDoError, UnknownBaseError, UsageError
from stepdown.flow.catalog import load
from stepdown.model.facts import Facts
from stepdown.model.image import Libc, Tier
from stepdown.model.plan import Policy
from stepdown.propose import propose


def _images(found: Proposed) -> list[str]:
    return [candidate.image for candidate in found[0]]


OTHERS = "images of other vendors"


def _reasons(found: Proposed) -> dict[str, str]:
    return {skipped.image: skipped.reason for skipped in found[1] if skipped.image != OTHERS}


@pytest.mark.parametrize(
    ("base", "images"),
    [
        ("node:24", ["node:24-slim", "node:24-alpine", "nodejs24"]),
        ("node:24.19.0", ["node:24.19.0-slim", "node:24.19.0-alpine", "nodejs24"]),
        ("node:24-bookworm", ["node:24-bookworm-slim", "node:24-alpine", "nodejs24"]),
        ("docker.io/library/node:26", ["node:26-slim", "node:26-alpine", "nodejs26"]),
        ("node:24-bookworm-slim", ["node:24-alpine", "nodejs24"]),
        ("node:24-alpine3.23", ["nodejs24"]),
        ("node:20-slim", ["node:20-alpine"]),
        ("python:3.13", ["python:3.13-slim", "python:3.13-alpine", "python3"]),
        ("python:3.13-slim-trixie", ["python:3.13-alpine", "python3"]),
        ("python:3.14-rc-bookworm", ["python:3.14-rc-slim-bookworm", "python:3.14-rc-alpine"]),
        ("python:3.12", ["python:3.12-slim", "python:3.12-alpine"]),
        ("golang:1.24", ["golang:1.24-alpine"]),
        ("debian:bookworm", ["debian:bookworm-slim", "alpine:3.23", "cc"]),
        ("debian:12.8", ["debian:12.8-slim", "alpine:3.23", "cc"]),
        ("debian:trixie-slim", ["alpine:3.23", "cc"]),
        ("debian", ["alpine:3.23", "cc"]),
        ("node:lts", []),
        ("alpine:3.19", []),
    ],
)
def test_candidates_in_the_order_of_the_ladder(base: str, images: list[str]) -> None:
    short = [
        image.removeprefix("gcr.io/distroless/").removesuffix("-debian13:nonroot")
        for image in _images(proposed(f"FROM {base}\n"))
    ]
    assert short == images


def test_static_programs_go_down_to_scratch() -> None:
    text = "FROM golang:1.24 AS build\nFROM debian:12-slim\nCOPY --from=build /app /app\n"
    candidates, skipped = proposed(text, Facts(static=True))
    assert [c.image for c in candidates] == [
        "alpine:3.23",
        "gcr.io/distroless/cc-debian13:nonroot",
        "gcr.io/distroless/static-debian13:nonroot",
        "scratch",
    ]
    assert [c.libc for c in candidates] == [Libc.MUSL, Libc.GLIBC, Libc.NONE, Libc.NONE]
    assert [one.image for one in skipped] == [OTHERS]


@pytest.mark.parametrize("facts", [Facts(), Facts(static=False)])
def test_nothing_but_static_programs_runs_without_a_c_library(facts: Facts) -> None:
    reasons = _reasons(proposed("FROM debian:bookworm\n", facts))
    assert set(reasons) == {"gcr.io/distroless/static-debian13:nonroot", "scratch"}
    assert all("CGO_ENABLED=0" in reason for reason in reasons.values())


def test_an_interpreter_rules_scratch_out() -> None:
    assert "node runtime" in _reasons(proposed("FROM node:24\n"))["scratch"]


def test_a_toolchain_needs_a_split_first() -> None:
    reasons = _reasons(proposed("FROM golang:1.24\n", Facts(static=True)))
    assert "not published as a slim image" in reasons["golang"]
    assert "Split the Dockerfile first" in reasons["gcr.io/distroless/static-debian13:nonroot"]
    assert "Split the Dockerfile first" in reasons["scratch"]


def test_a_tag_without_a_version_is_told() -> None:
    reasons = _reasons(proposed("FROM node:lts\n"))
    assert len(reasons) == 4
    assert "names no node version" in reasons["node:VERSION-slim"]
    assert (
        "only python 3;"
        in _reasons(proposed("FROM python:3\n"))["gcr.io/distroless/python3-debian13:nonroot"]
    )
    assert "names no release" in _reasons(proposed("FROM debian:latest\n"))["debian:RELEASE-slim"]


def test_a_version_that_distroless_has_not_is_told_with_its_retired_image() -> None:
    reasons = _reasons(proposed("FROM node:20.18.0\n"))
    wanted = reasons["gcr.io/distroless/nodejs20-debian13:nonroot"]
    assert wanted == "There is no such image for node 20.18.0; there is one for 22, 24, 26."
    assert "no more security fixes" in reasons["gcr.io/distroless/nodejs20-debian12:nonroot"]
    assert "gcr.io/distroless/nodejs24-debian12:nonroot" not in _reasons(proposed("FROM node:24\n"))


def test_a_program_for_musl_is_not_put_on_glibc() -> None:
    reasons = _reasons(proposed("FROM alpine:3.23\n"))
    assert "linked to musl" in reasons["gcr.io/distroless/cc-debian13:nonroot"]


def test_an_older_glibc_is_never_proposed() -> None:
    reasons = _reasons(proposed("FROM debian:forky-slim\n"))
    assert "older than that of the present base" in reasons["gcr.io/distroless/cc-debian13:nonroot"]


def test_a_named_tier_comes_first_and_the_rungs_above_follow() -> None:
    found = proposed("FROM node:24\n", to="alpine")
    assert _images(found) == ["node:24-alpine", "node:24-slim"]
    reason = _reasons(found)["gcr.io/distroless/nodejs24-debian13:nonroot"]
    assert reason == "It is below alpine, the tier that was asked for."
    assert _images(proposed("FROM node:24-slim\n", to="slim")) == []


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(UsageError, match="tiny") as error:
        proposed("FROM node:24\n", to="tiny")
    assert "smallest" in error.value.hint


def test_one_base_can_be_asked_for() -> None:
    image = "node@sha256:" + "0" * 64
    candidates, skipped = proposed("FROM node:20\n", base="node:22-alpine")
    assert [(c.image, c.tier, c.libc) for c in candidates] == [
        ("node:22-alpine", Tier.ALPINE, Libc.MUSL)
    ]
    assert candidates[0].reasons[0] == "You asked for this image."
    assert skipped == ()
    assert _images(proposed("FROM node:20\n", base=image)) == [image]


def test_a_retired_base_is_tried_when_asked_for_and_its_age_is_told() -> None:
    base = "gcr.io/distroless/nodejs20-debian12"
    candidates, _ = proposed("FROM node:20-trixie\n", base=base)
    assert any("stopped building" in reason for reason in candidates[0].reasons)
    assert any("2026-01-31" in reason for reason in candidates[0].reasons)
    assert "A09" in {hazard.id for hazard in candidates[0].hazards}


def test_a_base_without_the_runtime_is_told() -> None:
    candidates, _ = proposed("FROM node:24\n", base="gcr.io/distroless/cc-debian13")
    assert candidates[0].reasons[-1] == "It carries no node runtime."


def test_an_unknown_base_is_refused() -> None:
    with pytest.raises(UnknownBaseError, match="example/app") as error:
        proposed("FROM node:24\n", base="example/app:1")
    assert "`stepdown recipes list`" in error.value.details


def test_the_present_base_is_no_candidate() -> None:
    with pytest.raises(NothingToDoError):
        proposed("FROM node:24\n", base="node:24")


def test_an_unknown_present_base_is_refused() -> None:
    known = load().families
    found = target_of("FROM node:24\n")
    with pytest.raises(UnknownBaseError):
        propose(found, Facts(), [f for f in known if f.name != "node"], Policy())


def test_a_candidate_carries_what_its_rung_knows() -> None:
    candidate = proposed("FROM node:24\n")[0][-1]
    assert candidate.entrypoint == ("/nodejs/bin/node",)
    assert candidate.interpreter == "/nodejs/bin/node"
    assert candidate.interpreters == ("node", "nodejs")
    assert not candidate.on_path
    assert not candidate.shell
    assert candidate.user == "65532"
    assert candidate.expected_packages == 14
    assert "14 packages, 153.7 MB" in candidate.reasons[1]


def test_a_digest_that_would_be_lost_is_told() -> None:
    digest = "sha256:" + "0" * 64
    candidates, _ = proposed(f"FROM node:24@{digest}\n")
    assert all("pinned by digest" in candidate.reasons[-1] for candidate in candidates)
    assert candidates[0].image == "node:24-slim"


def test_figures_that_are_unknown_are_not_invented() -> None:
    candidates, _ = proposed("FROM debian:bookworm\n", base="gcr.io/distroless/base-debian13")
    assert candidates[0].expected_megabytes is None
    assert any("10 packages. " in reason for reason in candidates[0].reasons)
    old, _ = proposed("FROM node:20\n", base="gcr.io/distroless/nodejs20-debian12:nonroot")
    assert not any("Expected" in reason for reason in old[0].reasons)


def test_a_tag_that_no_recipe_knows_is_told_from_a_name() -> None:
    with pytest.raises(UnknownBaseError, match="the tag of node:24-nosuch") as error:
        proposed("FROM node:24\n", base="node:24-nosuch")
    assert "node:VERSION-alpine" in error.value.details
    with pytest.raises(UnknownBaseError, match="the image nosuch:24"):
        proposed("FROM node:24\n", base="nosuch:24")
