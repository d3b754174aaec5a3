"""`stepdown batch scheduler` and `stepdown batch worker`: Dask's own commands, set up safely."""

import importlib.util
import os
from pathlib import Path
from typing import Never

from stepdown.adapters import dask
from stepdown.adapters.dask import Certificates
from stepdown.errors import UsageError


def certificates(
    tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None
) -> Certificates | None:
    """Return the certificates that were given, None where none were. Raises UsageError."""
    if tls_ca is None and tls_cert is None and tls_key is None:
        return None
    if tls_ca is None or tls_cert is None or tls_key is None:
        raise UsageError(
            "TLS needs all of --tls-ca, --tls-cert and --tls-key.", hint="Add what is missing."
        )
    for file in (tls_ca, tls_cert, tls_key):
        if not file.is_file():
            raise UsageError(f"There is no file {file}.", hint="Check the name.")
    return Certificates(authority=tls_ca, certificate=tls_cert, key=tls_key)


def scheduler(host: str, port: int, tls: Certificates | None) -> Never:
    """Become a scheduler. Raises UsageError for a port that would be open to anybody."""
    _become(dask.scheduler_command(host, port, tls))


def worker(address: str, slots: int | None, tls: Certificates | None) -> Never:
    """Become a worker with so many slots."""
    from stepdown.cli.batching import capacity  # noqa: PLC0415

    _become(dask.worker_command(address, slots or capacity(), tls))


def _become(command: list[str]) -> Never:
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "A cluster needs Dask, which is not installed.", hint="pip install 'stepdown[dask]'"
        )
    os.execve(command[0], command, {**os.environ, **dask.ENVIRONMENT})  # noqa: S606
