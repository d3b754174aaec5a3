"""Workers of a Dask cluster, each beside its own container engine.

Whoever reaches the port of a scheduler can run code on it, so that everything off this machine is
encrypted and authenticated by certificates, or refused.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from stepdown import __version__
from stepdown.errors import StepdownError, UsageError, WorkersLostError
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Answer, Report, Result, Told
from stepdown.model.image import Value
from stepdown.ports import Ask, Perform, Pool, Reap, Tell

if TYPE_CHECKING:
    from distributed import Client

RESOURCE = "docker"
PATIENCE = 120.0
"""Seconds for which a scheduler without workers is waited for."""
_TOPIC = "stepdown"
_ON = "The same command goes on where it was."
Look = Callable[[], bytes]
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


class Certificates(Value, frozen=True, kw_only=True):
    """The files of mutual TLS: the authority, and this machine's certificate and key."""

    authority: Path
    certificate: Path
    key: Path


class Seen(Value, frozen=True, kw_only=True):
    """What a worker says of itself before it gets work."""

    stepdown: str
    python: str
    engine: str


def check_address(address: str, certificates: Certificates | None) -> None:
    """Raise UsageError for an address off this machine that is not tls:// with certificates."""
    scheme, _, rest = address.partition("://")
    host = rest.rpartition(":")[0] or rest
    if scheme not in ("tcp", "tls") or not host:
        raise UsageError(
            f"{address} is no address of a scheduler.", hint="Give it like tls://host:8786."
        )
    if scheme == "tls" and certificates is None:
        raise UsageError(
            "tls:// needs certificates.", hint="Add --tls-ca, --tls-cert and --tls-key."
        )
    if scheme == "tcp" and host not in _LOOPBACK:
        raise UsageError(
            f"{address} is neither encrypted nor authenticated: whoever reaches it can run code.",
            hint="Use tls:// with --tls-ca, --tls-cert and --tls-key.",
        )


class DaskPool(Pool):
    """Hands tasks to the workers of a cluster, one for each of their `docker` resources.

    A scheduler that is lost is looked for again at its address; what was out is lost then. Every
    worker that joins is met before the driver counts on it.
    """

    def __init__(  # noqa: PLR0913  (what workers are told to call)
        self, client: "Client", *, perform: Perform, ask: Ask, reap: Reap, tell: Tell, look: Look
    ) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False, resources={RESOURCE: 1}, retries=0)
        self._perform = perform
        self._ask = ask
        self._reap = reap
        self._tell = tell
        self._look = look
        self._scheduler = ""
        self._met: frozenset[str] = frozenset()
        self._busy = time.monotonic()

    @property
    def capacity(self) -> int:
        """How many tasks run at the same time: none while the scheduler or all workers are gone.

        Raises WorkersLostError where they stay away, StepdownError for a worker that does not fit.
        """
        if self._client.status == "closed":
            raise WorkersLostError(
                "The scheduler was lost and did not come back.", hint=f"Start it again. {_ON}"
            )
        slots = sum(int(one["resources"].get(RESOURCE, 0)) for one in self._workers().values())
        if slots:
            self._busy = time.monotonic()
        elif time.monotonic() - self._busy > PATIENCE:
            raise WorkersLostError(
                f"The scheduler has had no worker for {PATIENCE:.0f} seconds.",
                hint="Start some with `stepdown batch worker`. One whose engine does not answer"
                f" waits for it. {_ON}",
            )
        return slots

    @property
    def words(self) -> str:
        """Who does the work, for people."""
        if not self.capacity:
            return "waiting for the first worker"
        return f"{self.capacity} at a time on {len(self._met)} workers"

    def submit(self, task: bytes) -> Future[bytes]:
        """Hand out a task."""
        future: Future[bytes] = self._executor.submit(on_worker, self._perform, self._look, task)
        return future

    def ask(self, question: bytes) -> tuple[bytes, ...]:
        """Ask every worker; one that is lost meanwhile says nothing."""
        try:
            answers = self._client.run(self._ask, question, on_error="ignore")
        except OSError:  # the scheduler went
            return ()
        return tuple(answers[name] for name in sorted(answers))

    def reap(self, batch: str) -> None:
        """End every task of a batch at once, on every worker, and remove what it made."""
        if self._client.status == "running":
            with suppress(OSError):
                self._client.run(self._reap, batch, on_error="ignore")

    def _workers(self) -> Mapping[str, Any]:
        """Ask who is there, and meet those who are new; nobody is while the scheduler is gone."""
        if self._client.status != "running":
            return {}
        seen = self._client.scheduler_info(n_workers=-1)
        if not seen:
            return {}
        if seen["id"] != self._scheduler:  # another one knows neither our topic nor our workers
            self._client.subscribe_topic(_TOPIC, lambda event: self._tell(event[1].encode()))
            self._scheduler, self._met = seen["id"], frozenset()
        workers: Mapping[str, Any] = seen["workers"]
        if new := sorted(workers.keys() - self._met):
            try:
                self._retire(_shake_hands(self._client, self._look, new))
            except OSError:  # the scheduler went meanwhile
                return {}
        self._met = frozenset(workers)
        return workers

    def _retire(self, workers: Sequence[str]) -> None:
        """Send workers without an engine away; they join again when they have one."""
        for name in workers:
            self._tell(to_json(Told(text=_no_engine(name))))
        if workers:
            self._client.retire_workers(list(workers))


