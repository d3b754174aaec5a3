"""What was published before: a small database of the user's own, shared by all runs."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stepdown.errors import StepdownError
from stepdown.model.request import Offer, RequestState

_TABLES = """
CREATE TABLE IF NOT EXISTS turn (host TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS turn_of ON turn (host, at);
CREATE TABLE IF NOT EXISTS hold (host TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS offer (
    host TEXT NOT NULL, repository TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    campaign TEXT NOT NULL, state TEXT NOT NULL, seen REAL NOT NULL,
    PRIMARY KEY (host, repository, source, target)
);
"""
_KEPT = 7 * 86_400.0  # no rate counts further back than a day


class ThrottleBook:
    """The book of turns at `path`; two runs that share it share the budget."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self, host: str, now: float, count: int, seconds: float) -> float:
        """Take one of `count` turns in `seconds` and return 0, or the seconds until the next."""
        with self._writing() as database:
            database.execute("DELETE FROM turn WHERE at < ?", (now - _KEPT,))
            rows = database.execute(
                "SELECT at FROM turn WHERE host = ? AND at > ? ORDER BY at DESC LIMIT ?",
                (host, now - seconds, count),
            ).fetchall()
            if len(rows) == count:
                return float(rows[-1][0]) + seconds - now
            database.execute("INSERT INTO turn VALUES (?, ?)", (host, now))
            return 0

    def hold(self, host: str, until: float) -> None:
        """Remember that a forge does not want to be asked before."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO hold VALUES (?, ?)", (host, until))

    def held(self, host: str) -> float:
        """Return until when, 0 for never."""
        with self._writing() as database:
            row = database.execute("SELECT until FROM hold WHERE host = ?", (host,)).fetchone()
        return float(row[0]) if row else 0

    def note(self, offer: Offer, state: RequestState, now: float) -> None:
        """Remember where a request was seen to stand."""
        place = (offer.host, offer.repository, offer.source, offer.target, offer.campaign)
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO offer VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*place, state.value, now),
            )

    def count(self, host: str, state: RequestState, campaign: str = "") -> int:
        """Return how many requests stand there, as far as is known; of all campaigns for none."""
        with self._writing() as database:
            row = database.execute(
                "SELECT count(*) FROM offer"
                " WHERE host = ? AND state = ? AND (? = '' OR campaign = ?)",
                (host, state.value, campaign, campaign),
            ).fetchone()
        return int(row[0])

    def unseen(self, host: str, since: float) -> tuple[Offer, ...]:
        """Return the requests that were open when they were seen last, before `since`."""
        with self._writing() as database:
            rows = database.execute(
                "SELECT repository, source, target, campaign FROM offer"
                " WHERE host = ? AND state = ? AND seen < ? ORDER BY seen",
                (host, RequestState.OPEN.value, since),
            ).fetchall()
        return tuple(
            Offer(host=host, repository=name, source=source, target=target, campaign=campaign)
            for name, source, target, campaign in rows
        )

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """One transaction that nobody else can come between."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            database.executescript(_TABLES)
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            database.close()

    def _unusable(self, error: Exception) -> StepdownError:
        return StepdownError(
            f"The budget of requests in {self._path} cannot be used.",
            details=str(error),
            hint="Set XDG_STATE_HOME to a folder on a local disk that can be written to.",
        )
