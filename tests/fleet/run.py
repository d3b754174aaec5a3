#!/usr/bin/env python3
"""Make the fleet, evaluate it twice, and print what was expected against what came.

    python tests/fleet/run.py [--only PATTERN,...] [--jobs N] [--keep FOLDER] [-- OPTIONS]

The OPTIONS are those of `stepdown batch evaluate`. The exit code is 1 where anything came out
otherwise.
"""

import argparse
import sys
import tempfile
import time
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fleet_batch import compared, evaluate, report
from fleet_repositories import FLEET
from fleet_world import make


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("more", nargs="*")
    wishes = parser.parse_args()
    patterns = wishes.only.split(",")
    fleet = tuple(one for one in FLEET if any(fnmatch(one.name, p) for p in patterns))
    with tempfile.TemporaryDirectory(prefix="stepdown-fleet-") as temporary:
        folder = wishes.keep or Path(temporary)
        selection = make(folder / "repositories", fleet)
        began = time.monotonic()
        words = (str(selection), "--jobs", str(wishes.jobs), *wishes.more)
        evaluate(folder, *words).wait()
        seconds = time.monotonic() - began
        evaluate(folder, "--jobs", str(wishes.jobs)).wait()
        again = time.monotonic() - began - seconds
        wrong = tuple(compared(fleet, report(folder)))
    entries = sum(len(one.expected) for one in fleet)
    print(f"{len(fleet)} repositories, {entries} entries, {seconds:.0f} s")
    print(f"again, unchanged: {again:.0f} s, {again / seconds:.1%} of the first")
    for line in wrong:
        print(line)
    print(f"{entries - len(wrong)} as expected, {len(wrong)} not")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
