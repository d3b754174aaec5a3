"""Batches that are killed, hang, flood, fork and run out of disk: each entry ends as it should.

    pytest tests/fleet/test_fleet_faults.py --kills 20 --seed 7

The moments of the kills are drawn, one in each part of the time that a batch takes; a failure says
which seed makes them the same again.
"""

import os
import random
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fleet_batch import compared, environment, evaluate, report
from fleet_left import settled
from fleet_repositories import named, one
from fleet_world import make

from stepdown.model.fleet import Result

pytestmark = pytest.mark.engine
LONGEST = 550
TOKEN = "tok3n-Planted-" + secrets.token_hex(8)
QUICK = ("nothing-readme", "attention-syntax", "unbuilt-step", "red-test", "several-one-broken")


def finished(folder: Path, *words: str) -> int:
    return evaluate(folder, *words, "--jobs", "2").wait(LONGEST)


@pytest.mark.timeout(3600)
def test_the_driver_is_killed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kills = int(request.config.getoption("--kills"))
    seed = int(request.config.getoption("--seed") or secrets.randbelow(1_000_000))
    some = named(*QUICK)
    selection = make(tmp_path / "repositories", some)
    began = time.monotonic()
    finished(tmp_path / "whole", str(selection))
    length = time.monotonic() - began
    drawn = random.Random(seed)
    for part in range(kills):
        folder = tmp_path / f"kill-{part}"
        moment = (part + drawn.random()) * length / kills
        batch = evaluate(folder, str(selection), "--jobs", "2")
        time.sleep(moment)
        batch.send_signal(signal.SIGKILL)
        batch.wait()
        print(f"seed {seed}: killed after {moment:.2f} of {length:.1f} s")
        begun = (folder / "ledger.db").exists()
        finished(folder, *(() if begun else (str(selection),)))
        what = f"--seed {seed}, {moment:.2f} of {length:.1f} s"
        assert tuple(compared(some, report(folder))) == (), what
        assert settled(folder) == [], what


def test_hanging_flooding_forking(tmp_path: Path) -> None:
    some = named("red-hangs", "limit-gigabyte", "limit-forks", "timeout-build")
    selection = make(tmp_path / "repositories", some)
    assert finished(tmp_path, str(selection)) == 12
    assert tuple(compared(some, report(tmp_path))) == ()
    assert settled(tmp_path) == []


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(parents=True)
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("a small disk needs the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_no_result_of_a_repository(tmp_path: Path) -> None:
    large = one("hostile-large", Result.INFRASTRUCTURE, files={"large": b"x" * 30_000_000})
    selection = make(tmp_path / "repositories", (large,))
    with small_disk(tmp_path / "cache", "12m"):
        finished(tmp_path, str(selection), "--min-free", "0")
        (ended,) = report(tmp_path)
        assert ended.result == "infrastructure", ended.reason
        assert settled(tmp_path) == []
    finished(tmp_path, "--retry", "infrastructure")
    (ended,) = report(tmp_path)
    assert ended.result != "infrastructure", ended.reason


def test_a_token_is_found_nowhere(tmp_path: Path) -> None:
    """One in the environment, in git's store of credentials, in .netrc and in the context's git."""
    leak = one(
        "hostile-curious",
        Result.BASELINE_NOT_BUILT,
        "FROM debian:bookworm-slim\nCOPY . /all\n"
        "RUN env; cat /proc/self/environ; find / -xdev -name '*.netrc' -o -name '.git*' | head;"
        " cat /all/.git/config /root/.netrc /root/.git-credentials; exit 3\n",
    )
    told = one("hostile-printing", Result.BASELINE_RED, test="env; cat /proc/1/environ; exit 3")
    some = (leak, told, *named("shell-slim"))
    selection = make(tmp_path / "repositories", some)
    for repository in some:
        config = tmp_path / "repositories" / repository.name / ".git/config"
        with config.open("a") as file:
            file.write(f'[remote "origin"]\n\turl = https://user:{TOKEN}@git.test/x\n')
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text(f"machine git.test login x password {TOKEN}\n")
    (home / ".git-credentials").write_text(f"https://x:{TOKEN}@git.test\n")
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    names = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "CI_JOB_TOKEN", "SECRET")
    env = {**dict.fromkeys(names, TOKEN), "HOME": str(home)}
    evaluate(tmp_path, str(selection), "--jobs", "2", env=env).wait(LONGEST)
    results = {ended.repository: ended for ended in report(tmp_path)}
    assert results["hostile-curious"].result == "baseline_not_built"
    assert results["hostile-printing"].result == "baseline_red"
    assert results["shell-slim"].result == "improved"
    assert [ended.key for ended in results.values() if TOKEN in ended.all] == []
    planted = {home, tmp_path / "repositories"}
    files = (f for f in tmp_path.rglob("*") if f.is_file() and not planted & set(f.parents))
    assert [str(file) for file in files if TOKEN.encode() in file.read_bytes()] == []
    assert settled(tmp_path) == []


def test_a_url_with_a_token_is_refused_and_not_repeated(tmp_path: Path) -> None:
    environment(tmp_path)
    selection = tmp_path / "selection.txt"
    selection.write_text(f"https://user:{TOKEN}@git.test/team/x.git\n")
    assert evaluate(tmp_path, str(selection)).wait(60) == 2
    files = (f for f in tmp_path.rglob("*") if f.is_file() and f != selection)
    assert [str(file) for file in files if TOKEN.encode() in file.read_bytes()] == []
