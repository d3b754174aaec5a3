"""Run tasks in parallel, each after those that it needs, and skip those whose result is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from lab.step import LabError

PATIENCE_SECONDS = 30
"""A sign of life, when nothing ends for so long."""


@dataclass(frozen=True)
class Task:
    """A name, what must be done before, and a function that says in a few words what it did.

    The function returns None when there was nothing to do.
    """

    name: str
    run: Callable[[], str | None]
    needs: tuple[str, ...] = ()


class Graph:
    """One run over tasks; of those that could start, the first in the list does."""

    def __init__(self, tasks: list[Task], say: Callable[[str], None]) -> None:
        """Tasks may need only tasks of the same list."""
        self.tasks = {task.name: task for task in tasks}
        self.say = say
        self.waiting = list(self.tasks.values())
        self.running: dict[Future[str | None], tuple[Task, float]] = {}
        self.done: set[str] = set()
        self.failed: list[str] = []

    def run(self, workers: int) -> None:
        """Run all; after a failure nothing new starts, what runs is waited for."""
        with ThreadPoolExecutor(workers) as pool:
            while self.running or (self.waiting and not self.failed):
                self._start(pool, workers)
                self._finish()
        if self.failed:
            raise LabError("\n".join(self.failed))

    def _start(self, pool: ThreadPoolExecutor, workers: int) -> None:
        ready = [task for task in self.waiting if self.done.issuperset(task.needs)]
        if not ready and not self.running:
            raise LabError(f"tasks wait for each other: {[task.name for task in self.waiting]}")
        for task in ready[: 0 if self.failed else workers - len(self.running)]:
            self.waiting.remove(task)
            self.running[pool.submit(task.run)] = (task, time.monotonic())

    def _finish(self) -> None:
        finished, _ = wait(self.running, PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
        if not finished:
            self.say(f"at work: {self._at_work()}")
        for future in finished:
            task, began = self.running.pop(future)
            took = time.monotonic() - began
            if (error := future.exception()) is None:
                self.done.add(task.name)
                if (text := future.result()) is not None:
                    self.say(f"{task.name}: {text} ({took:.1f} s)")
            elif isinstance(error, (LabError, OSError)):
                self.failed.append(f"{task.name}: {error}")
                self.say(f"{task.name}: failed ({took:.1f} s)")
            else:
                raise error

    def _at_work(self) -> str:
        now = time.monotonic()
        return ", ".join(
            f"{task.name} ({now - began:.0f} s)" for task, began in self.running.values()
        )


def closure(tasks: list[Task], wanted: set[str]) -> list[Task]:
    """The wanted tasks and all that they need, in the order of the list."""
    by_name = {task.name: task for task in tasks}
    found: set[str] = set()
    stack = list(wanted)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(by_name[name].needs)
    return [task for task in tasks if task.name in found]
