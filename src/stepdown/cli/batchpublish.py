"""`stepdown batch publish`: merge requests for what a batch found, one after the other."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import assert_never

import msgspec

from stepdown.adapters.runs import open_run
from stepdown.cli import fleetcounter
from stepdown.cli.counter import say
from stepdown.cli.exits import BATCH, GREEN
from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import UsageError
from stepdown.flow.batch.ledger import Ledger
from stepdown.flow.batch.opening import written
from stepdown.flow.batch.selection import fits
from stepdown.flow.publish.fleet import Ended, Failed, Passed, publish_all
from stepdown.flow.publish.publish import Published
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Entry, Report, Result
from stepdown.model.trial import Outcome

_REQUEST = "request"


def publish(  # noqa: PLR0913  (the flags)
    path: Path,
    options: RequestOptions,
    *,
    only: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Publish in the order of the ledger; return the exit code.

    What ended badly this time goes along where it has a request of ours, which is then closed.
    """
    if not path.is_file():
        raise UsageError(
            f"There is no ledger {path}.", hint="`stepdown batch evaluate REPOS` makes one."
        )
    failed = 0
    with written(path) as ledger, open_run() as run:
        found = tuple(_wanted(ledger, only))[:limit]
        keys = iter([key for key, *_ in found])
        way = partial(fleetcounter.opened, run, options, rehearse=dry_run)
        for number, (entry, ended) in enumerate(publish_all(_records(ledger, found), way), 1):
            failed += isinstance(ended, Failed)
            _tell(entry, ended, f"[{number} of {len(found)}]", as_json=as_json)
            _note(ledger, next(keys), ended, dry_run=dry_run)
    say(f"{len(found)} looked at, {failed} failed.")
    return BATCH if failed else GREEN


def _wanted(ledger: Ledger, only: tuple[str, ...]) -> Iterator[tuple[str, Entry, Report, str]]:
    """Yield what works, and what had a request of ours before and does not work any more."""
    for key, entry, report, name in ledger.recorded():
        offered = report.result is Result.IMPROVED or _REQUEST in ledger.noted(key)
        if offered and (not only or any(fits(entry, pattern) for pattern in only)):
            yield key, entry, report, name


def _records(
    ledger: Ledger, found: tuple[tuple[str, Entry, Report, str], ...]
) -> Iterator[tuple[Entry, Report, Outcome | None]]:
    """Read one record at a time: each may fill megabytes."""
    for _, entry, report, name in found:
        content = ledger.record(name)
        outcome = None if content is None else msgspec.json.decode(content, type=Outcome)
        yield entry, report, outcome


def _note(ledger: Ledger, key: str, ended: Ended, *, dry_run: bool) -> None:
    if isinstance(ended, Published) and ended.url and not dry_run:
        ledger.note(key, {_REQUEST: ended.url})


def _tell(entry: Entry, ended: Ended, number: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(to_json({"entry": entry, "ended": ended}).decode() + "\n")
        return
    say(f"{number} {entry.name}: {_said(ended)}")


def _said(ended: Ended) -> str:
    match ended:
        case Published():
            what = ended.held or ended.reason
            return f"{ended.kind.replace('_', ' ')}: {what}{f' {ended.url}' if ended.url else ''}"
        case Passed():
            return ended.reason
        case Failed():
            return " ".join(part for part in (ended.brief, ended.details, ended.hint) if part)
        case _:
            assert_never(ended)
