"""What a batch costs beside its work: milliseconds a task, and the planning of a large fleet.

    python tests/bench/batch.py [--tasks N] [--planned N]

Tasks answer at once, in threads of this process; the ledger is a real one. Nothing is asserted.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "batch"))
import msgspec
from batches import drive, reopen, usual

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


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=5000)
    parser.add_argument("--planned", type=int, default=50_000)
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


if __name__ == "__main__":
    main()
