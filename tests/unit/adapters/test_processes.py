"""Programs that run for long: lines, time limits, and no child left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stepdown.adapters.processes import MARK, Ended, kill_marked, run_lines


def run(script: str, timeout: float = 30) -> tuple[Ended, list[str]]:
    lines: list[str] = []
    ended = run_lines(["sh", "-c", script], env={}, timeout=timeout, on_line=lines.append)
    return ended, lines


def ends(process: int) -> bool:
    """Whether a killed process is gone; one that nobody waits for needs a moment."""
    for _ in range(50):
        if not alive(process):
            return True
        time.sleep(0.1)
    return False


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_both_outputs_come_line_by_line() -> None:
    ended, lines = run("echo one; echo two >&2; printf 'three\\r\\nfour'; exit 3")
    assert (ended.exit_code, ended.timed_out) == (3, False)
    assert lines == ["one", "two", "three", "four"]


def test_lines_come_while_the_program_runs() -> None:
    times: list[float] = []
    run_lines(
        ["sh", "-c", "echo a; sleep 1; echo b"],
        env={},
        timeout=30,
        on_line=lambda _: times.append(time.monotonic()),
    )
    assert times[1] - times[0] > 0.5


def test_bytes_that_are_not_text() -> None:
    _, lines = run("printf 'caf\\303'; sleep 0.2; printf '\\251 \\377\\n'")
    assert lines == ["café �"]


def test_a_line_without_end_is_cut() -> None:
    _, lines = run("head -c 1000000 /dev/zero | tr '\\0' x")
    assert sum(map(len, lines)) == 1_000_000
    assert max(map(len, lines)) < 200_000


@pytest.mark.parametrize(
    "script",
    [
        "echo $$; sleep 60 & echo $!; wait",
        "echo $$; trap '' TERM; sleep 60 & echo $!; while :; do sleep 1; done",
        "echo $$; exec >/dev/null 2>&1; sleep 60",
        "echo $$; while :; do echo noise; done",
    ],
    ids=["a child", "deaf to SIGTERM", "silent", "noisy"],
)
def test_the_time_limit_ends_the_whole_group(script: str) -> None:
    ended, lines = run(script, timeout=1)
    assert ended.timed_out
    assert ended.exit_code < 0
    assert 0.9 < ended.seconds < 8
    numbers = [int(word) for word in lines if word.isdigit()]
    assert numbers
    assert all(ends(number) for number in numbers)


def test_a_fast_end_is_no_time_out() -> None:
    ended, lines = run("sleep 60 & echo $!; exit 0", timeout=30)  # the child holds the output open
    assert (ended.exit_code, ended.timed_out) == (0, False)
    assert ended.seconds < 8
    assert ends(int(lines[0]))


def test_an_exception_ends_the_group() -> None:
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_lines(["sh", "-c", "echo $$; sleep 60"], env={}, timeout=30, on_line=stop)
    assert not alive(int(lines[0]))


def test_a_missing_program() -> None:
    with pytest.raises(FileNotFoundError):
        run_lines(["/no/such/program"], env={}, timeout=1, on_line=print)


def test_marked_programs_of_a_dead_run_are_found() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(command, env={**os.environ, MARK: "dead"}) as marked,
        subprocess.Popen(command, env={**os.environ, MARK: "dead-not"}) as other,
    ):
        time.sleep(0.2)
        kill_marked("dead")
        assert marked.wait(10) == -9
        assert other.poll() is None
        other.kill()
