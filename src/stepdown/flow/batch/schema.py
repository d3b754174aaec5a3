"""The tables of a ledger, and how an older ledger becomes today's."""

import sqlite3

from stepdown.errors import LedgerError

APPLICATION = 0x53444C47
"""SQLite's application_id of a ledger: "SDLG"."""

STEPS = (
    """
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE sources (
        key TEXT PRIMARY KEY, position INTEGER NOT NULL, entry TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
        turn INTEGER, worker TEXT NOT NULL DEFAULT '',
        started REAL, ended REAL,
        head TEXT NOT NULL DEFAULT '', branch TEXT NOT NULL DEFAULT '',
        stamp TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX sources_turn ON sources (state, turn);
    CREATE TABLE entries (
        key TEXT PRIMARY KEY, source TEXT NOT NULL, position INTEGER NOT NULL, entry TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
        turn INTEGER, worker TEXT NOT NULL DEFAULT '',
        started REAL, ended REAL,
        base TEXT NOT NULL DEFAULT '', head TEXT NOT NULL DEFAULT '',
        fingerprint TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '',
        report TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '',
        log TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX entries_turn ON entries (state, turn);
    CREATE INDEX entries_source ON entries (source);
    CREATE INDEX entries_result ON entries (result);
    CREATE TABLE requests (
        key TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, name)
    ) WITHOUT ROWID;
    """,
)
"""What each version adds to the one before; PRAGMA user_version counts them."""


def migrate(database: sqlite3.Connection, name: str) -> None:
    """Bring a ledger to today's schema, each step in one transaction.

    Raises LedgerError for a database that is no ledger, and for one of a newer version.
    """
    version = checked(database, name)
    for number, step in enumerate(STEPS[version:], start=version + 1):
        database.executescript(
            f"BEGIN IMMEDIATE; {step} PRAGMA application_id = {APPLICATION};"
            f" PRAGMA user_version = {number}; COMMIT;"
        )


def checked(database: sqlite3.Connection, name: str) -> int:
    """Return the version of a ledger, 0 for an empty file. Raises LedgerError, see `migrate`."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    application = int(database.execute("PRAGMA application_id").fetchone()[0])
    tables = int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION and (version or tables or application):
        raise LedgerError(f"{name} is a database, but no ledger.", hint="Give another --ledger.")
    if version > len(STEPS):
        raise LedgerError(
            f"{name} is of a newer stepdown: its schema is {version}, this one's {len(STEPS)}.",
            hint="Use the newer version, or another --ledger.",
        )
    return version
