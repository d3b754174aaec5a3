"""Batches that hang, flood, fork, run out of disk, hold secrets: each entry ends as it should."""

import os
import secrets
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fleet_batch import compared, environment, evaluate, report
from fleet_cluster import running
from fleet_ears import engine, wire
from fleet_left import settled
from fleet_repositories import named, one
from fleet_world import Repository, make

from stepdown.model.fleet import Result

pytestmark = pytest.mark.engine
LONGEST = 550
TOKEN = "tok3n-Planted-" + secrets.token_hex(8)
QUICK = ("nothing-readme", "attention-syntax", "unbuilt-step", "red-test", "several-one-broken")


def finished(folder: Path, *words: str) -> int:
    return evaluate(folder, *words, "--jobs", "2").wait(LONGEST)


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
    """One in the environment, in git's store of credentials, in .netrc and in the context's git.

    On a cluster without TLS, so that all that its members say to each other can be read.
    """
    leak = one(
        "hostile-curious",
        Result.BASELINE_NOT_BUILT,
        "FROM debian:bookworm-slim\nCOPY . /all\n"
        "RUN env; cat /proc/self/environ; find / -xdev -name '*.netrc' -o -name '.git*' | head;"
        " cat /all/.git/config /root/.netrc /root/.git-credentials; exit 3\n",
    )
    told = one("hostile-printing", Result.BASELINE_RED, test="env; cat /proc/1/environ; exit 3")
    some = (leak, told, *named("shell-alpine"))
    selection = make(tmp_path / "repositories", some)
    env = planted(tmp_path, some)
    folder = tmp_path / "batch"
    with ExitStack() as stack:
        start = stack.enter_context
        begun = start(running(folder, "scheduler", "scheduler", "--port", "0", env=env))
        port, heard = start(wire(int(begun.says(r"(?<=tcp://127\.0\.0\.1:)\d+"))))
        address = f"tcp://127.0.0.1:{port}"
        worker = start(running(folder, "worker", "worker", address, "--slots", "2", env=env))
        worker.says("Registered to")
        seen = start(engine(folder))
        words = (str(selection), "--scheduler", address)
        evaluate(folder, *words, env=env).wait(LONGEST)
    results = {ended.repository: ended for ended in report(folder)}
    assert results["hostile-curious"].result == "baseline_not_built"
    assert results["hostile-printing"].result == "baseline_red"
    assert results["shell-alpine"].result == "improved"
    assert [ended.key for ended in results.values() if TOKEN in ended.all] == []
    files = (f for f in folder.rglob("*") if f.is_file())
    assert [str(file) for file in files if TOKEN.encode() in file.read_bytes()] == []
    assert b"hostile-printing" in heard
    assert TOKEN.encode() not in heard
    assert any("CreatedBy" in words for words in seen.values())
    assert [thing for thing, words in seen.items() if TOKEN in words] == []
    assert settled(folder) == []


def planted(folder: Path, some: Iterable[Repository]) -> dict[str, str]:
    """Put the token wherever a machine may have one; return the variables that lead there."""
    for repository in some:
        config = folder / "repositories" / repository.name / ".git/config"
        with config.open("a") as file:
            file.write(f'[remote "origin"]\n\turl = https://user:{TOKEN}@git.test/x\n')
    home = folder / "home"
    home.mkdir()
    (home / ".netrc").write_text(f"machine git.test login x password {TOKEN}\n")
    (home / ".git-credentials").write_text(f"https://x:{TOKEN}@git.test\n")
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    names = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "CI_JOB_TOKEN", "SECRET")
    plain = {"DASK_DISTRIBUTED__COMM__COMPRESSION": "False"}
    return {**dict.fromkeys(names, TOKEN), "HOME": str(home), **plain}


def test_a_url_with_a_token_is_refused_and_not_repeated(tmp_path: Path) -> None:
    environment(tmp_path)
    selection = tmp_path / "selection.txt"
    selection.write_text(f"https://user:{TOKEN}@git.test/team/x.git\n")
    assert evaluate(tmp_path, str(selection)).wait(60) == 2
    files = (f for f in tmp_path.rglob("*") if f.is_file() and f != selection)
    assert [str(file) for file in files if TOKEN.encode() in file.read_bytes()] == []
