"""Looking at a ledger: `stepdown batch status` and `stepdown batch report`."""

import sys
from pathlib import Path

from stepdown.flow.batch.ledger import Ledger, Row, looked_at
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Result, State, Work
from stepdown.report.words import visible


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


def report(path: Path, *, as_json: bool, verbose: bool) -> int:
    """Print how each entry ended."""
    with looked_at(path) as ledger:
        if as_json:
            _json(ledger)
        else:
            _table(ledger, verbose=verbose)
    return 0


def _json(ledger: Ledger) -> None:
    for row in ledger.rows():
        _print(to_json(row).decode())


def _table(ledger: Ledger, *, verbose: bool) -> None:
    for row in ledger.rows():
        _print(_line(row))
        if verbose and row.report is not None:
            for text in (row.report.reason, row.report.hint):
                if text:
                    _print(f"    {visible(text)}")


def _line(row: Row) -> str:
    ended = row.report if row.state is State.DONE else None
    what = (ended.result if ended else row.state).value.replace("_", " ")
    step = f"{row.base} → {ended.answer}" if ended and ended.answer else row.base
    return visible(f"{what:<20} {row.entry.name:<40} {step}").rstrip()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
