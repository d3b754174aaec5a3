"""Looking at a ledger: `stepdown batch status` and `stepdown batch report`."""

import sys
from pathlib import Path

from stepdown.flow.batch.opening import looked_at
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Result, State, Work
from stepdown.report import fleet


def status(path: Path, *, as_json: bool) -> int:
    """Print how many entries stand where."""
    with looked_at(path) as ledger:
        counts, left = ledger.counts(), ledger.pending(Work.SCOUT)
    if as_json:
        _print(to_json({"repositories_to_look_at": left, "entries": counts}).decode())
        return 0
    if left:
        _print(f"{left:6} repositories to look at")
    for name in (*State, *Result):
        if name.value in counts:
            _print(f"{counts[name.value]:6} {name.value.replace('_', ' ')}")
    return 0


def report(path: Path, form: str, *, earlier: Path | None) -> int:
    """Print the report on the fleet in one of its forms."""
    then = () if earlier is None else _rows(earlier)
    sys.stdout.write(fleet.render(_rows(path), form, then))
    return 0


def schema() -> int:
    """Print the JSON Schema of the report's JSON form."""
    sys.stdout.write(fleet.schema().decode())
    return 0


def _rows(path: Path) -> tuple[fleet.Row, ...]:
    """Return the entries of a ledger; what is being worked on has no result yet."""
    with looked_at(path) as ledger:
        return tuple(
            fleet.Row(
                entry=row.entry,
                base=row.base,
                report=row.report if row.state is State.DONE else None,
            )
            for row in ledger.rows()
        )


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
