"""Who does many tasks at a time."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

Tell = Callable[[bytes], None]
"""Takes a `model.fleet.Step` or `Told` as JSON, while a task runs."""
Perform = Callable[[bytes, Tell], bytes]
"""Does one task: a `model.fleet.Task` as JSON in, a `model.fleet.Answer` as JSON out."""
Reap = Callable[[str], None]
"""Ends every task of a batch (by its id) in this process, and removes what it made."""

Ask = Callable[[bytes], bytes]
"""Answers a question on the machine that this runs on; both are JSON."""


class Pool(Protocol):
    """Workers, here or elsewhere."""

    @property
    def capacity(self) -> int:
        """How many tasks run at the same time: none where nobody is there for a while.

        Raises StepdownError where nobody will be.
        """

    @property
    def words(self) -> str:
        """Who does the work, for people."""

    def submit(self, task: bytes) -> Future[bytes]:
        """Hand out a task; its future fails where the task raises or the worker is lost."""

    def ask(self, question: bytes) -> tuple[bytes, ...]:
        """Ask every process that works; return what those say that are there."""

    def reap(self, batch: str) -> None:
        """End every task of a batch at once, on every worker, and remove what it made."""
