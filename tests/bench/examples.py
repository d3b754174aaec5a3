"""Moves every example down its ladder on the real engine, and writes the table of the README.

    python tests/bench/examples.py [NAMES] [--records FOLDER] [--write]

Prints the table. With `--records` the records of the runs are kept in that folder, and one that
is there is read instead of made again. With `--write` the table is put into README.md, between its
two marks. The exit code is 1 when a run did not end as the example's expectation says. The engine
is the one of the environment: eval "$(./tests/lab/env)".
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import expected

from stepdown.flow import record
from stepdown.model.image import Value
from stepdown.model.trial import CheckRun, Outcome, Trial
from stepdown.report import card

README = expected.ROOT / "README.md"
BEGIN, END = "<!-- examples: begin -->", "<!-- examples: end -->"
COLUMNS = (
    *("app", "from", "to", "commands", "packages", "shells", "setuid", "MB", "tests", "time"),
)
_ROWS = ("commands", "os_packages", "shells", "setuid_setgid", "size_visible")
_INTRODUCTION = (
    "`python tests/bench/examples.py --write` on {day}, on a machine of two cores that did other\n"
    "work, too. Numbers are before → after; `≥` is a lower bound without a package database.\n"
    "Times are of whole runs, with every rung tried."
)


class Row(Value, frozen=True, kw_only=True):
    """One line of the table, cell by cell."""

    cells: tuple[str, ...]


def row(folder: Path, outcome: Outcome) -> Row:
    """Return the line of a run; without an answer only what is known."""
    best = outcome.best
    measured = _measured(best) if best else ("",) * len(_ROWS)
    return Row(
        cells=(
            folder.name,
            f"`{outcome.plan.target.base}`",
            f"`{best.candidate.image}`" if best else "none",
            *measured,
            _tests(best.checks if best else ()),
            f"{outcome.seconds:.0f} s",
        )
    )


def _measured(best: Trial) -> tuple[str, ...]:
    if best.delta is None:
        return ("",) * len(_ROWS)
    rows = {one.key: one for one in best.delta.rows}
    shown = (card.values(best.delta, rows[key]) for key in _ROWS)
    return tuple(" → ".join(values).replace(" MB", "") for values in shown)


def _tests(checks: Iterable[CheckRun]) -> str:
    run = next((one for one in checks if one.check == "command"), None)
    if run is None:
        return "none"
    return f"{run.tests.passed} of {run.tests.total}" if run.tests else "exit code"


def table(rows: Iterable[Row], day: str) -> str:
    """Return the block of the README, its marks included."""
    lines = [_line(COLUMNS), _line("---" for _ in COLUMNS), *(_line(one.cells) for one in rows)]
    text = "\n".join(lines)
    return f"{BEGIN}\n{_INTRODUCTION.format(day=day)}\n\n{text}\n{END}\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def parse(text: str) -> tuple[tuple[Row, ...], str]:
    """Read a block that `table` wrote; return its lines and its day. Raises ValueError."""
    found = re.search(rf"{BEGIN}\n(.*?){END}\n", text, re.DOTALL)
    day = re.search(r" on (\d{4}-\d\d-\d\d),", found[1]) if found else None
    if found is None or day is None:
        raise ValueError(f"no block between {BEGIN} and {END}")
    lines = [line for line in found[1].splitlines() if line.startswith("| ")][2:]
    return tuple(Row(cells=tuple(line[2:-2].split(" | "))) for line in lines), day[1]


def written(readme: str, block: str) -> str:
    """Return the README with the block in place of the old one. Raises ValueError without one."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(f"{END}\n")
    if not begin or not end:
        raise ValueError(f"README.md has no {BEGIN} and {END}")
    return before + block + after


def run(folder: Path, records: Path) -> Outcome:
    """Return the record of an example, made now where there is none."""
    saved = records / f"{folder.name}.json"
    if saved.exists():
        return record.load(saved)
    with tempfile.TemporaryDirectory(prefix="stepdown-examples-") as place:
        copy = expected.repository(folder, Path(place))
        _, outcome = expected.migrate(copy, Path(place), *expected.read(folder).flags)
    record.save(outcome, saved)
    return outcome


def main() -> int:
    """Run what was asked for, print the table and say what is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--records", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    folders = [one for one in expected.EXAMPLES if not asked.names or one.name in asked.names]
    with tempfile.TemporaryDirectory(prefix="stepdown-records-") as temporary:
        records = asked.records or Path(temporary)
        records.mkdir(parents=True, exist_ok=True)
        outcomes = {folder: run(folder, records) for folder in folders}
    block = table(
        (row(folder, outcome) for folder, outcome in outcomes.items()),
        max((one.started[:10] for one in outcomes.values()), default=""),
    )
    sys.stdout.write(block)
    if asked.write:
        README.write_text(written(README.read_text(), block))
    wrong = [
        f"{folder.name}: {fault}"
        for folder, outcome in outcomes.items()
        for fault in expected.faults(expected.read(folder), outcome)
    ]
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
