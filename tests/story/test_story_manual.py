"""The manual: every topic, its examples run, its reference current."""

import re
from pathlib import Path

import click
import pytest

import reference
from examples_of_the_manual import Command, File, lay, prints, steps
from stepdown.cli import exits, manual
from stepdown.cli.app import app
from stepdown.errors import StepdownError
from stories import Stepdown, make

PAGES = reference.pages()
WRITTEN = [name for name in manual.topics() if f"{name}.md" not in PAGES]
EXAMPLES = [name for name in WRITTEN if "```console" in manual.text(name)]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_reference_is_current(name: str) -> None:
    """`python tests/reference.py` makes it anew."""
    assert (reference.FOLDER / name).read_text("utf-8") == PAGES[name]


def test_every_file_is_a_topic_and_every_topic_a_file() -> None:
    files = {path.stem for path in reference.FOLDER.glob("*.md")}
    assert files == set(manual.topics())


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_print_what_the_manual_shows(
    stepdown: Stepdown, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "hello")
    monkeypatch.chdir(folder)
    commands = 0
    for step in steps(manual.text(name)):
        match step:
            case File():
                lay(step, folder)
            case Command():
                commands += 1
                words = step.line.split()
                assert words[0] == "stepdown"
                said = stepdown(*words[1:])
                assert prints(step.shown, said.stdout), f"$ {step.line}\n{said.stdout}{said.stderr}"
    assert commands


@pytest.mark.parametrize("name", WRITTEN)
def test_what_the_manual_calls_exists(name: str) -> None:
    """Every `stepdown WORD` and every flag after it is one of the program's."""
    groups = [one for one in app.commands.values() if isinstance(one, click.Group)]
    every = [*app.commands.values(), *(one for group in groups for one in group.commands.values())]
    known = {flag for one in every for p in one.params for flag in p.opts}
    text = manual.text(name)
    for command in re.findall(r"`stepdown ([a-z]+)\b", text):
        assert command in app.commands, command
    for topic in re.findall(r"stepdown help ([a-z-]+)", text):
        assert topic in manual.topics()
    for line in re.findall(r"^stepdown .*", text, re.MULTILINE):
        assert set(re.findall(r"(?<= )--[a-z-]+", line)) <= known, line


def test_lines_of_the_manual_fit() -> None:
    for name in WRITTEN:
        inside = re.sub(r"^```.*?^```", "", manual.text(name), flags=re.MULTILINE | re.DOTALL)
        assert max(map(len, inside.splitlines())) <= 110, name


def test_help_lists_the_topics_and_prints_one(stepdown: Stepdown) -> None:
    listed = stepdown("help").stdout
    assert all(f"`{name}`" in listed for name in manual.topics())
    assert stepdown("help", "tutorial").stdout == manual.text("tutorial")
    assert stepdown("help", "tutorial", "--raw").stdout == manual.text("tutorial")


def test_an_unknown_topic(stepdown: Stepdown) -> None:
    said = stepdown("help", "pyton")
    assert said.returncode == 2
    assert "Did you mean python?" in said.stderr


def test_colours_are_asked_for_and_forbidden(stepdown: Stepdown) -> None:
    colored = stepdown("help", "python", env={"FORCE_COLOR": "1", "NO_COLOR": ""}).stdout
    assert "\x1b[" in colored
    plain = stepdown("help", "python", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert "\x1b[" not in plain
    assert "\x1b[" not in stepdown("help", "python", "--color", "never").stdout


def test_every_exit_code_is_told() -> None:
    def codes(kind: type[StepdownError]) -> set[int]:
        return {kind.exit_code}.union(*map(codes, kind.__subclasses__()))

    assert codes(StepdownError) <= exits.MEANINGS.keys()
    constants = {value for value in vars(exits).values() if isinstance(value, int)}
    assert constants == set(exits.MEANINGS)
