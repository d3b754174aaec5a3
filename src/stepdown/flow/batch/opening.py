"""Opening a ledger: to work with it, or to look at it while another works."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from stepdown.errors import LedgerError
from stepdown.flow.batch import lock, schema
from stepdown.flow.batch.ledger import Ledger

_BUSY_MS = 5_000


@contextmanager
def written(path: Path) -> Generator[Ledger]:
    """Open a ledger to work with it, made where there is none; one process at a time.

    Raises LedgerError.
    """
    with lock.held(path.with_name(f"{path.name}.lock")), _connected(path, "rwc") as database:
        with _explained(path):
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            schema.migrate(database, str(path))
        yield Ledger(database, path)


@contextmanager
def looked_at(path: Path) -> Generator[Ledger]:
    """Open a ledger to read it, also while a batch is running. Raises LedgerError."""
    if not path.is_file():
        raise LedgerError(
            f"There is no ledger {path}.",
            hint="`stepdown batch evaluate REPOS --ledger FILE` makes one.",
        )
    with _connected(path, "rw") as database:
        with _explained(path):
            if schema.checked(database, str(path)) < len(schema.STEPS):
                raise LedgerError(
                    f"{path} was made by an older stepdown.",
                    hint="`stepdown batch evaluate --ledger FILE` brings it up to date.",
                )
        database.execute("PRAGMA query_only = ON")
        yield Ledger(database, path)


@contextmanager
def _connected(path: Path, mode: str) -> Generator[sqlite3.Connection]:
    with _explained(path):
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None
        )
    with closing(database):
        database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        yield database


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(
            f"{path} cannot be used as a ledger.",
            details=str(error),
            hint="It has to be on a local disk that can be written to, not on NFS.",
        ) from error
