"""What was published before: a small database of the user's own, shared by all runs."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stepdown.errors import StepdownError
from stepdown.model.request import RequestState

_TABLES = """
CREATE TABLE IF NOT EXISTS turn (host TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS turn_of ON turn (host, at);
CREATE TABLE IF NOT EXISTS hold (host TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS request (
    host TEXT NOT NULL, repository TEXT NOT NULL, branch TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (host, repository, branch)
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

    def note(self, host: str, repository: str, branch: str, state: RequestState) -> None:
        """Remember where a request stands."""
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?)",
                (host, repository, branch, state.value),
            )

    def count(self, host: str, state: RequestState) -> int:
        """Return how many requests stand there, as far as is known."""
        with self._writing() as database:
            row = database.execute(
                "SELECT count(*) FROM request WHERE host = ? AND state = ?", (host, state.value)
            ).fetchone()
        return int(row[0])

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
