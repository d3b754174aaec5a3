"""A program that is kept running: it comes back, and it ends when its keeper is told to."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

KEEPER = """
import os, sys
from stepdown.adapters.keeping import kept
sys.exit(kept([sys.executable, "-c", sys.argv[1], sys.argv[2]], os.environ, pause=0.05, polite=0.5))
"""
PROGRAM = """
import pathlib, sys, time
log = pathlib.Path(sys.argv[1])
turn = log.read_text().count("begun") if log.exists() else 0
log.open("a").write("begun ")
time.sleep(100 if turn == 2 else 0)
sys.exit(turn)
"""


def begin(program: str, log: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", KEEPER, program, str(log)], env=env)


def test_it_comes_back_whatever_its_end_and_goes_with_its_keeper(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with begin(PROGRAM, log) as keeper:
        deadline = time.monotonic() + 60
        while not (log.exists() and log.read_text().count("begun") == 3):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(30) == 0
    assert log.read_text() == "begun begun begun "


def test_what_does_not_end_politely_is_killed(tmp_path: Path) -> None:
    """Dask's worker is such a program while it looks for its scheduler."""
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    with begin(deaf + PROGRAM.replace("turn == 2", "True"), tmp_path / "log") as keeper:
        deadline = time.monotonic() + 60
        while not (tmp_path / "log").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(30) == 0


def test_a_command_line_that_it_does_not_take_is_not_tried_again(tmp_path: Path) -> None:
    with begin("import sys; print('no'); sys.exit(2)", tmp_path / "log") as keeper:
        assert keeper.wait(60) == 2
