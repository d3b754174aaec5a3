"""`stepdown batch publish`: merge requests for what a batch found, one after the other."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import msgspec

from stepdown.adapters.runs import open_run
from stepdown.cli import delivered
from stepdown.cli.counter import say
from stepdown.cli.exits import BATCH, GREEN
from stepdown.cli.fleetcounter import Ways
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
_FAILED = "failed"


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
    tally: Counter[str] = Counter()
    with written(path) as ledger, open_run() as run:
        found = tuple(_wanted(ledger, only))[:limit]
        ways = Ways(
            run=run,
            options=options,
            campaign=str(path.resolve()),
            rehearse=dry_run,
            say=_once(),
        )
        teller = _Teller(of=len(found), rehearse=dry_run, as_json=as_json)
        ended = publish_all(_records(ledger, found), ways.opened)
        try:
            for (key, *_), (entry, end) in zip(found, ended, strict=True):
                tally[teller.tell(entry, end)] += 1
                _note(ledger, key, end, dry_run=dry_run)
        finally:
            say(_summary(tally))
    return BATCH if tally[_FAILED] else GREEN


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


def _once() -> Callable[[str], None]:
    """Return what tells people something, but the same thing only once."""
    told: set[str] = set()

    def tell(text: str) -> None:
        if text not in told:
            told.add(text)
            say(text)

    return tell


@dataclass
class _Teller:
    """Tells what became of one entry after the other."""

    of: int
    rehearse: bool
    as_json: bool
    number: int = 0

    def tell(self, entry: Entry, ended: Ended) -> str:
        """Tell it, and return it in a few words."""
        self.number += 1
        if self.as_json:
            sys.stdout.write(to_json({"entry": entry, "ended": ended}).decode() + "\n")
        else:
            first, *more = self._lines(ended)
            say(f"[{self.number} of {self.of}] {entry.name}: {first}")
            for line in more:
                say(f"  {line}")
        return self._word(ended)

    def _word(self, ended: Ended) -> str:
        match ended:
            case Published():
                return delivered.word(ended, rehearse=self.rehearse)
            case Passed():
                return "passed over"
            case Failed():
                return _FAILED
            case _:
                assert_never(ended)

    def _lines(self, ended: Ended) -> tuple[str, ...]:
        match ended:
            case Published():
                parts = (delivered.said(ended, rehearse=self.rehearse), delivered.reason(ended))
                first = " ".join(filter(None, (": ".join(filter(None, parts)), ended.url)))
                return (first, *ended.notes)
            case Passed():
                return (f"passed over: {ended.reason}",)
            case Failed():
                hint = (f"hint: {ended.hint}",) if ended.hint else ()
                return (f"failed: {ended.brief}", *ended.details.splitlines(), *hint)
            case _:
                assert_never(ended)


def _summary(tally: "Counter[str]") -> str:
    """Return how often each thing became of an entry; nobody has to count lines."""
    if not tally:
        return (
            "0 looked at: no entry that fits improved, or had a request before. "
            "`stepdown batch status` counts the results."
        )
    others = [f"{count} {word}" for word, count in tally.items() if word != _FAILED]
    more = f"; {', '.join(others)}" if others else ""
    return f"{tally.total()} looked at, {tally[_FAILED]} failed{more}."
