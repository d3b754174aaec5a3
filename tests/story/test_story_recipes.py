"""`stepdown recipes`, recipes of one's own, and plans that the policy bounds."""

import json
from pathlib import Path

import pytest

from stories import Said, Stepdown, git, make

NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.js"]\n'
OWN = """\
name = "node"
language = "node"
repositories = ["registry.example.com/base/node"]

[[rungs]]
tier = "slim"
image = "registry.example.com/base/node:{version}"
tags = '(?P<version>\\d+)'
libc = "glibc"
shell = true
package_manager = "apt"
interpreter = "/usr/local/bin/node"
release = "bookworm"
reason = "The platform team's hardened node."
evidence = "The platform team, 2026-11."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "node.toml").write_text(OWN)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make(tmp_path / "r", Dockerfile=NODE)


def images(said: Said) -> list[str]:
    assert said.returncode == 0, said.stderr
    return [step["candidate"]["image"] for step in json.loads(said.stdout)["steps"]]


def complains(said: Said, code: int, *words: str) -> None:
    assert said.returncode == code, said.stderr
    assert "Traceback" not in said.stderr
    assert not said.stdout
    for word in words:
        assert word in said.stderr


def test_the_list_names_every_family(stepdown: Stepdown) -> None:
    said = stepdown("recipes", "list")
    assert said.returncode == 0
    for name in ("node", "python", "rust", "java", "ruby", "php", "dotnet", "nginx", "bun"):
        assert f"\n{name}" in said.stdout
    assert "full > slim > alpine > distroless; on request docker-hardened" in said.stdout
    rows = json.loads(stepdown("recipes", "list", "--json").stdout)
    assert {"alpine", "busybox", "buildpack-deps", "ubuntu"} <= {row["name"] for row in rows}


def test_a_family_and_an_image_are_shown(stepdown: Stepdown) -> None:
    said = stepdown("recipes", "show", "java")
    assert "eclipse-temurin:{version}-jre-{release}" in said.stdout
    assert "never proposed:" in said.stdout
    one = stepdown("recipes", "show", "gcr.io/distroless/nodejs24-debian13:nonroot")
    assert one.stdout.count("C library:") == 1
    assert "user 65532" in one.stdout.replace("user:           65532", "user 65532")
    found = json.loads(stepdown("recipes", "show", "node:24-slim", "--json").stdout)
    assert [rung["image"] for rung in found["rungs"]] == ["node:{version}-{release}-slim"]
    complains(stepdown("recipes", "show", "cobol"), 2, "cobol", "Families:")


def test_a_check_warns_by_date(stepdown: Stepdown) -> None:
    early = stepdown("recipes", "check", "--on", "2025-01-01", "--json")
    late = stepdown("recipes", "check", "--on", "2029-01-01", "--json")
    assert early.returncode == late.returncode == 0
    before, after = (json.loads(said.stdout)["warnings"] for said in (early, late))
    assert len(before) < len(after)
    assert any("alpine:3.23 got its last fixes on 2027-11-01" in one for one in after)
    assert "are sound on 2025-01-01" in stepdown("recipes", "check", "--on", "2025-01-01").stdout
    complains(stepdown("recipes", "check", "--on", "tomorrow"), 2, "tomorrow")


def test_a_base_of_ones_own_is_proposed(stepdown: Stepdown, repository: Path, own: Path) -> None:
    assert "registry.example.com/base/node:24" not in images(stepdown("plan", repository, "--json"))
    said = stepdown("plan", repository, "--json", "--recipes", own)
    assert images(said)[0] == "registry.example.com/base/node:24"
    only = stepdown("plan", repository, "--json", "--recipes", own, "--approved-only")
    assert images(only) == ["registry.example.com/base/node:24"]
    assert "1 of your own" in stepdown("recipes", "list", "--recipes", own).stdout
    assert stepdown("recipes", "check", "--recipes", own).returncode == 0


@pytest.mark.parametrize("words", [("recipes", "check"), ("plan", "."), ("migrate", ".", "--yes")])
def test_a_broken_recipe_is_one_clear_error(
    stepdown: Stepdown, repository: Path, own: Path, words: tuple[str, ...]
) -> None:
    (own / "node.toml").write_text(OWN.replace('tier = "slim"', 'tier = "thin"'))
    given = [str(repository) if word == "." else word for word in words]
    said = stepdown(*given, "--recipes", own)
    complains(said, 1, str(own / "node.toml"), "thin", "$.rungs[0].tier")
    assert said.stderr.count("stepdown: ") == 1
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "branch", "--list", "stepdown/*") == ""


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--debugging", "shell"], ["node:24-slim", "node:24-alpine"]),
        (["--limit", "slim"], ["node:24-slim"]),
        (["--libc", "musl"], ["node:24-alpine"]),
        (
            ["--max-packages", "20", "--libc", "glibc"],
            ["gcr.io/distroless/nodejs24-debian13:nonroot"],
        ),
        (["--require-tool", "curl", "--limit", "slim"], ["node:24-slim"]),
        (["--min-gain", "95"], ["node:24-alpine", "gcr.io/distroless/nodejs24-debian13:nonroot"]),
    ],
)
def test_the_policy_bounds_the_plan(
    stepdown: Stepdown, repository: Path, words: list[str], kept: list[str]
) -> None:
    assert images(stepdown("plan", repository, "--json", *words)) == kept


def test_a_vendor_is_asked_for_by_name(stepdown: Stepdown, repository: Path) -> None:
    said = stepdown("plan", repository, "--json", "--allow-vendor", "docker-hardened")
    assert "dhi.io/node:24-debian13" in images(said)
    complains(stepdown("plan", repository, "--allow-vendor", "acme"), 2, "acme", "docker-hardened")
    complains(stepdown("plan", repository, "--approved-only"), 2, "--recipes")


def test_an_unknown_base_is_planned_once_it_is_said_what_it_is(
    stepdown: Stepdown, tmp_path: Path
) -> None:
    text = NODE.replace("node:24", "registry.example.com/team/base:7")
    folder = make(tmp_path / "r", Dockerfile=text)
    complains(stepdown("plan", folder), 1, "registry.example.com/team/base:7", "--like")
    said = stepdown("plan", folder, "--json", "--like", "node:24-bookworm")
    assert images(said)[:2] == ["node:24-bookworm", "node:24-bookworm-slim"]
    complains(stepdown("plan", folder, "--like", "cobol:1"), 2, "cobol:1", "recipes list")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ARG BASE\nFROM ${BASE}\n", "names no image"),
        ("FROM node:24${SUFFIX}x\n", "node:24x"),
        ("FROM node:no-such-tag\n", "do not know the tag"),
    ],
)
def test_a_base_that_is_not_known_leaves_the_tree_alone(
    stepdown: Stepdown, tmp_path: Path, text: str, words: str
) -> None:
    folder = make(tmp_path / "r", Dockerfile=text)
    nobody = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}
    for command in (["plan", folder], ["migrate", folder, "--yes"]):
        said = stepdown(*command, env=nobody)
        complains(said, 1, words, "hint:")
        assert (folder / "Dockerfile").read_text() == text
        assert git(folder, "status", "--porcelain") == ""
