"""Trouble on the way: red baselines, a dying engine, a full disk, ^C and kill -9.

Each ends with its own words and exit code, and nothing stays behind.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from relay import Relay

import leftovers
from stories import Stepdown, git, make

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
alone = pytest.mark.alone  # for those that compare all that is on the engine

SERVER = """\
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end('hi'))
server.listen(3000)
process.on('SIGTERM', () => process.exit(0))
"""
NODE = 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.mjs"]\n'
HANGS = f"import 'node:test'\n{'await new Promise(r => setTimeout(r, 600_000))'}\n"


def repository(folder: Path, dockerfile: str = NODE, **files: str) -> Path:
    return make(folder, Dockerfile=dockerfile, server__mjs=SERVER, **files)


@alone
def test_a_baseline_that_does_not_build(stepdown: Stepdown, tmp_path: Path, home: Path) -> None:
    folder = repository(tmp_path / "r", NODE.replace("COPY . .", "COPY . .\nRUN exit 3"))
    before = leftovers.look(folder, home)
    said = stepdown("migrate", folder, "--yes")
    assert said.returncode == 11, said.stderr
    assert "exit 3" in said.stdout + said.stderr
    assert leftovers.look(folder, home) == before


def test_red_tests_make_no_claim(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    said = stepdown("migrate", folder, "--yes", "--test", "node --eval process.exit(1)")
    assert said.returncode == 11, said.stderr
    assert git(folder, "branch", "--list", "stepdown/*") == ""


def test_a_test_command_that_is_not_there(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    said = stepdown("migrate", folder, "--yes", "--test", "no-such-program --all")
    assert said.returncode == 11, said.stderr
    assert "no-such-program" in said.stdout


@alone
def test_a_test_that_hangs(stepdown: Stepdown, tmp_path: Path, home: Path) -> None:
    folder = repository(tmp_path / "r", hang__mjs=HANGS)
    before = leftovers.look(folder, home)
    words = ("--yes", "--test", "node hang.mjs", "--test-timeout", "3")
    said = stepdown("migrate", folder, *words)
    assert said.returncode == 11, said.stderr
    assert "hung" in said.stdout
    assert leftovers.look(folder, home) == before


def test_no_disk(stepdown: Stepdown, tmp_path: Path) -> None:
    fill = "RUN --mount=type=tmpfs,target=/t,size=1m dd if=/dev/zero of=/t/x bs=1M count=8"
    folder = repository(tmp_path / "r", NODE.replace("COPY . .", f"COPY . .\n{fill}"))
    said = stepdown("migrate", folder, "--yes")
    assert said.returncode in {1, 11}, said.stderr
    assert "space" in said.stdout + said.stderr


@alone
def test_the_engine_dies_while_it_builds(stepdown: Stepdown, tmp_path: Path, home: Path) -> None:
    folder = repository(tmp_path / "r", NODE.replace("COPY . .", "COPY . .\nRUN sleep 60"))
    before = leftovers.look(folder, home)
    relay = Relay(tmp_path / "relay.sock")
    run = start(folder, home, DOCKER_HOST=relay.address)
    wait_for(lambda: "sleep 60" in log(home))
    relay.die()
    _, error = run.communicate(timeout=60)
    assert run.returncode == 4, error
    assert "hint:" in error
    assert stepdown("doctor").returncode == 0
    assert leftovers.look(folder, home) == before


@alone
@pytest.mark.parametrize(
    ("signum", "moment"),
    [
        (signal.SIGINT, "build"),
        (signal.SIGINT, "test"),
        (signal.SIGINT, "stop"),
        (signal.SIGTERM, "build"),
        (signal.SIGHUP, "test"),
    ],
)
def test_interrupted(tmp_path: Path, home: Path, signum: signal.Signals, moment: str) -> None:
    folder, words, mark = slow(tmp_path, moment)
    before = leftovers.look(folder, home)
    run = start(folder, home, *words)
    wait_for(lambda: mark in log(home))
    run.send_signal(signum)
    _, error = run.communicate(timeout=60)
    assert run.returncode == 130, error
    assert "Traceback" not in error
    assert leftovers.look(folder, home) == before
    assert git(folder, "branch", "--list", "stepdown/*") == ""


@alone
@pytest.mark.parametrize("moment", ["build", "stop", "test"])
def test_killed_and_started_again(
    stepdown: Stepdown, tmp_path: Path, home: Path, moment: str
) -> None:
    folder, words, mark = slow(tmp_path, moment)
    before = leftovers.look(folder, home)
    run = start(folder, home, *words)
    wait_for(lambda: mark in log(home))
    time.sleep(1)
    run.kill()
    run.communicate(timeout=60)
    assert leftovers.look(folder, home) != before
    assert stepdown("doctor").returncode == 0
    assert leftovers.look(folder, home) == before


def test_the_checkout_stays_as_it_is(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", notes__txt="one\n", other__txt="one\n")
    (folder / "notes.txt").write_text("changed\n")
    (folder / "other.txt").write_text("staged\n")
    git(folder, "add", "other.txt")
    (folder / "new.txt").write_text("untracked\n")
    before = state(folder)
    said = stepdown("migrate", folder, "--yes", "--base", "node:24-alpine")
    assert said.returncode == 0, said.stdout + said.stderr
    assert state(folder) == before
    assert git(folder, "rev-list", "--count", "main..stepdown/dockerfile-alpine") == "1"
    changed = git(folder, "diff", "--name-only", "main", "stepdown/dockerfile-alpine")
    assert changed == "Dockerfile"


def state(folder: Path) -> dict[str, object]:
    """Everything of a checkout that a run must not touch."""
    files = {p: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
    return {
        "files": files,
        "index": (folder / ".git" / "index").read_bytes(),
        "head": git(folder, "rev-parse", "HEAD"),
        "branch": git(folder, "symbolic-ref", "HEAD"),
        "status": git(folder, "status", "--porcelain"),
        "reflog": git(folder, "reflog", "show", "HEAD"),
        "stash": git(folder, "stash", "list"),
    }


def slow(tmp_path: Path, moment: str) -> tuple[Path, tuple[str, ...], str]:
    """An application that is busy for long while it builds, is stopped or is tested."""
    if moment == "build":
        text = NODE.replace("COPY . .", "COPY . .\nRUN echo started && sleep 60")
        return repository(tmp_path / "r", text), (), "started"
    if moment == "stop":  # by a shell that hands on no signal, while the image is still read
        text = NODE.replace('["node", "server.mjs"]', "node server.mjs")
        return repository(tmp_path / "r", text), (), "> Stopping the baseline"
    folder = repository(tmp_path / "r", hang__mjs=HANGS)
    return folder, ("--test", "node hang.mjs"), "> Testing the baseline"


def start(folder: Path, home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stepdown", "migrate", str(folder), "--yes", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**leftovers.environment(home), **more},
        start_new_session=True,
    )


def log(home: Path) -> str:
    return "".join(p.read_text() for p in home.glob("stepdown/runs/*/log"))


def wait_for(true: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)
