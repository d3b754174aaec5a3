"""The commands that need no engine: plan, explain, report, help."""

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from stepdown.model.plan import Plan
from stories import Stepdown, make

ROOT = Path(__file__).parents[2]
DOCKERFILE = """\
FROM node:24
WORKDIR /app
COPY . .
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD node server.js
"""


def test_plan_needs_neither_engine_nor_git(stepdown: Stepdown, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    nobody = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}
    said = stepdown("plan", tmp_path, env=nobody)
    assert said.returncode == 0, said.stderr
    for word in ("node:24-slim", "node:24-alpine", "gcr.io/distroless/nodejs24-debian13:nonroot"):
        assert word in said.stdout
    assert said.stdout == stepdown("plan", tmp_path).stdout


def test_plan_as_json_is_a_plan(stepdown: Stepdown, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    said = stepdown("plan", tmp_path, "--json")
    plan = msgspec.json.decode(said.stdout, type=Plan)
    assert [step.candidate.tier for step in plan.steps] == ["slim", "alpine", "distroless"]
    assert all(step.rewrite.argument == "BASE" for step in plan.steps)


def test_the_diff_of_a_plan_applies(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=DOCKERFILE, server__js="")
    said = stepdown("plan", folder, "--to", "alpine", "--format", "diff")
    subprocess.run(["git", "apply", "-"], cwd=folder, input=said.stdout, text=True, check=True)
    assert "node:24-alpine" in (folder / "Dockerfile").read_text()


def test_an_unknown_package_can_be_named(stepdown: Stepdown, tmp_path: Path) -> None:
    text = DOCKERFILE.replace("COPY", "RUN apt-get update && apt-get install -y libfoo1 curl\nCOPY")
    folder = make(tmp_path / "r", Dockerfile=text, server__js="")
    words = ("plan", folder, "--to", "alpine")
    assert "--package libfoo1=NAME" in " ".join(stepdown(*words).stdout.split())
    said = stepdown(*words, "--package", "libfoo1=foo,bar", "--format", "diff")
    assert "+RUN apk add --no-cache foo bar curl\n" in said.stdout
    assert not said.stderr


def test_explain_reads_standard_input(stepdown: Stepdown) -> None:
    line = "Error relocating /app/x.node: fcntl64: symbol not found"
    said = stepdown("explain", stdin=line + "\n")
    assert said.returncode == 0
    assert "A07" in said.stdout
    assert line in said.stdout
    found = json.loads(stepdown("explain", "--json", stdin=line).stdout)
    assert found[0]["breakage"] == "A07"


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_explain_wants_a_text(stepdown: Stepdown, text: str) -> None:
    said = stepdown("explain", stdin=text)
    assert said.returncode == 2
    assert "no text to explain" in said.stderr
    assert "| stepdown explain" in said.stderr


def test_explain_says_unknown(stepdown: Stepdown) -> None:
    said = stepdown("explain", stdin="all is well\n")
    assert said.returncode == 0
    assert "unknown" in said.stdout.lower()


def test_help_and_version(stepdown: Stepdown) -> None:
    assert "migrate" in stepdown("--help").stdout
    assert stepdown("--version").stdout.startswith("stepdown 0.")
    assert stepdown("migrate", "--nonsense").returncode == 2
