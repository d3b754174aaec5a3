"""A pool without an engine: tasks are answered by a function of the test."""

from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from stepdown.flow.batch.breaker import Breaker
from stepdown.flow.batch.driver import Drive, OnEvent, Stop, Terms
from stepdown.flow.batch.ledger import Ledger
from stepdown.flow.batch.order import ordered
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Answer, Found, Report, Result, Scouted, Task, Work
from stepdown.ports import Pool

Answers = Callable[[Task], Answer]
TERMS = Terms(batch="b", options="{}", profile="untrusted", stamp="stamp", timeout=60)


class InstantPool(Pool):
    """Answers at once; what `answers` raises is the future's exception."""

    def __init__(self, answers: Answers, capacity: int = 2) -> None:
        self.tasks: list[Task] = []
        self.reaped: list[str] = []
        self._answers = answers
        self._capacity = capacity

    @property
    def capacity(self) -> int:
        return self._capacity

    @property
    def words(self) -> str:
        return "at once"

    def submit(self, task: bytes) -> Future[bytes]:
        known = msgspec.json.decode(task, type=Task)
        self.tasks.append(known)
        future: Future[bytes] = Future()
        try:
            future.set_result(to_json(self._answers(known)))
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)
        return future

    def ask(self, question: bytes) -> tuple[bytes, ...]:
        return ()

    def reap(self, batch: str) -> None:
        self.reaped.append(batch)

    def of(self, work: Work) -> list[str]:
        """The keys of the tasks of one kind, in order."""
        return [task.key for task in self.tasks if task.work is work]


def scouted(task: Task, commit: str = "c1", *names: str) -> Answer:
    """A repository with these Dockerfiles; unchanged where the commit was known."""
    if task.known == commit:
        return Scouted(key=task.key, commit=commit, unchanged=True)
    found = tuple(Found(dockerfile=n, digest="d", base="node:24") for n in names or ("Dockerfile",))
    return Scouted(key=task.key, commit=commit, found=found)


def report(task: Task, result: Result = Result.IMPROVED) -> Report:
    return Report(key=task.key, result=result, reason="so it is")


def usual(task: Task) -> Answer:
    """Each repository has one Dockerfile that improves."""
    return scouted(task) if task.work is Work.SCOUT else report(task)


def reopen(ledger: Ledger, *, force: bool = False) -> None:
    """Begin a new pass over all."""
    ledger.reopen([job.key for job in ledger.sources()], force=force)


def drive(  # noqa: PLR0913
    ledger: Ledger,
    pool: Pool,
    *,
    terms: Terms = TERMS,
    breaker: Breaker | None = None,
    stop: Stop | None = None,
    on_event: OnEvent = lambda _: None,
    pause: float = 0,
) -> Breaker:
    """Do both phases for all that is pending."""
    breaker, stop = breaker or Breaker(), stop or Stop()
    with ledger.together():
        ledger.in_turn(Work.SCOUT, [job.key for job in ledger.sources()])
    base = {"ledger": ledger, "pool": pool, "terms": terms, "stop": stop, "on_event": on_event}
    base |= {"pause": pause}
    Drive(breaker=Breaker(), **base).run(Work.SCOUT)  # type: ignore[arg-type]
    with ledger.together():
        waiting = [(key, image) for key, image, _ in ledger.waiting()]
        ledger.in_turn(Work.EVALUATE, ordered(waiting, breaker.canary))
    Drive(breaker=breaker, **base).run(Work.EVALUATE)  # type: ignore[arg-type]
    return breaker
