"""Settings of a repository through the command line: precedence, sources, checks and gates."""

import json
from pathlib import Path

import msgspec
import pytest

from stepdown.model.plan import Plan
from stories import Said, Stepdown, make

NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.js"]\n'
SETTINGS = """\
[checks]
test = "node --test"
[env]
PORT = 3000
[policy]
limit = "slim"
forbid-tools = ["nc"]
[gates]
max.commands = 100
"""


def sources(said: Said) -> dict[str, tuple[object, str]]:
    assert said.returncode == 0, said.stderr
    rows = json.loads(said.stdout)["settings"]
    return {row["key"]: (row["value"], row["source"]) for row in rows}


def tiers(said: Said) -> list[str]:
    assert said.returncode == 0, said.stderr
    plan = msgspec.json.decode(said.stdout, type=Plan)
    return [step.candidate.tier.value for step in plan.steps]


def test_a_flag_wins_over_the_file_and_that_over_the_default(
    stepdown: Stepdown, tmp_path: Path
) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE)
    assert tiers(stepdown("plan", folder, "--json")) == ["slim", "alpine", "distroless"]
    (folder / "stepdown.toml").write_text(SETTINGS)
    assert tiers(stepdown("plan", folder, "--json")) == ["slim"]
    assert tiers(stepdown("plan", folder, "--json", "--limit", "alpine")) == ["slim", "alpine"]
    plan = msgspec.json.decode(stepdown("plan", folder, "--json").stdout, type=Plan)
    assert plan.facts.test is not None
    assert plan.facts.test.source == "from stepdown.toml:2"
    assert {gate.id for gate in plan.policy.gates} == {"max.commands", "forbid.tool.nc"}


def test_show_tells_where_each_value_comes_from(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, stepdown__toml=SETTINGS)
    words = ("--env", "DEBUG=1", "--gate", "max.commands=5", "--to", "alpine")
    found = sources(stepdown("config", "show", folder, *words, "--json"))
    assert found["checks.test"] == ("node --test", "stepdown.toml:2")
    assert found["env.PORT"] == ("3000", "stepdown.toml:4")
    assert found["env.DEBUG"] == ("1", "--env")
    assert found["policy.limit"] == ("slim", "stepdown.toml:6")
    assert found["policy.to"] == ("alpine", "--to")
    assert found["gates.max.commands"] == ("5", "--gate")
    assert found["checks.test-timeout"] == (600.0, "default")
    text = stepdown("config", "show", folder).stdout
    assert " stepdown.toml:6\n" in text


def test_pyproject_counts_too(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE)
    (folder / "pyproject.toml").write_text('[tool.stepdown]\npolicy.limit = "slim"\n')
    assert tiers(stepdown("plan", folder, "--json")) == ["slim"]
    (folder / "stepdown.toml").write_text("")
    said = stepdown("plan", folder)
    assert said.returncode == 2
    assert "both have settings" in said.stderr


@pytest.mark.parametrize("command", [("plan",), ("migrate", "--yes"), ("config", "check")])
def test_a_wrong_key_stops_every_command(
    stepdown: Stepdown, tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, stepdown__toml="[policy]\nlimits = 'slim'\n")
    said = stepdown(*command, folder)
    assert said.returncode == 2
    assert "stepdown.toml:2: policy.limits is no setting." in said.stderr
    assert "hint: Did you mean policy.limit?" in said.stderr
    assert not said.stdout


def test_dockerfile_and_context_of_the_file(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "docker").mkdir()
    (folder / "docker" / "app.Dockerfile").write_text(NODE)
    (folder / "app").mkdir()
    (folder / "app" / "package.json").write_text('{"scripts": {"test": "node --test"}}')
    text = 'dockerfile = "docker/app.Dockerfile"\ncontext = "app"\n'
    (folder / "stepdown.toml").write_text(text)
    plan = msgspec.json.decode(stepdown("plan", folder, "--json").stdout, type=Plan)
    assert (plan.target.dockerfile, plan.target.context) == ("docker/app.Dockerfile", "app")
    (folder / "app" / "Dockerfile").write_text(NODE.replace("24", "22"))
    other = msgspec.json.decode(stepdown("plan", folder / "app", "--json").stdout, type=Plan)
    assert other.target.dockerfile == "app/Dockerfile"
    (folder / "stepdown.toml").write_text('dockerfile = "docker/none"\n')
    said = stepdown("plan", folder)
    assert said.returncode == 2
    assert "stepdown.toml:1: dockerfile: there is no file" in said.stderr


def test_a_configuration_reads_nothing_outside(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE)
    for text in (
        'recipes = ["../recipes"]',
        'scan.vex = ["../x"]',
        'build.secrets = [{id = "a", file = "../token"}]',
    ):
        (folder / "stepdown.toml").write_text(f"{text}\n")
        said = stepdown("plan", folder)
        assert said.returncode == 2
        assert "leads out of the repository" in said.stderr


