"""The wizard: its questions through a pipe, and once the whole of it in a real terminal."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

import leftovers
from stepdown import discover
from stepdown.cli.options import Options
from stepdown.cli.wizard import Asker
from stepdown.errors import Interrupted
from stepdown.flow import catalog, migrate
from stepdown.model.plan import Plan, Policy
from stories import git, make

NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.mjs"]\n'
SERVER = """\
import { createServer } from 'node:http'
createServer((request, response) => response.end('hi')).listen(3000)
process.on('SIGTERM', () => process.exit(0))
"""
TEST = "import { test } from 'node:test'\ntest('adds', () => { if (1 + 1 !== 2) throw 1 })\n"
PACKAGE = '{"name": "hello", "scripts": {"test": "node --test"}}\n'
DOWN, ENTER, STOP = "\x1b[B", "\r", "\x03"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return planned(tmp_path, NODE)


def planned(tmp_path: Path, text: str) -> Plan:
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "package.json").write_text(PACKAGE)
    recipes = catalog.load()
    target = discover.target(
        text,
        repository=str(tmp_path),
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    return migrate.plan(target, discover.facts(tmp_path, target), recipes, Policy())


def test_enter_takes_what_is_proposed(keys: PipeInput, plan: Plan) -> None:
    keys.send_text(ENTER + ENTER)
    answers = Asker(input=keys, output=DummyOutput()).options(plan, Options(path=Path()))
    assert (answers.to, answers.base, answers.test) == ("smallest", "", "node --test")


def test_one_base_and_another_test(keys: PipeInput, plan: Plan) -> None:
    keys.send_text(DOWN + DOWN + ENTER + "\x15npm test" + ENTER)
    answers = Asker(input=keys, output=DummyOutput()).options(plan, Options(path=Path()))
    assert (answers.base, answers.test) == ("node:24-alpine", "npm test")


def test_people_who_debug_inside_keep_a_shell(keys: PipeInput, plan: Plan) -> None:
    keys.send_text(DOWN * 4 + ENTER + ENTER)
    answers = Asker(input=keys, output=DummyOutput()).options(plan, Options(path=Path()))
    assert (answers.debugging, answers.base, answers.to) == ("shell", "", "smallest")


def test_what_alpine_calls_an_unknown_package(keys: PipeInput, tmp_path: Path) -> None:
    unknown = NODE.replace("COPY", "RUN apt-get update && apt-get install -y libfoo1 libbar\nCOPY")
    keys.send_text(ENTER + "foo" + ENTER + ENTER + ENTER)
    asker = Asker(input=keys, output=DummyOutput())
    answers = asker.options(planned(tmp_path, unknown), Options(path=Path()))
    assert answers.packages == ("libfoo1=foo",)
    assert answers.policy().packages == (("libfoo1", ("foo",)),)


def test_flags_are_not_asked_again(keys: PipeInput, plan: Plan) -> None:
    given = Options(path=Path(), to="slim", test="true")
    assert Asker(input=keys, output=DummyOutput()).options(plan, given) == given


def test_which_dockerfile(keys: PipeInput) -> None:
    keys.send_text(DOWN + ENTER)
    asker = Asker(input=keys, output=DummyOutput())
    assert asker.dockerfile(("api/Dockerfile", "web/Dockerfile")) == "web/Dockerfile"


def test_stopping_at_a_question(keys: PipeInput) -> None:
    keys.send_text(STOP)
    with pytest.raises(Interrupted):
        Asker(input=keys, output=DummyOutput()).confirm("Go on?")


def terminal(folder: Path, home: Path) -> "pexpect.spawn[str]":
    size = (40, 80)
    environment = {**leftovers.environment(home), "TERM": "xterm-256color"}
    return pexpect.spawn(
        sys.executable,
        ["-m", "stepdown", str(folder)],
        env=environment,
        encoding="utf-8",
        timeout=120,
        dimensions=size,
    )


def application(folder: Path) -> Path:
    files = {"Dockerfile": NODE, "server__mjs": SERVER, "app__test__mjs": TEST}
    return make(folder, **files, package__json=PACKAGE)


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_the_whole_wizard_in_a_terminal(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    screen.expect("Which base")
    screen.send(DOWN + ENTER)
    screen.expect("Command that tests")
    screen.expect("node --test")
    screen.send(ENTER)
    screen.expect("Build and check node:24-slim")
    screen.send(ENTER)
    screen.expect("works")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 0
    assert git(folder, "branch", "--list", "stepdown/*") == "stepdown/dockerfile-slim"


def test_interrupt_at_a_question_changes_nothing(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    screen.expect("Which base")
    screen.sendcontrol("c")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert git(folder, "worktree", "list").count("\n") == 0
    assert not list((home / "stepdown" / "runs").iterdir())


def test_hangup_at_a_question_changes_nothing(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    screen.expect("Which base")
    assert screen.pid is not None
    os.kill(screen.pid, signal.SIGHUP)
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert git(folder, "worktree", "list").count("\n") == 0
    assert not list((home / "stepdown" / "runs").iterdir())
