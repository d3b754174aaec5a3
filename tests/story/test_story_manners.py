"""Manners: completion, help that fits, colours, hooks, and CI files that follow their schemas."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import check_jsonschema
import click
import pytest
import yaml
from click.testing import CliRunner

import leftovers
from stepdown.cli.app import app
from stories import Stepdown, git, make

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"
TOOLS = Path(sys.executable).parent


def commands(group: click.Group = app, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, (*above, name))
        else:
            yield (*above, name)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_fits_a_screen(stepdown: Stepdown, words: tuple[str, ...]) -> None:
    lines = stepdown(*words, "--help").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 50
    if words and words[0] in ("migrate", "plan", "measure", "compare", "explain", "report", "help"):
        assert "Examples:" in lines


def test_help_all_has_every_flag(stepdown: Stepdown) -> None:
    said = stepdown("migrate", "--help-all").stdout
    flags = [p.opts[0] for p in app.commands["migrate"].params if isinstance(p, click.Option)]
    assert [flag for flag in flags if flag not in said] == []


def program(folder: Path) -> Path:
    """Make `stepdown` a program of PATH that runs this very source."""
    file = folder / "stepdown"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -m stepdown "$@"\n')
    file.chmod(0o755)
    return folder


BASH = """
eval "$(stepdown completion bash)"
function ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); \
  "$(complete -p stepdown | sed 's/.*-F \\([^ ]*\\).*/\\1/')" stepdown; echo "${COMPREPLY[@]}"; }
ask stepdown mea
ask stepdown config s
ask stepdown plan --lim
ask stepdown migrate --to al
"""


def test_bash_completes(tmp_path: Path) -> None:
    path = f"{program(tmp_path)}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH],
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    assert [set(line.split()) for line in done.stdout.splitlines()] == [
        {"measure"},
        {"show", "schema"},
        {"--limit"},
        {"alpine"},
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_their_script(stepdown: Stepdown, shell: str) -> None:
    said = stepdown("completion", shell).stdout
    assert f"_STEPDOWN_COMPLETE={shell}_complete" in said
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=said, text=True, check=True)


def test_pre_commit_takes_the_manifest() -> None:
    words = [str(TOOLS / "pre-commit"), "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    subprocess.run(words, check=True, capture_output=True)


def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    """With the language `system`, so that no environment is installed."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        hook["language"] = "system"
    source = make(tmp_path / "hooks")
    (source / ".pre-commit-hooks.yaml").write_text(json.dumps(hooks))
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "--message", "hooks")
    folder = make(tmp_path / "r", Dockerfile="FROM node:24\nCOPY . .\n", stepdown__toml="")
    (tmp_path / "bin").mkdir()
    environment = {
        **os.environ,
        "PATH": f"{program(tmp_path / 'bin')}:{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
    }

    def run() -> "subprocess.CompletedProcess[str]":
        words = [str(TOOLS / "pre-commit"), "try-repo", str(source), "--ref", "main", "-a"]
        return subprocess.run(
            words, cwd=folder, env=environment, check=False, capture_output=True, text=True
        )

    said = run()
    assert "exit code: 14" in said.stdout, said.stdout + said.stderr
    assert "node:24 can go down to" in said.stdout
    (folder / "stepdown.toml").write_text('policy.limit = "full"\n')
    git(folder, "add", "--all")
    said = run()
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-workflows", "github/stepdown.yml"),
        ("vendor.github-actions", "github/stepdown/action.yml"),
        ("vendor.gitlab-ci", "gitlab/templates/stepdown.yml"),
    ],
)
def test_ci_files_follow_their_schemas(tmp_path: Path, schema: str, file: str) -> None:
    text = (CI / file).read_text()
    if schema == "vendor.gitlab-ci":
        head, text = text.split("---\n")
        inputs = yaml.safe_load(head)["spec"]["inputs"]
        assert all(f"$[[ inputs.{name} ]]" in text for name in inputs)
    document = tmp_path / "document.yml"
    document.write_text(text)
    words = ["--builtin-schema", schema, str(document)]
    if schema == "vendor.gitlab-ci":
        words[:0] = ["--data-transform", "gitlab-ci"]
    done = CliRunner().invoke(check_jsonschema.main, words)
    assert done.exit_code == 0, done.output


def test_the_flags_of_ci_files_exist(stepdown: Stepdown) -> None:
    known = stepdown("migrate", "--help-all").stdout
    for file in ("github/stepdown/action.yml", "gitlab/templates/stepdown.yml"):
        text = (CI / file).read_text()
        for flag in ("--yes", "--report", "--record"):
            assert flag in text
            assert flag in known


@pytest.mark.parametrize(
    "words", [("plan",), ("migrate", "--yes"), ("recipes", "check", "--on", "2026-01-01"), ("pln",)]
)
def test_a_process_that_loads_all_itself_says_the_same(
    stepdown: Stepdown,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    """Other stories run forks of a process that has loaded the program: see tests/loaded.py."""
    monkeypatch.chdir(make(tmp_path / "r", Dockerfile="FROM node:24\nCOPY . .\n"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    command = [sys.executable, "-m", "stepdown", *words]
    own = leftovers.environment(home)
    alone = subprocess.run(command, check=False, capture_output=True, text=True, env=own)
    said = stepdown(*words)
    assert (said.returncode, said.stdout) == (alone.returncode, alone.stdout)
    assert said.stderr == alone.stderr


def test_version(stepdown: Stepdown) -> None:
    assert stepdown("--version").stdout.startswith("stepdown 0.")
