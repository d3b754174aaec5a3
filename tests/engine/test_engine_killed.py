"""Killed with -9 at any moment of a whole run: the next start leaves nothing of it.

    pytest tests/engine/test_engine_killed.py --kills 20 --seed 7

The moments are drawn, one in each part of a run's time; without a seed they are others each time,
and a failure says which seed makes them the same again.
"""

import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
DOCKERFILE = """
FROM debian:bookworm-slim
RUN echo made > /made
VOLUME /data
CMD ["sleep", "600"]
"""
LONGEST = 300  # seconds for a whole run
WORK = 3  # seconds of the next start; a killed run's build may end in them


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    who = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    git(folder, *who, "commit", "--quiet", "--message", "start")
    return folder


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout


def begin(engines: "Engines", repository: Path) -> subprocess.Popen[bytes]:
    """Start a whole run whose temporary files have a folder of their own."""
    temporary = engines.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    branch = f"run-{secrets.token_hex(4)}"  # one that is there is never written again
    words = ["migrate", str(repository), "--yes", "--base", "alpine:3.23", "--branch", branch]
    return subprocess.Popen(
        [sys.executable, "-m", "stepdown", *words, "--test", "test -e /made"],
        env={**engines.environment(), "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def whole(engines: "Engines", repository: Path) -> float:
    """Let a run come to its end, and return how long it took."""
    began = time.monotonic()
    with begin(engines, repository) as process:
        assert process.wait(LONGEST) == 0
    return time.monotonic() - began


def moments(kills: int, seed: int, length: float) -> Iterator[float]:
    """Draw a moment from each of as many equal parts of the time."""
    drawn = random.Random(seed)
    return ((part + drawn.random()) * length / kills for part in range(kills))


def left(engines: "Engines", repository: Path) -> list[str]:
    """All that a run may leave: on the engine, of its process, in its folders, in git."""
    trees = git(repository, "worktree", "list", "--porcelain").count("worktree ") - 1
    temporary = engines.folder / "temporary"
    return [
        *engines.things(),
        *(str(path) for path in (engines.home.cache / "runs").iterdir()),
        *(str(path) for path in temporary.iterdir()),
        *(str(path) for path in (repository / ".git").rglob("*.lock")),
        *(["a worktree"] * trees),
        *git(repository, "status", "--porcelain").splitlines(),
    ]


@pytest.mark.timeout(3600)
def test_nothing_stays_whenever_it_is_killed(
    engines: "Engines", repository: Path, request: pytest.FixtureRequest
) -> None:
    kills = int(request.config.getoption("--kills"))
    seed = request.config.getoption("--seed") or secrets.randbelow(1_000_000)
    length = whole(engines, repository)
    found, swept = {}, 0
    for moment in moments(kills, int(seed), length):
        with begin(engines, repository) as process:
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
        with engines.open() as next_start:
            told = len(next_start.swept)
            time.sleep(WORK)
        swept += told
        print(f"seed {seed}: killed after {moment:.2f} of {length:.1f} s: {told} things swept")
        if stays := left(engines, repository):
            found[f"{moment:.2f} s"] = stays
    assert found == {}, f"--seed {seed}, {length:.1f} s a run"
    assert swept > 0, "no run was killed while it had anything on the engine"
