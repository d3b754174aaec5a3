"""Driving a batch: hand out, take back, write down; one path for any pool.

The driver is the only one that writes the ledger. Tasks are handed out in a window of twice the
pool's capacity, so that a large batch needs no more memory than a small one, and a future is
dropped as soon as its result is written.
"""

import time
import traceback
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field

import msgspec

from stepdown.errors import Interrupted
from stepdown.flow.batch.breaker import Breaker
from stepdown.flow.batch.ledger import Job, Ledger
from stepdown.flow.batch.packing import packed
from stepdown.model.encoding import to_json
from stepdown.model.fleet import (
    Answer,
    BatchEvent,
    Finished,
    Report,
    Result,
    Scouted,
    Started,
    Task,
    Told,
    Work,
)
from stepdown.ports import Pool

ATTEMPTS = 3
_WINDOW = 2
_POLL = 0.5
_LOSSES = ("KilledWorker", "BrokenProcessPool", "CommClosedError", "ClosedClientError")
OnEvent = Callable[[BatchEvent], None]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for every task of a batch; see `model.fleet.Task`."""

    batch: str
    options: str
    profile: str
    stamp: str
    timeout: float


@dataclass
class Stop:
    """A wish to stop, that a signal may set at any time: first politely, then at once."""

    wished: bool = False
    at_once: bool = False

    def ask(self) -> None:
        """Wish once more."""
        self.at_once = self.wished
        self.wished = True


@dataclass(kw_only=True)
class Drive:
    """One phase of a batch: all scouts, or all evaluations.

    What ended as infrastructure is tried again after `pause` seconds, then after twice as many: an
    engine that is restarted is back by then.
    """

    ledger: Ledger
    pool: Pool
    terms: Terms
    on_event: OnEvent
    breaker: Breaker
    stop: Stop
    pause: float = 5
    _later: dict[str, float] = field(default_factory=dict)
    _flying: dict[Future[bytes], Job] = field(default_factory=dict)
    _reaped: bool = False

    def run(self, work: Work) -> None:
        """Do all that is in turn. What a task raises is its result.

        Ends early where a stop is wished or the breaker opens. Raises LedgerError, and what the
        pool raises where it is gone for good.
        """
        try:
            while self._fill(work) or self._flying:
                self._settle()
        finally:
            self._abandon()

    def _fill(self, work: Work) -> bool:
        """Hand out what there is room for; tell whether there is work, and nobody to do it now."""
        if self.stop.wished or self.breaker.open:
            return False
        capacity, flying = self.pool.capacity, len(self._flying)
        if capacity <= 0:
            return bool(self.ledger.next(work, 1))
        room = min(_WINDOW * capacity - flying, self.breaker.room(flying))
        jobs = self._due(work, room) if room > 0 else []
        if not jobs:
            return bool(self._later)
        with self.ledger.together():
            for job in jobs:
                self.ledger.started(job)
        for job in jobs:
            self._hand_out(job)
        return False

    def _due(self, work: Work, room: int) -> list[Job]:
        now, late = time.monotonic(), self._later
        jobs = self.ledger.next(work, room + len(late))
        due = [job for job in jobs if late.get(job.key, now) <= now][:room]
        for job in due:
            late.pop(job.key, None)
        return due

    def _hand_out(self, job: Job) -> None:
        task = self._task(job)
        self.on_event(
            Started(key=job.key, name=job.entry.name, work=job.work, attempt=task.attempt)
        )
        try:
            future = self.pool.submit(to_json(task))
        except Exception as error:  # noqa: BLE001  (a pool that is gone fails its tasks, not us)
            future = Future()
            future.set_exception(error)
        self._flying[future] = job

    def _task(self, job: Job) -> Task:
        terms = self.terms
        return Task(
            work=job.work,
            batch=terms.batch,
            key=job.key,
            attempt=job.attempts + 1,
            entry=job.entry,
            commit=job.head if job.work is Work.EVALUATE else "",
            known=job.head if job.stamp == terms.stamp else "",
            options=terms.options,
            profile=terms.profile,
            timeout=terms.timeout,
        )

    def _settle(self) -> None:
        """Write down what has ended; wake up now and then to look whether a stop is wished."""
        if not self._flying:
            time.sleep(_POLL)
        done, _ = wait(self._flying, timeout=_POLL, return_when=FIRST_COMPLETED)
        if self.stop.wished:
            self._call_back()
        ended = [(self._flying.pop(future), future) for future in done]
        if not ended:
            return
        events = []
        with self.ledger.together():
            for job, future in ended:
                events.append(self._written(job, _answer(job, future)))
        for event in events:
            self.on_event(event)

    def _call_back(self) -> None:
        """Take back what no worker has begun; at a second wish, end what runs."""
        with self.ledger.together():
            for future in [one for one in self._flying if one.cancel()]:
                self.ledger.again(self._flying.pop(future))
        if self.stop.at_once and not self._reaped:
            self._reaped = True
            self.pool.reap(self.terms.batch)

    def _written(self, job: Job, answer: Answer | None) -> BatchEvent:
        if answer is None or (self._reaped and isinstance(answer, Report)):
            self.ledger.again(job)
            return Told(text=f"{job.entry.name} was interrupted; a resume does it again.")
        if isinstance(answer, Scouted):
            self.ledger.scouted(job, answer, self.terms.stamp)
            return _finished(job, answer, again=False)
        tried = job.attempts + 1
        again = answer.result is Result.INFRASTRUCTURE and tried < ATTEMPTS
        if again:
            self.ledger.again(job)
            self._later[job.key] = time.monotonic() + self.pause * tried
        else:
            self.ledger.ended(job, answer, self.terms.stamp)
            self.breaker.count(answer.result)
        return _finished(job, answer, again=again)

    def _abandon(self) -> None:
        """Give back what is still out, where the driver itself fails."""
        if not self._flying:
            return
        self.pool.reap(self.terms.batch)
        for future in self._flying:
            future.cancel()


def _answer(job: Job, future: Future[bytes]) -> Answer | None:
    """Return what a task came to; None where it was interrupted."""
    try:
        return _decoded(future.result())
    except (Interrupted, KeyboardInterrupt):
        return None
    except CancelledError:
        return _lost(job, "The worker or the scheduler was lost.", "")
    except msgspec.MsgspecError as error:
        return _failed(job, "The worker's answer is not understood.", str(error))
    except Exception as error:  # noqa: BLE001  (whatever a task raises is its own result)
        trace = "".join(traceback.format_exception(error))
        if type(error).__name__ in _LOSSES:
            return _lost(job, "The worker was lost in the midst of the work.", trace)
        return _failed(job, f"A fault in stepdown: {type(error).__name__}: {error}", trace)


def _decoded(answer: bytes) -> Answer:
    known: Answer = msgspec.json.decode(answer, type=Answer)
    return known


def _lost(job: Job, reason: str, trace: str) -> Report:
    hint = "It is tried again; look at the workers' logs if it stays so."
    return Report(
        key=job.key,
        result=Result.INFRASTRUCTURE,
        reason=reason,
        hint=hint,
        log=packed(trace.encode(errors="replace")) if trace else "",
    )


def _failed(job: Job, reason: str, trace: str) -> Report:
    return Report(
        key=job.key,
        result=Result.FAILED,
        reason=reason,
        hint="Please report it with the log of the entry.",
        log=packed(trace.encode(errors="replace")),
    )


def _finished(job: Job, answer: Answer, *, again: bool) -> Finished:
    report = None if isinstance(answer, Scouted) else answer
    return Finished(
        key=job.key,
        name=job.entry.name,
        work=job.work,
        result=report.result if report else None,
        reason=_found(answer) if isinstance(answer, Scouted) else answer.reason,
        answer=report.answer if report else "",
        seconds=answer.seconds,
        again=again,
    )


def _found(answer: Scouted) -> str:
    if answer.unchanged:
        return "unchanged"
    return f"{len(answer.found)} Dockerfile{'' if len(answer.found) == 1 else 's'}"
