"""A batch in a process of its own, and what its ledger says."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fleet_world import Repository


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an entry ended; `dockerfile` is empty for a repository without one.

    `all` is everything that is kept of it: the report, the record and the log.
    """

    key: str
    repository: str
    dockerfile: str
    result: str
    reason: str
    all: str


def environment(folder: Path) -> dict[str, str]:
    """The variables with which a batch keeps all that is its own below `folder`."""
    places = {"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state", "TMPDIR": "temporary"}
    for name in places.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {**os.environ, **{name: str(folder / at) for name, at in places.items()}}


def evaluate(
    folder: Path, *words: str, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `batch evaluate` with its ledger and its output in `folder`."""
    ledger, variables = str(folder / "ledger.db"), {**environment(folder), **(env or {})}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "stepdown", "batch", "evaluate", *words, "--ledger", ledger],
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def report(folder: Path) -> tuple[Ended, ...]:
    """Read how every entry ended, with its record and its log."""
    query = "SELECT key, result, report, outcome, log, entry FROM entries ORDER BY key"
    with closing(sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)) as database:
        return tuple(_ended(row, folder / "ledger.db.d") for row in database.execute(query))


def compared(fleet: tuple[Repository, ...], ended: tuple[Ended, ...]) -> Iterable[str]:
    """Yield a sentence for everything that came out otherwise."""
    got = {(one.repository, one.dockerfile): one for one in ended}
    for one in fleet:
        for dockerfile, wanted in one.expected.items():
            found = got.pop((one.name, dockerfile), None)
            name = f"{one.name} {dockerfile}".rstrip()
            if found is None:
                yield f"{name}: expected {wanted.value}, and there is no entry"
            elif found.result != wanted.value:
                yield f"{name}: expected {wanted.value}, got {found.result}: {found.reason}"
            elif one.told and one.told not in found.all:
                yield f"{name}: {wanted.value}, but nothing tells: {one.told}"
    for (repository, dockerfile), found in got.items():
        yield f"{repository} {dockerfile}: not expected, got {found.result}: {found.reason}"


def _ended(row: tuple[str, ...], blobs: Path) -> Ended:
    key, result, said, outcome, log, entry = row
    what = json.loads(entry)
    kept = (_blob(blobs, name) for name in (outcome, log) if name)
    return Ended(
        key=key,
        repository=Path(what["repository"]).name,
        dockerfile=what["dockerfile"],
        result=result,
        reason=json.loads(said)["reason"] if said else "",
        all="\n".join((said, *kept)),
    )


def _blob(blobs: Path, name: str) -> str:
    return gzip.decompress((blobs / f"{name}.gz").read_bytes()).decode(errors="replace")
