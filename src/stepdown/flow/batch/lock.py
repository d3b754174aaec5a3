"""One driver to a ledger: a lock that the kernel drops however the driver ends."""

import fcntl
import os
import platform
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stepdown.errors import LedgerError


@contextmanager
def held(path: Path) -> Generator[None]:
    """Hold the lock `path` and write into it who does.

    Raises LedgerError, naming host and process, where another one holds it, and where the file
    system has no locks.
    """
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be written.", details=str(error), hint="Give another --ledger."
        ) from error
    try:
        _take(lock, path)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{platform.node()} {os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, path: Path) -> None:
    ledger = path.name.removesuffix(".lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        host, _, process = os.pread(lock, 300, 0).decode(errors="replace").partition(" ")
        raise LedgerError(
            f"Another stepdown works with {ledger}: process {process or '?'} on {host or '?'}.",
            hint="Wait for its end, or give another --ledger. `stepdown batch status` can look"
            " meanwhile.",
        ) from error
    except OSError as error:
        raise LedgerError(
            f"{ledger} is on a file system without locks.",
            details=str(error),
            hint="Put the ledger on a local disk; a network file system (NFS) will not do.",
        ) from error
