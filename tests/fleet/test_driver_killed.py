"""The driver of a batch on a real engine, killed at twenty moments, one after the other.

    pytest tests/fleet/test_driver_killed.py --moments 60 --seed 7

The moments are spread over what a driver does: planning, cloning, building, testing, writing to the
ledger, ending. Where in each, and in which order, is drawn; the seed is always the same, so that a
failure comes again. All are kills of one batch, which is resumed each time and begun anew with
--force where it was near its end; what a resume finds is what earlier kills left together.
"""

import json
import random
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from fleet_batch import compared, evaluate, report
from fleet_left import settled
from fleet_repositories import named
from fleet_world import make

Event = Mapping[str, str]
Phase = tuple[float, Callable[[Event], bool]]

pytestmark = pytest.mark.engine
PATIENCE = 120
SOME = named("nothing-readme", "attention-syntax", "unbuilt-step", "red-test")
PHASES: dict[str, Phase] = {
    "planning": (1.5, bool),
    "cloning": (0.3, lambda event: event["type"] == "started" and event["work"] == "scout"),
    "building": (0.5, lambda event: event.get("text", "").startswith("Building")),
    "testing": (0.5, lambda event: event.get("text", "").startswith(("Testing", "Starting"))),
    "writing": (0.02, lambda event: event["type"] == "finished"),
    "ending": (0.1, lambda event: "batch report" in event.get("text", "")),
}
"""After which event each begins, and for how many seconds it may last."""


@pytest.mark.timeout(1200)
def test_the_driver_is_killed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    moments = int(request.config.getoption("--moments"))
    drawn = random.Random(int(request.config.getoption("--seed") or 20))
    selection = make(tmp_path / "repositories", SOME)
    batch = Batch(tmp_path / "batch", str(selection))
    phases = [list(PHASES)[at % len(PHASES)] for at in range(moments)]
    drawn.shuffle(phases)
    for phase in phases:
        seconds = PHASES[phase][0] * drawn.random()
        batch.is_killed_while(phase, seconds)
    assert batch.kills == moments
    batch.ends()
    assert tuple(compared(SOME, report(batch.folder))) == ()
    assert settled(batch.folder) == []


class Batch:
    """One batch that is killed and resumed; it remembers what has come to its end."""

    def __init__(self, folder: Path, selection: str) -> None:
        self.folder = folder
        self.kills = 0
        self._selection = selection
        self._read = 0
        self._ended: set[str] = set()

    def is_killed_while(self, phase: str, seconds: float) -> None:
        """Kill it so many seconds after it began with something; make it do that if need be."""
        if self._killed(phase, seconds, force=False):
            return
        self._ended.clear()
        assert self._killed(phase, seconds, force=True), f"it was never {phase}"

    def ends(self) -> None:
        with self._started(force=False) as process:
            assert process.wait(PATIENCE) == 12, self._output()
        self._look()

    def _killed(self, phase: str, seconds: float, *, force: bool) -> bool:
        with self._started(force=force) as process:
            begins = PHASES[phase][1]
            seen: list[Event] = [{"type": "none"}] if phase == "planning" else []
            deadline = time.monotonic() + PATIENCE
            while not any(map(begins, seen)) and process.poll() is None:
                assert time.monotonic() < deadline, self._output()
                time.sleep(0.005)
                seen = list(self._events())
            time.sleep(seconds)
            alive = process.poll() is None
            process.kill()
            process.wait()
        self._look()
        self.kills += alive
        return alive

    def _started(self, *, force: bool) -> subprocess.Popen[bytes]:
        self._read = len(self._output())
        known = (self.folder / "ledger.db").exists()
        words = (*(("--force",) if force else ()), *(() if known else (self._selection,)))
        return evaluate(self.folder, "--json", "--jobs", "2", *words)

    def _look(self) -> None:
        """What had ended before is not evaluated again; the ledger is whole."""
        events = list(self._events())
        begun = {e["key"] for e in events if e["type"] == "started" and e["work"] == "evaluate"}
        assert not begun & self._ended
        self._ended |= {
            event["key"]
            for event in events
            if event["type"] == "finished" and event["work"] == "evaluate" and not event["again"]
        }
        if (self.folder / "ledger.db").exists():
            with closing(sqlite3.connect(self.folder / "ledger.db")) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def _events(self) -> Iterator[Event]:
        for line in self._output()[self._read :].splitlines():
            if line.startswith(b"{") and line.endswith(b"}"):
                yield json.loads(line)

    def _output(self) -> bytes:
        output = self.folder / "output"
        return output.read_bytes() if output.exists() else b""
