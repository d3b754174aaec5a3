"""Workers in this process: a pool of threads."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from stepdown.ports import Ask, Perform, Pool, Reap, Tell


class ThreadPool(Pool):
    """Does tasks in threads of this process, `capacity` at a time, beside one engine."""

    def __init__(  # noqa: PLR0913  (what workers are told to call)
        self,
        executor: ThreadPoolExecutor,
        capacity: int,
        *,
        perform: Perform,
        ask: Ask,
        reap: Reap,
        tell: Tell,
    ) -> None:
        self._executor = executor
        self._capacity = capacity
        self._perform = perform
        self._ask = ask
        self._reap = reap
        self._tell = tell

    @property
    def capacity(self) -> int:
        """How many tasks run at the same time."""
        return self._capacity

    @property
    def words(self) -> str:
        """Who does the work, for people."""
        return f"{self._capacity} at a time on this machine"

    def submit(self, task: bytes) -> Future[bytes]:
        """Hand out a task."""
        return self._executor.submit(self._done, task)

    def ask(self, question: bytes) -> tuple[bytes, ...]:
        """Ask what only the machine beside the engine knows."""
        return (self._ask(question),)

    def reap(self, batch: str) -> None:
        """End every task of a batch at once, and remove what it made."""
        self._reap(batch)

    def _done(self, task: bytes) -> bytes:
        return self._perform(task, self._tell)


@contextmanager
def threads(
    capacity: int, *, perform: Perform, ask: Ask, reap: Reap, tell: Tell
) -> Generator[ThreadPool]:
    """Open a pool of threads. At the end nothing new begins, and what runs is waited for."""
    executor = ThreadPoolExecutor(capacity, thread_name_prefix="stepdown")
    try:
        yield ThreadPool(executor, capacity, perform=perform, ask=ask, reap=reap, tell=tell)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
