"""`stepdown batch scheduler` and `stepdown batch worker`: Dask's own commands, set up safely."""

import importlib.util
import os
from pathlib import Path
from typing import Never

from stepdown.adapters import dask
from stepdown.adapters.dask import Certificates
from stepdown.adapters.keeping import kept
from stepdown.errors import UsageError

_START = "stepdown.cli.batchstart"


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


def worker(address: str, slots: int | None, tls: Certificates | None) -> int:
    """Keep a worker with so many slots running, also when its scheduler goes and comes back.

    At the end, what it was doing is put away.
    """
    from stepdown.cli.batching import capacity  # noqa: PLC0415
    from stepdown.cli.batchwork import look  # noqa: PLC0415

    _has_dask()
    command = dask.worker_command(address, slots or capacity(), tls, _START)
    code = kept(command, _environment())
    look()
    return code


def _become(command: list[str]) -> Never:
    _has_dask()
    os.execve(command[0], command, _environment())  # noqa: S606


def _environment() -> dict[str, str]:
    return {**os.environ, **dask.ENVIRONMENT}


def _has_dask() -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "A cluster needs Dask, which is not installed.", hint="pip install 'stepdown[dask]'"
        )
