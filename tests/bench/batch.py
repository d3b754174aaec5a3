"""What a batch costs beside its work: milliseconds a task, and the planning of a large fleet.

    python tests/bench/batch.py [--tasks N] [--planned N] [--builds N]

Tasks answer at once, in threads of this process; the ledger is a real one. Then N repositories of
the made fleet are evaluated on a real engine: with one slot, with two, and again unchanged. The
engine has their layers before, so that only work is compared. Nothing is asserted.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "batch"))
sys.path.insert(0, str(Path(__file__).parents[1] / "fleet"))
import msgspec
from batches import drive, reopen, usual
from fleet_batch import evaluate
from fleet_repositories import SHELLS
from fleet_world import make

from stepdown.adapters import pools
from stepdown.flow.batch.ledger import Ledger
from stepdown.flow.batch.opening import written
from stepdown.flow.batch.order import ordered
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Entry, Task, Work
from stepdown.ports import Tell


def perform(task: bytes, _tell: Tell) -> bytes:
    """Do nothing."""
    return to_json(usual(msgspec.json.decode(task, type=Task)))


def entries(count: int) -> list[Entry]:
    """Make a fleet that is nowhere."""
    return [Entry(repository=f"https://example.test/o/r{n}.git") for n in range(count)]


def pass_over(ledger: Ledger) -> float:
    """Do all that is pending; return the seconds."""
    began = time.monotonic()
    with pools.threads(
        2, perform=perform, ask=lambda _: b"[]", reap=lambda _: None, tell=lambda _: None
    ) as pool:
        drive(ledger, pool)
    return time.monotonic() - began


def peak() -> int:
    """Return the most memory that was used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def builds(folder: Path, count: int) -> None:
    """Print how two slots compare to one, and a pass without changes to one with all the work."""
    selection = make(folder / "repositories", SHELLS[:count])
    first = _pass(folder, 2, selection)
    print(f"{count} repositories on an engine: {first:.1f} s at first, with two slots")
    one, two = _pass(folder, 1, "--force"), _pass(folder, 2, "--force")
    print(f"one slot {one:.1f} s, two slots {two:.1f} s: {one / two:.2f} times as fast")
    unchanged = _pass(folder, 2)
    print(f"again, unchanged: {unchanged:.1f} s, {unchanged / two:.1%} of all the work")


def _pass(folder: Path, slots: int, *words: object) -> float:
    began = time.monotonic()
    evaluate(folder, *map(str, words), "--jobs", str(slots)).wait()
    return time.monotonic() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=5000)
    parser.add_argument("--planned", type=int, default=50_000)
    parser.add_argument("--builds", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stepdown-batch-") as place:
        with written(Path(place) / "l.db") as ledger:
            ledger.select(entries(wanted.tasks))
            before = peak()
            first = pass_over(ledger)
            reopen(ledger)
            again = pass_over(ledger)
        print(f"{wanted.tasks} repositories, a scout and an evaluation each: {first:.1f} s,"
              f" {first / wanted.tasks / 2 * 1000:.2f} ms a task,"
              f" memory {before} -> {peak()} MB")  # fmt: skip
        print(f"again, unchanged: {again:.1f} s, {again / first:.0%} of the first")
        with written(Path(place) / "m.db") as ledger:
            began = time.monotonic()
            with ledger.together():
                ledger.select(entries(wanted.planned))
                keys = ordered(((job.key, "node:24") for job in ledger.sources()), 10)
                ledger.in_turn(Work.SCOUT, keys)
            print(f"{wanted.planned} planned in {time.monotonic() - began:.1f} s")
        if wanted.builds:
            builds(Path(place) / "fleet", wanted.builds)


if __name__ == "__main__":
    main()
