"""The wizard: its questions through a pipe, and what ends it early in a real terminal.

The whole of it, down to the merged branch, is in tests/recording.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

import leftovers
from stepdown import discover
from stepdown.cli.options import Options
from stepdown.cli.prompts import Drawn
from stepdown.cli.wizard import Asker
from stepdown.discover import Variable
from stepdown.errors import Interrupted
from stepdown.flow import catalog, migrate
from stepdown.flow.carried import Shipped
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
TINI = "https://github.com/krallin/tini/releases/download/v0.19.0/tini"
DOWN, ENTER, STOP = "\x1b[B", "\r", "\x03"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return planned(tmp_path, NODE)


def planned(tmp_path: Path, text: str, policy: Policy | None = None) -> Plan:
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
    return migrate.plan(target, discover.facts(tmp_path, target), recipes, policy or Policy())


def asker(keys: PipeInput) -> Asker:
    return Asker(prompts=Drawn(input=keys, output=DummyOutput()))


def given(**more: Any) -> Options:
    return Options(path=Path(), **more)


def test_enter_takes_what_is_proposed(keys: PipeInput, plan: Plan) -> None:
    keys.send_text(ENTER * 4)
    answers = asker(keys).circumstances(given())
    answers = asker(keys).test(plan, answers)
    answers = asker(keys).rung(plan, answers)
    assert (answers.to, answers.base, answers.test) == ("smallest", "", "node --test")
    assert (answers.exposure, answers.debugging) == ("public", "sidecar")


def test_one_base_and_another_test(keys: PipeInput, plan: Plan) -> None:
    keys.send_text("\x15npm test" + ENTER + DOWN + DOWN + ENTER)
    answers = asker(keys).rung(plan, asker(keys).test(plan, given()))
    assert (answers.base, answers.test) == ("node:24-alpine", "npm test")


def test_a_test_command_with_an_open_quote_is_asked_again(keys: PipeInput, plan: Plan) -> None:
    keys.send_text("\x15npm 'test" + ENTER + "'" + ENTER)
    assert asker(keys).test(plan, given()).test == "npm 'test'"


def test_people_who_debug_inside_keep_a_shell(keys: PipeInput) -> None:
    keys.send_text(DOWN + ENTER + DOWN + ENTER)
    answers = asker(keys).circumstances(given())
    assert (answers.exposure, answers.debugging) == ("internal", "shell")


def test_what_alpine_calls_an_unknown_package(keys: PipeInput, tmp_path: Path) -> None:
    unknown = NODE.replace("COPY", "RUN apt-get update && apt-get install -y libfoo1 libbar\nCOPY")
    keys.send_text("foo" + ENTER + ENTER)
    answers = asker(keys).packages(planned(tmp_path, unknown), given())
    assert answers.packages == ("libfoo1=foo",)
    assert answers.policy().packages == (("libfoo1", ("foo",)),)


def test_unsafe_edits_are_asked_for_one_by_one(keys: PipeInput, tmp_path: Path) -> None:
    text = NODE.replace("COPY", f"ADD {TINI} /tini\nCOPY")
    what = planned(tmp_path, text)
    keys.send_text(ENTER)
    assert asker(keys).unsafe(what, given()).accepted == ()
    keys.send_text("y")
    answers = asker(keys).unsafe(what, given())
    assert answers.accepted == ("inits:3",)
    after = planned(tmp_path, text, answers.policy())
    assert TINI + "-static" in after.steps[1].rewrite.text
    assert after.steps[1].rewrite.proposed == ()


def test_variables_come_from_the_repository(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (
        Variable(name="API_TOKEN", value="x", source="compose.yaml"),
        Variable(name="MODE", value="", source=".env.example"),
        Variable(name="PORT", value="80", source="compose.yaml"),
        Variable(name="UNSET_TOKEN", value="x", source="compose.yaml"),
    )
    monkeypatch.setenv("API_TOKEN", "hidden")
    keys.send_text(f" {DOWN} {ENTER}prod{ENTER}")
    answers = asker(keys).environment(found, given())
    assert answers.environment == ("API_TOKEN", "MODE=prod", "PORT=80")
    policy = answers.policy()
    assert dict(policy.environment)["API_TOKEN"] == "hidden"
    assert policy.withheld().environment[0] == ("API_TOKEN", "")


def test_flags_are_not_asked_again(keys: PipeInput, plan: Plan) -> None:
    options = given(to="slim", test="true", exposure="public", debugging="shell")
    asking = asker(keys)
    assert asking.rung(plan, asking.test(plan, asking.circumstances(options))) == options


def test_which_dockerfile(keys: PipeInput) -> None:
    keys.send_text(DOWN + ENTER)
    assert asker(keys).dockerfile(("api/Dockerfile", "web/Dockerfile")) == "web/Dockerfile"


def test_what_a_split_copies_is_a_checked_list(keys: PipeInput) -> None:
    found = tuple(
        Shipped(path=path, size=10, reason="made on top of the old base.")
        for path in ("/app", "/etc/app.conf", "/var/lib/app")
    )
    keys.send_text(ENTER)
    assert asker(keys).leaves(found) == ()
    keys.send_text(DOWN + " " + ENTER)
    assert asker(keys).leaves(found) == ("/etc/app.conf",)


def test_stopping_at_a_question(keys: PipeInput) -> None:
    keys.send_text(STOP)
    with pytest.raises(Interrupted):
        asker(keys).confirm("Go on?")


def terminal(folder: Path, home: Path, *words: str, **env: str) -> "pexpect.spawn[str]":
    size = (40, 80)
    environment = {**leftovers.environment(home), "TERM": "xterm-256color", **env}
    return pexpect.spawn(
        sys.executable,
        ["-m", "stepdown", "migrate", str(folder), *words],
        env=environment,
        encoding="utf-8",
        timeout=120,
        dimensions=size,
    )


def application(folder: Path) -> Path:
    """Make a repository whose images are small and soon measured."""
    files = {
        "Dockerfile": NODE.replace("node:24", "node:24-slim"),
        "server__mjs": SERVER,
        "app__test__mjs": TEST,
    }
    return make(folder, **files, package__json=PACKAGE)


def answered(screen: "pexpect.spawn[str]", *pairs: tuple[str, str]) -> None:
    """Wait for each question in turn and answer it."""
    for question, answer in pairs:
        screen.expect_exact(question)
        screen.send(answer)


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_tests_that_are_red_on_the_old_base_are_changed_at_once(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    answered(
        screen,
        ("Who can reach it?", ENTER),
        ("How do people debug it", ENTER),
        ("Command that tests", "\x15false" + ENTER),
        ("Try `false` on node:24-slim now?", ENTER),
        ("What now?", ENTER),
        ("Command that tests", "\x15node --test" + ENTER),
        ("Try `node --test` on node:24-slim now?", ENTER),
        ("Which bases should be tried?", STOP),
    )
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert git(folder, "branch", "--list", "stepdown/*") == ""


def test_an_engine_that_does_not_answer_is_told_before_the_questions(
    tmp_path: Path, home: Path
) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home, DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    screen.expect_exact("No container engine answers")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 4
    assert "?" not in (screen.before or "")


@pytest.mark.engine
def test_interrupt_at_a_question_changes_nothing(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    screen.expect("Who can reach it")
    screen.sendcontrol("c")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert git(folder, "worktree", "list").count("\n") == 0
    assert not list((home / "stepdown" / "runs").iterdir())


@pytest.mark.engine
def test_hangup_at_a_question_changes_nothing(tmp_path: Path, home: Path) -> None:
    folder = application(tmp_path / "r")
    screen = terminal(folder, home)
    screen.expect("Who can reach it")
    assert screen.pid is not None
    os.kill(screen.pid, signal.SIGHUP)
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert git(folder, "worktree", "list").count("\n") == 0
    assert not list((home / "stepdown" / "runs").iterdir())
