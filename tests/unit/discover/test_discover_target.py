"""Dockerfiles in a folder, and the stage that ships."""

from pathlib import Path

import pytest

from stepdown.discover import find_dockerfiles, target
from stepdown.errors import DockerfileError, NothingToDoError, UnknownBaseError
from stepdown.flow.catalog import load
from stepdown.model.facts import Target
from stepdown.model.image import Tier


def _target(text: str, stage: str = "") -> Target:
    return target(
        text,
        repository="/repo",
        commit="c0ffee",
        dockerfile="docker/Dockerfile",
        context="app",
        stage=stage,
        catalog=load(),
    )


def test_dockerfiles_are_found_nearest_first_and_foreign_ones_left_out(tmp_path: Path) -> None:
    for name in (
        "Dockerfile", "Dockerfile.prod", "Dockerfile-dev", "api.dockerfile", "Containerfile",
        "Dockerfile.dockerignore", "Dockerfile.md", "Dockerfile.j2", "dockerfiles.txt",
        "svc/Dockerfile", "svc/deep/Containerfile.test", "node_modules/x/Dockerfile",
        ".git/Dockerfile", "vendor/Dockerfile", "docs/dockerfile",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")
    (tmp_path / "Dockerfile.d").mkdir()
    assert find_dockerfiles(tmp_path) == (
        "Containerfile",
        "Dockerfile",
        "Dockerfile-dev",
        "Dockerfile.prod",
        "api.dockerfile",
        "svc/Dockerfile",
        "docs/dockerfile",
        "svc/deep/Containerfile.test",
    )


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find_dockerfiles(tmp_path) == ()


def test_a_target_names_the_external_base_under_the_shipping_stage() -> None:
    text = (
        "ARG V=24\n"
        "FROM golang:1.24 AS tools\n"
        "FROM node:${V}-bookworm-slim AS base\n"
        "FROM base AS deps\n"
        "FROM deps\n"
        "COPY --from=tools /x /x\n"
    )
    assert _target(text) == Target(
        repository="/repo",
        commit="c0ffee",
        dockerfile="docker/Dockerfile",
        context="app",
        text=text,
        stage="",
        base="node:24-bookworm-slim",
        base_line=3,
        family="node",
        tier=Tier.SLIM,
        version="24",
        release="bookworm",
    )
    assert _target(text, "tools").base == "golang:1.24"
    assert _target(text, "tools").stage == "tools"


@pytest.mark.parametrize(
    ("base", "family", "tier", "version", "release"),
    [
        ("node:24", "node", "full", "24", "bookworm"),
        ("node:24.19.0", "node", "full", "24.19.0", "bookworm"),
        ("node:24-bookworm", "node", "full", "24", "bookworm"),
        ("node:24-trixie", "node", "full", "24", "trixie"),
        ("node:26", "node", "full", "26", "trixie"),
        ("node:26-slim", "node", "slim", "26", "trixie"),
        ("node:24-bookworm-slim", "node", "slim", "24", "bookworm"),
        ("node:24-alpine3.23", "node", "alpine", "24", "3.23"),
        ("node:24.1-alpine", "node", "alpine", "24.1", ""),
        ("node:lts", "node", "full", "", "trixie"),
        ("node:lts-alpine", "node", "alpine", "", ""),
        ("node:latest", "node", "full", "", "trixie"),
        ("node", "node", "full", "", "trixie"),
        ("node:slim", "node", "slim", "", "trixie"),
        ("node:jod-slim", "node", "slim", "", "trixie"),
        ("node:bookworm", "node", "full", "", "bookworm"),
        ("docker.io/library/node:24", "node", "full", "24", "bookworm"),
        ("python:3.13-slim-trixie", "python", "slim", "3.13", "trixie"),
        ("python:3.13", "python", "full", "3.13", "trixie"),
        ("python:3.13.5-alpine3.22", "python", "alpine", "3.13.5", "3.22"),
        ("python:slim-bookworm", "python", "slim", "", "bookworm"),
        ("python:3.14.0rc2", "python", "full", "3.14.0rc2", "trixie"),
        ("golang:1.24-bookworm", "golang", "full", "1.24", "bookworm"),
        ("golang:1.24.5-alpine3.23", "golang", "alpine", "1.24.5", "3.23"),
        ("debian:12", "debian", "full", "", "bookworm"),
        ("debian:12.8-slim", "debian", "slim", "", "bookworm"),
        ("debian:bookworm-20251117-slim", "debian", "slim", "", "bookworm"),
        ("debian:stable", "debian", "full", "", "stable"),
        ("debian", "debian", "full", "", ""),
        ("alpine:3.23.2", "alpine", "alpine", "", "3.23"),
        ("alpine", "alpine", "alpine", "", "3.23"),
        ("gcr.io/distroless/cc-debian12:nonroot", "debian", "distroless", "", "bookworm"),
        ("gcr.io/distroless/static-debian13:debug", "debian", "distroless", "", "trixie"),
    ],
)
def test_real_tags(base: str, family: str, tier: str, version: str, release: str) -> None:
    found = _target(f"FROM {base}\n")
    assert (found.family, found.tier, found.version, found.release) == (
        family, Tier(tier), version, release,
    )  # fmt: skip


def test_a_digest_does_not_hide_the_tag() -> None:
    found = _target("FROM node:24-slim@sha256:" + "a" * 64 + "\n")
    assert (found.tier, found.version) == (Tier.SLIM, "24")
    assert found.base.endswith("a" * 64)


@pytest.mark.parametrize("base", ["fedora:42", "registry.example:5000/node:24", "me/node:24"])
def test_an_unknown_base_is_refused_with_what_is_known(base: str) -> None:
    with pytest.raises(UnknownBaseError, match="do not know the base image") as error:
        _target(f"FROM {base}\n")
    assert "nginx, node, php, python" in error.value.details
    assert "--like" in error.value.hint
    assert len(error.value.details) < 250


def test_an_unknown_tag_of_a_known_name_says_so() -> None:
    with pytest.raises(UnknownBaseError, match="the tag of node:24-windows") as error:
        _target("FROM node:24-windows\n")
    assert "node:VERSION-RELEASE-slim" in error.value.details
    assert "python" not in error.value.details


def test_a_variable_without_a_value_is_refused() -> None:
    with pytest.raises(UnknownBaseError, match=r"Line 2: \$\{BASE\} names no image"):
        _target("ARG BASE\nFROM ${BASE}\n")


@pytest.mark.parametrize(
    "base",
    [
        "scratch",
        "gcr.io/distroless/nodejs24-debian13:nonroot",
        "gcr.io/distroless/python3-debian13",
    ],
)
def test_the_smallest_bases_leave_nothing_to_do(base: str) -> None:
    with pytest.raises(NothingToDoError) as error:
        _target(f"FROM {base}\n")
    assert error.value.exit_code == 3


def test_a_retired_base_is_told_to_be_one() -> None:
    with pytest.raises(NothingToDoError) as error:
        _target("FROM gcr.io/distroless/nodejs20-debian12\n")
    assert "no more security fixes" in error.value.details


def test_what_the_builder_refuses_is_refused() -> None:
    with pytest.raises(DockerfileError):
        _target("RUN x\n")
    with pytest.raises(DockerfileError):
        _target("FROM node:24\n", stage="nope")
