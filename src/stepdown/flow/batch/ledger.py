"""The ledger: what a batch works on, where each entry stands and how it ended.

A SQLite file that only the driver writes. Whatever it says is on the disk: a driver that is killed
loses nothing but what was in flight.
"""

import json
import sqlite3
import time
from collections.abc import Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from stepdown.flow.batch.blobs import Blobs
from stepdown.flow.batch.keys import entry_key, fingerprint
from stepdown.flow.batch.packing import unpacked
from stepdown.model.fleet import Entry, Report, Result, Scouted, State, Work
from stepdown.model.image import Value

_TABLE = {Work.SCOUT: "sources", Work.EVALUATE: "entries"}


class Job(Value, frozen=True, kw_only=True):
    """One thing to do.

    `head` is the commit that is known, empty for none, `stamp` what it was looked at with.
    """

    work: Work
    key: str
    entry: Entry
    attempts: int = 0
    head: str = ""
    stamp: str = ""


class Row(Value, frozen=True, kw_only=True):
    """One entry as the ledger has it. `report` is that of its last end, None before the first."""

    key: str
    entry: Entry
    state: State
    attempts: int
    base: str = ""
    report: Report | None = None


class Ledger:
    """An open ledger. See `written` and `looked_at`."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self.path = path
        self._blobs = Blobs(path.with_name(f"{path.name}.d"))

    @contextmanager
    def together(self) -> Generator[None]:
        """Write all or nothing of what happens inside, in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    # ---- settings and the publish phase's own notes

    def setting(self, key: str) -> str:
        """Return a setting of the batch, empty where it was never set."""
        return self._one("SELECT value FROM settings WHERE key = ?", key) or ""

    def set(self, key: str, value: str) -> None:
        """Set a setting of the batch."""
        self._do("INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value)

    def noted(self, key: str) -> dict[str, str]:
        """Return what was noted of an entry for merge requests, by name."""
        found = self._database.execute("SELECT name, value FROM requests WHERE key = ?", (key,))
        return dict(found.fetchall())

    def note(self, key: str, values: Mapping[str, str]) -> None:
        """Note something of an entry for merge requests; it outlives its next evaluation."""
        rows = [(key, name, value) for name, value in values.items()]
        self._database.executemany("INSERT OR REPLACE INTO requests VALUES (?, ?, ?)", rows)

    # ---- the selection

    def select(self, entries: Iterable[Entry], skipped: Iterable[tuple[Entry, str]] = ()) -> None:
        """Store the selection; `skipped` are those that are not looked at, with the reason."""
        rows = ((entry_key(e), at, _json(e)) for at, e in enumerate(entries))
        self._database.executemany(
            "INSERT OR IGNORE INTO sources (key, position, entry) VALUES (?, ?, ?)", rows
        )
        for entry, reason in skipped:
            key = entry_key(entry)
            report = Report(key=key, result=Result.SKIPPED, reason=reason)
            self._insert_end(key, "", 0, entry, report)

    def sources(self) -> Iterator[Job]:
        """Yield what was selected, in its order."""
        found = self._database.execute("SELECT key, entry FROM sources ORDER BY position")
        for key, entry in found:
            yield Job(work=Work.SCOUT, key=key, entry=_entry(entry))

    # ---- what is to be done

    def recover(self) -> int:
        """Make what a driver that is gone left in flight pending again; return how much."""
        return sum(
            self._do(f"UPDATE {table} SET state = 'pending' WHERE state = 'running'")  # noqa: S608
            for table in _TABLE.values()
        )

    def unfinished(self, keys: Container[str]) -> int:
        """Return how many of these sources, and of their entries, are pending."""
        found = self._database.execute(
            "SELECT key FROM sources WHERE state = 'pending'"
            " UNION ALL SELECT source FROM entries WHERE state = 'pending'"
        )
        return sum(key in keys for (key,) in found)

    def pending(self, work: Work) -> int:
        """Return how many things of this kind are pending."""
        sql = f"SELECT count(*) FROM {_TABLE[work]} WHERE state = 'pending'"  # noqa: S608
        return int(self._one(sql) or 0)

    def still_pending(self, keys: Iterable[str]) -> list[str]:
        """Return those of some sources that are pending, in the order given."""
        found = self._database.execute("SELECT key FROM sources WHERE state = 'pending'")
        pending = {key for (key,) in found}
        return [key for key in keys if key in pending]

    def reopen(self, keys: Iterable[str], *, force: bool = False) -> None:
        """Look at sources again, and give up on nothing that was infrastructure.

        With `force` every entry of them is done again, however often the batch is interrupted.
        """
        rows = [(key,) for key in keys]
        anew = "stamp = ''" if force else "stamp = stamp"
        which = "" if force else " AND result = 'infrastructure'"
        pending = "SET state = 'pending', attempts = 0"
        sql = f"UPDATE sources {pending}, {anew} WHERE key = ?"
        self._database.executemany(sql, rows)
        sql = f"UPDATE entries {pending} WHERE source = ? AND fingerprint != ''{which}"
        self._database.executemany(sql, rows)

    def images(self) -> frozenset[str]:
        """Return the names of all images that answers rest on."""
        return frozenset(one.image for _, report in self._answered() for one in report.images)

    def moved(self, known: Mapping[str, Container[str]], keys: Container[str]) -> int:
        """Make those entries of some sources pending whose images are others now.

        `known` has by name what images there are, maybe several where there are several machines.
        An image that is there nowhere is no reason. Returns how many entries it is.
        """
        gone = [
            (key,)
            for (key, source), report in self._answered()
            if source in keys
            and any(
                one.image in known and one.identity not in known[one.image] for one in report.images
            )
        ]
        sql = "UPDATE entries SET state = 'pending', attempts = 0 WHERE key = ?"
        self._database.executemany(sql, gone)
        return len(gone)

    def _answered(self) -> Iterator[tuple[tuple[str, str], Report]]:
        sql = "SELECT key, source, report FROM entries WHERE state = 'done' AND fingerprint != ''"
        for key, source, report in self._database.execute(sql):
            yield (key, source), msgspec.json.decode(report, type=Report)

    def retry(self, keys: Iterable[str]) -> None:
        """Make these entries pending, as if they had never been tried."""
        for key in keys:
            self._do(
                "UPDATE sources SET state = 'pending', attempts = 0, stamp = '' WHERE key = ?", key
            )
            self._do(
                "UPDATE entries SET state = 'pending', attempts = 0"
                " WHERE key = ? AND fingerprint != ''",
                key,
            )

    def in_turn(self, work: Work, keys: Sequence[str]) -> None:
        """Say which pending things are done now, and in which order; no others are."""
        table = _TABLE[work]
        self._do(f"UPDATE {table} SET turn = NULL WHERE turn IS NOT NULL")  # noqa: S608
        rows = ((turn, key) for turn, key in enumerate(keys))
        self._database.executemany(f"UPDATE {table} SET turn = ? WHERE key = ?", rows)  # noqa: S608

    def next(self, work: Work, most: int) -> list[Job]:
        """Return what comes next, at most `most`; it stays pending until `started`."""
        stamp = "stamp" if work is Work.SCOUT else "''"
        sql = (
            f"SELECT key, entry, attempts, head, {stamp} FROM {_TABLE[work]}"  # noqa: S608
            " WHERE state = 'pending' AND turn IS NOT NULL ORDER BY turn LIMIT ?"
        )
        found = self._database.execute(sql, (most,)).fetchall()
        return [
            Job(work=work, key=key, entry=_entry(entry), attempts=attempts, head=head, stamp=mark)
            for key, entry, attempts, head, mark in found
        ]

    def waiting(self) -> Iterator[tuple[str, str, Entry]]:
        """Yield key, base and entry of all that is to be evaluated, in the selection's order."""
        sql = (
            "SELECT key, base, entry FROM entries WHERE state = 'pending' ORDER BY position, entry"
        )
        for key, base, entry in self._database.execute(sql):
            yield key, base, _entry(entry)

    # ---- what happens

    def started(self, job: Job) -> None:
        """Write down that a thing is handed out."""
        sql = (
            f"UPDATE {_TABLE[job.work]} SET state = 'running',"  # noqa: S608
            " attempts = attempts + 1, started = ?, ended = NULL WHERE key = ?"
        )
        self._do(sql, time.time(), job.key)

    def again(self, job: Job) -> None:
        """Make a thing pending once more; its attempts stay counted."""
        self._do(f"UPDATE {_TABLE[job.work]} SET state = 'pending' WHERE key = ?", job.key)  # noqa: S608

    def scouted(self, job: Job, answer: Scouted, stamp: str) -> None:
        """Write down what a repository has: one entry for each Dockerfile.

        An entry whose fingerprint is that of its last end stays done.
        """
        self._source_done(job.key, answer.worker, answer.commit, answer.branch, stamp)
        if answer.unchanged:
            return
        position = int(self._one("SELECT position FROM sources WHERE key = ?", job.key) or 0)
        keys = []
        for found in answer.found:
            entry = msgspec.structs.replace(job.entry, dockerfile=found.dockerfile)
            key = entry_key(entry, job.key)
            mark = fingerprint(stamp, entry, answer.commit, found.digest)
            self._expect(key, job.key, position, entry, found.base, answer.commit, mark)
            keys.append(key)
        self._forget(job.key, keys)

    def ended(self, job: Job, report: Report, stamp: str) -> None:
        """Write down how a thing ended: an evaluation, or a scout without a Dockerfile.

        Where the same `stamp` finds no Dockerfile in the same commit, nobody has to look again.
        """
        if job.work is Work.SCOUT:
            position = int(self._one("SELECT position FROM sources WHERE key = ?", job.key) or 0)
            known = stamp if report.result is Result.NO_DOCKERFILE else ""
            self._source_done(job.key, report.worker, report.commit, "", known)
            self._forget(job.key, [job.key])
            self._insert_end(job.key, job.key, position, job.entry, report)
        else:
            self._update_end(job.key, report)

    def tidy(self) -> None:
        """Remove the large files that no entry names any more."""
        sql = "SELECT outcome FROM entries UNION SELECT log FROM entries"
        self._blobs.keep_only(frozenset(name for (name,) in self._database.execute(sql)))

    # ---- looking

    def counts(self) -> dict[str, int]:
        """Return how many entries have each result; those that are not done, by their state."""
        sql = (
            "SELECT CASE state WHEN 'done' THEN result ELSE state END AS what, count(*)"
            " FROM entries GROUP BY what"
        )
        return dict(self._database.execute(sql).fetchall())

    def rows(self) -> Iterator[Row]:
        """Yield every entry in the selection's order."""
        sql = (
            "SELECT key, entry, state, attempts, base, report FROM entries ORDER BY position, entry"
        )
        for key, entry, state, attempts, base, report in self._database.execute(sql):
            yield Row(
                key=key,
                entry=_entry(entry),
                state=State(state),
                attempts=attempts,
                base=base,
                report=msgspec.json.decode(report, type=Report) if report else None,
            )

    def recorded(self) -> Iterator[tuple[str, Entry, Report, str]]:
        """Yield key, entry, report and the name of the Outcome record, where there is one."""
        sql = (
            "SELECT key, entry, report, outcome FROM entries"
            " WHERE state = 'done' AND outcome != '' ORDER BY position, entry"
        )
        for key, entry, report, name in self._database.execute(sql).fetchall():
            yield key, _entry(entry), msgspec.json.decode(report, type=Report), name

    def record(self, name: str) -> bytes | None:
        """Return an Outcome record as JSON, None where it is not there any more."""
        return self._blobs.get(name)

    def log(self, key: str) -> bytes | None:
        """Return the log of an entry's last end, None where there is none."""
        name = self._one("SELECT log FROM entries WHERE key = ?", key)
        return self._blobs.get(name) if name else None

    # ---- inside

    def _expect(  # noqa: PLR0913, PLR0917  (the columns of a row)
        self,
        key: str,
        source: str,
        position: int,
        entry: Entry,
        base: str,
        head: str,
        mark: str,
    ) -> None:
        known = self._database.execute(
            "SELECT fingerprint, state FROM entries WHERE key = ?", (key,)
        ).fetchone()
        if known == (mark, State.DONE):
            self._do("UPDATE entries SET position = ?, base = ? WHERE key = ?", position, base, key)
            return
        self._do(
            "INSERT INTO entries (key, source, position, entry, base, head, fingerprint)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
            " source = excluded.source, position = excluded.position, entry = excluded.entry,"
            " base = excluded.base, head = excluded.head,"
            " attempts = CASE WHEN fingerprint = excluded.fingerprint"
            " THEN attempts ELSE 0 END, fingerprint = excluded.fingerprint, state = 'pending'",
            *(key, source, position, _json(entry), base, head, mark),
        )

    def _forget(self, source: str, keys: Sequence[str]) -> None:
        """Forget entries of a source that it does not have any more."""
        found = self._database.execute("SELECT key FROM entries WHERE source = ?", (source,))
        gone = {key for (key,) in found} - set(keys)
        self._database.executemany("DELETE FROM entries WHERE key = ?", ((key,) for key in gone))

    def _source_done(self, key: str, worker: str, head: str, branch: str, stamp: str) -> None:
        self._do(
            "UPDATE sources SET state = 'done', ended = ?, worker = ?, head = ?, branch = ?,"
            " stamp = ? WHERE key = ?",
            *(time.time(), worker, head, branch, stamp, key),
        )

    def _insert_end(
        self, key: str, source: str, position: int, entry: Entry, report: Report
    ) -> None:
        self._do(
            "INSERT OR REPLACE INTO entries (key, source, position, entry) VALUES (?, ?, ?, ?)",
            *(key, source, position, _json(entry)),
        )
        self._update_end(key, report)

    def _update_end(self, key: str, report: Report) -> None:
        outcome, log = self._kept(report.outcome), self._kept(report.log)
        short = msgspec.structs.replace(report, outcome="", log="")
        self._do(
            "UPDATE entries SET state = 'done', ended = ?, worker = ?, result = ?, report = ?,"
            " outcome = ?, log = ? WHERE key = ?",
            *(time.time(), report.worker, report.result, _json(short), outcome, log, key),
        )

    def _kept(self, packed: str) -> str:
        content = unpacked(packed)
        return self._blobs.put(content) if content else ""

    def _do(self, sql: str, *values: object) -> int:
        return self._database.execute(sql, values).rowcount

    def _one(self, sql: str, *values: object) -> str | None:
        found = self._database.execute(sql, values).fetchone()
        return None if found is None else str(found[0])


def _json(value: Value) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=True)


def _entry(text: str) -> Entry:
    return msgspec.json.decode(text, type=Entry)