@contextmanager
def cluster(  # noqa: PLR0913  (what workers are told to call)
    address: str,
    certificates: Certificates | None,
    *,
    perform: Perform,
    ask: Ask,
    reap: Reap,
    tell: Tell,
    look: Look,
) -> Generator[DaskPool]:
    """Connect to a scheduler; its workers may come later.

    `look` is run on each worker and returns a `Seen` as JSON. Raises UsageError, StepdownError.
    """
    check_address(address, certificates)
    with _connected(address, certificates) as client:
        yield DaskPool(client, perform=perform, ask=ask, reap=reap, tell=tell, look=look)


def on_worker(perform: Perform, look: Look, task: bytes) -> bytes:
    """Do a task on the worker that this runs on; what it tells goes to the driver.

    A worker without an engine would fail one task after the other, faster than the others do
    theirs: it leaves the cluster, and joins again when its engine answers.
    """
    from distributed import get_worker  # noqa: PLC0415

    worker = get_worker()

    def tell(step: bytes) -> None:
        worker.log_event(_TOPIC, step.decode())

    answer = perform(task, tell)
    if _in_trouble(answer) and not msgspec.json.decode(look(), type=Seen).engine:
        tell(to_json(Told(text=_no_engine(str(worker.name)))))
        worker.loop.add_callback(worker.close_gracefully, restart=True)
    return answer


def _in_trouble(answer: bytes) -> bool:
    known: Answer = msgspec.json.decode(answer, type=Answer)
    return isinstance(known, Report) and known.result is Result.INFRASTRUCTURE


def _no_engine(worker: str) -> str:
    return (
        f"The container engine of worker {worker} does not answer: the worker gets no work until it"
        " does. `stepdown doctor` on that machine says what is wrong."
    )


def seen(engine: str) -> Seen:
    """Return what this process would say of itself."""
    python = ".".join(map(str, sys.version_info[:2]))
    return Seen(stepdown=__version__, python=python, engine=engine)


@contextmanager
def _connected(address: str, certificates: Certificates | None) -> Generator["Client"]:
    try:
        from distributed import Client, Security  # noqa: PLC0415  (an extra)
    except ImportError as missing:
        raise UsageError(
            "A cluster needs Dask, which is not installed.", hint="pip install 'stepdown[dask]'"
        ) from missing
    security = None
    if certificates is not None:
        files: dict[str, Any] = {
            "tls_ca_file": str(certificates.authority),
            "tls_client_cert": str(certificates.certificate),
            "tls_client_key": str(certificates.key),
        }
        security = Security(require_encryption=True, **files)
    try:
        client = Client(address, security=security, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StepdownError(
            f"No scheduler answers at {address}.",
            details=str(error),
            hint="Start one with `stepdown batch scheduler`; the certificates have to fit.",
        ) from error
    try:
        yield client
    finally:
        client.close()


def _shake_hands(client: "Client", look: Look, workers: list[str]) -> list[str]:
    """Return those of these workers that have no engine.

    Raises StepdownError where one is not of our version.
    """
    answers = client.run(look, workers=workers, on_error="return")
    ours, idle = seen(""), []
    for name, answer in sorted(answers.items()):
        if isinstance(answer, OSError):
            continue  # it went while it was asked
        if isinstance(answer, Exception):
            raise StepdownError(
                f"The worker {name} cannot work for this driver: {answer}",
                hint="Install the same stepdown on every machine.",
            )
        one = msgspec.json.decode(answer, type=Seen)
        if (one.stepdown, one.python) != (ours.stepdown, ours.python):
            raise StepdownError(
                f"The worker {name} has stepdown {one.stepdown} on Python {one.python}; this driver"
                f" has {ours.stepdown} on {ours.python}.",
                hint="Install the same version on every machine.",
            )
        if not one.engine:
            idle.append(name)
    return idle


def scheduler_command(host: str, port: int, certificates: Certificates | None) -> list[str]:
    """Return the command that starts a scheduler. Raises UsageError for a port open to anybody."""
    scheme = "tls" if certificates else "tcp"
    check_address(f"{scheme}://{host}:{port}", certificates)
    return [
        *(sys.executable, "-m", "distributed.cli.dask_scheduler"),
        *("--host", f"{scheme}://{host}:{port}", "--no-dashboard", "--no-show"),
        *("--dashboard-address", "127.0.0.1:0"),
        *_files(certificates),
    ]


def worker_command(
    address: str, slots: int, certificates: Certificates | None, start: str
) -> list[str]:
    """Return the command that starts a worker with so many slots, beside this machine's engine.

    `start` names a module whose `dask_setup` is called in each process that is to work.
    """
    check_address(address, certificates)
    return [
        *(sys.executable, "-m", "distributed.cli.dask_worker", address),
        *("--nworkers", "1", "--nthreads", str(slots), "--resources", f"{RESOURCE}={slots}"),
        *("--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--name", _name()),
        *("--preload", start),
        *_files(certificates),
    ]


ENVIRONMENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
"""How Dask is set for a scheduler: a task that kills its worker is tried once elsewhere."""


def _name() -> str:
    return f"{platform.node()}-{os.getpid()}"


def _files(certificates: Certificates | None) -> tuple[str, ...]:
    if certificates is None:
        return ()
    return (
        *("--tls-ca-file", str(certificates.authority)),
        *("--tls-cert", str(certificates.certificate), "--tls-key", str(certificates.key)),
    )