def test_waivers_are_checked_and_an_expired_one_is_said(stepdown: Stepdown, tmp_path: Path) -> None:
    waiver = "[[waivers]]\nreason = 'x'\nexpires = 2020-01-01\n"
    folder = make(tmp_path / "r", Dockerfile=NODE, stepdown__toml=f"{waiver}gate = 'max.commands'")
    said = stepdown("config", "check", folder)
    assert said.returncode == 0
    assert "max.commands expired on 2020-01-01" in said.stdout
    for wrong, words in (
        ("finding = 'Z99'", "no breakage is called Z99"),
        ("gate = 'max.x'", "there is no gate max.x"),
        ("", "needs gate or finding"),
    ):
        (folder / "stepdown.toml").write_text(waiver + wrong)
        said = stepdown("config", "check", folder)
        assert said.returncode == 2
        assert words in said.stderr


def test_the_schema_takes_what_the_program_takes(stepdown: Stepdown) -> None:
    from jsonschema import (  # noqa: PLC0415  (seconds; every worker loads this module)
        Draft202012Validator,
        ValidationError,
    )

    schema = json.loads(stepdown("config", "schema").stdout)
    checker = Draft202012Validator(schema)
    checker.check_schema(schema)
    checker.validate({"policy": {"limit": "slim"}, "gates": {"max": {"commands": 3}}})
    for wrong in ({"policy": {"limits": "slim"}}, {"gates": {"max": {"commands": "x"}}}):
        with pytest.raises(ValidationError):
            checker.validate(wrong)


def test_build_arguments_that_choose_the_base_are_refused(
    stepdown: Stepdown, tmp_path: Path
) -> None:
    text = "ARG V=24\nFROM node:${V}\nCOPY . .\n"
    folder = make(tmp_path / "r", Dockerfile=text, stepdown__toml="build.args = {V = '22'}\n")
    said = stepdown("plan", folder)
    assert said.returncode == 2
    assert "from node:24 to node:22" in said.stderr
    (folder / "stepdown.toml").write_text("build.args = {BASE = 'x'}\n")
    said = stepdown("plan", folder)
    assert said.returncode == 2
    assert "BASE selects the base" in said.stderr
    (folder / "stepdown.toml").write_text("build.args = {OTHER = 'x'}\n")
    assert stepdown("plan", folder).returncode == 0


def test_a_secret_that_is_not_there(stepdown: Stepdown, tmp_path: Path) -> None:
    text = 'build.secrets = [{id = "npm", env = "STEPDOWN_NO_SUCH"}]\n'
    folder = make(tmp_path / "r", Dockerfile=NODE, stepdown__toml=text)
    said = stepdown("migrate", folder, "--yes")
    assert said.returncode == 2
    assert "wants the variable STEPDOWN_NO_SUCH" in said.stderr


@pytest.mark.parametrize(
    ("dockerfile", "settings", "answer"),
    [
        (NODE, "", (14, "movable")),
        (NODE, "policy.limit = 'full'\n", (0, "smallest")),
        ("FROM scratch\nCOPY a /\n", "", (0, "smallest")),
        ("FROM registry.example.com/team/base:7\n", "", (10, "attention")),
        ("FROM node:24\nRUN <<EOF\n", "", (1, "error")),
    ],
)
def test_plan_check(
    stepdown: Stepdown, tmp_path: Path, dockerfile: str, settings: str, answer: tuple[int, str]
) -> None:
    folder = make(tmp_path / "r", Dockerfile=dockerfile, stepdown__toml=settings)
    said = stepdown("plan", "--check", folder, "--json")
    (found,) = json.loads(said.stdout)
    assert (said.returncode, found["state"]) == answer


def test_plan_check_names_the_lines_that_are_in_the_way(stepdown: Stepdown, tmp_path: Path) -> None:
    text = "FROM node:24-slim\nRUN apt-get update && apt-get install -y libfoo1\nCOPY . .\n"
    folder = make(tmp_path / "r", Dockerfile=text)
    said = stepdown("plan", "--check", folder, "--limit", "alpine")
    assert said.returncode == 10
    assert "line 2:" in said.stdout
    assert "libfoo1" in said.stdout


def test_plan_check_of_several_files_has_the_gravest_code(
    stepdown: Stepdown, tmp_path: Path
) -> None:
    folder = make(tmp_path / "r", Dockerfile="FROM scratch\nCOPY a /\n")
    (folder / "b.Dockerfile").write_text(NODE)
    both = stepdown("plan", "--check", folder / "Dockerfile", folder / "b.Dockerfile")
    assert both.returncode == 14
    assert "node:24 can go down" in both.stdout
    assert stepdown("plan", "--check", folder / "Dockerfile").returncode == 0
    assert stepdown("plan", folder / "Dockerfile", folder / "b.Dockerfile").returncode == 2
    assert stepdown("plan", "--check", tmp_path / "nowhere").returncode == 2
