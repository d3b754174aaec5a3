"""The worker's side of a batch: one task in, one answer out, as JSON, with everything its own.

A worker may be a thread of the driver or a process on another machine; it builds its adapters from
its own environment, keeps nothing and leaves nothing behind.
"""

import os
import platform
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Timer

import msgspec

from stepdown.adapters import dask
from stepdown.adapters.clones import Clone, Clones
from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.processes import kill_marked
from stepdown.adapters.runs import Run, open_run
from stepdown.cli import batchrun, printers
from stepdown.errors import (
    CloneError,
    DiskFullError,
    EngineError,
    NoCommitError,
    PassingCloneError,
    StepdownError,
)
from stepdown.flow.batch import results
from stepdown.flow.batch.addresses import host, is_local
from stepdown.flow.batch.packing import packed
from stepdown.flow.batch.scout import NoDockerfile, survey
from stepdown.model.encoding import to_json
from stepdown.model.events import Emit, Event, StepStarted
from stepdown.model.fleet import (
    TASK_SCHEMA,
    Answer,
    Report,
    Result,
    Scouted,
    Step,
    Task,
    Work,
)
from stepdown.ports import Tell

_LOG = 256 * 1024
_PASSING = (EngineError, PassingCloneError, DiskFullError)


@dataclass(eq=False, kw_only=True)
class Desk:
    """One task that this process works on, as `reap` and its clock see it."""

    task: Task
    run: Run | None = None
    engine: DockerEngine | None = None
    late: bool = False
    reaped: bool = False
    _lock: Lock = field(default_factory=Lock)

    def end(self) -> None:
        """Make the work fail soon: no program of it lives on, no container is made any more."""
        with self._lock:
            run, engine = self.run, self.engine
        if engine is not None:
            engine.close()
        if run is not None:
            kill_marked(run.id)

    def expire(self) -> None:
        """End the work because its time is over."""
        self.late = True
        self.end()

    def check(self) -> None:
        """Raise EngineError where the work was ended already."""
        if self.late or self.reaped:
            raise EngineError("The task was ended.", hint="A resume does it again.")


_desks: set[Desk] = set()
_guard = Lock()


def perform(data: bytes, tell: Tell) -> bytes:
    """Do one task. Whatever goes wrong in it becomes its answer."""
    task = msgspec.json.decode(data, type=Task)
    began = time.monotonic()
    with _at_work(task) as desk:
        answer = _answered(desk, tell)
        if desk.late and not _good(answer):
            answer = _too_late(task)
        elif desk.reaped and not _good(answer):
            answer = _report(task, Result.INFRASTRUCTURE, "The batch was stopped.", "Resume it.")
    return to_json(
        msgspec.structs.replace(answer, worker=worker(), seconds=time.monotonic() - began)
    )


def reap(batch: str) -> None:
    """End every task of a batch in this process, and remove what it made."""
    with _guard:
        doomed = [desk for desk in _desks if desk.task.batch == batch]
    for desk in doomed:
        desk.reaped = True
        desk.end()


def look() -> bytes:
    """Say what this worker is, before it gets work: its versions and its engine."""
    try:
        with open_run() as run, connect(run, target="look") as engine:
            info = engine.describe()
            return to_json(dask.seen(f"{info.name} {info.version}, {info.architecture}"))
    except StepdownError:
        return to_json(dask.seen(""))


def worker() -> str:
    """Return what this worker is called: its machine and its process."""
    return f"{platform.node()}:{os.getpid()}"


@contextmanager
def _at_work(task: Task) -> Generator[Desk]:
    desk = Desk(task=task)
    clock = Timer(task.timeout, desk.expire)
    clock.daemon = True
    with _guard:
        _desks.add(desk)
    clock.start()
    try:
        yield desk
    finally:
        clock.cancel()
        with _guard:
            _desks.discard(desk)


def _good(answer: Answer) -> bool:
    return isinstance(answer, Scouted) or answer.result is Result.IMPROVED


def _answered(desk: Desk, tell: Tell) -> Answer:
    task = desk.task
    if task.schema != TASK_SCHEMA:
        what = f"This worker reads tasks of schema {TASK_SCHEMA}, and was given {task.schema}."
        return _report(task, Result.FAILED, what, "Install the driver's version on every worker.")
    try:
        with open_run() as run:
            desk.run = run
            return _logged(desk, run, tell)
    except StepdownError as error:
        return _of_error(task, error)
    except Exception as bug:  # noqa: BLE001  (one repository never stops the others)
        return _bug(task, bug)


def _logged(desk: Desk, run: Run, tell: Tell) -> Answer:
    """Work with the log of the run; where it does not end well, its end goes into the answer."""
    with run.log_path.open("a", buffering=1, encoding="utf-8", errors="replace") as log:
        try:
            answer = _worked(
                desk, run, printers.both(_teller(desk.task, tell), printers.logging_to(log.write))
            )
        except StepdownError as error:
            answer = _of_error(desk.task, error)
            log.write(f"{error.brief}\n{error.details}\n")
        except Exception as bug:  # noqa: BLE001
            answer = _bug(desk.task, bug)
            log.write(traceback.format_exc())
    if isinstance(answer, Report):
        return msgspec.structs.replace(answer, log=packed(_end(run.log_path)))
    return answer


def _worked(desk: Desk, run: Run, emit: Emit) -> Answer:
    task, clones = desk.task, Clones(run)
    entry = task.entry
    where = "" if is_local(entry.repository) else host(entry.repository)
    head = clones.head(entry.repository, entry.base, where)
    desk.check()
    if task.work is Work.SCOUT and task.known == head.commit:
        return Scouted(key=task.key, commit=head.commit, branch=head.branch, unchanged=True)
    clone = clones.bare(entry.repository, head, where, whole=task.work is Work.EVALUATE)
    desk.check()
    if task.work is Work.SCOUT:
        return _scouted(task, clone, head.branch)
    return batchrun.evaluate(desk, run, clone, emit)


def _scouted(task: Task, clone: Clone, branch: str) -> Answer:
    commit = clone.head()
    try:
        found = survey(task.entry, clone.files(commit), lambda path: clone.read(path, commit))
    except NoDockerfile as none:
        answer = _report(task, Result.NO_DOCKERFILE, none.brief, none.hint)
        return msgspec.structs.replace(answer, commit=commit)
    return Scouted(key=task.key, commit=commit, branch=branch, found=found)


def _teller(task: Task, tell: Tell) -> Emit:
    def emit(event: Event) -> None:
        if isinstance(event, StepStarted):
            step = Step(batch=task.batch, key=task.key, text=event.title, worker=worker())
            tell(to_json(step))

    return emit


def _of_error(task: Task, error: StepdownError) -> Report:
    report = results.of_error(task.key, error)
    if isinstance(error, _PASSING):
        return msgspec.structs.replace(report, result=Result.INFRASTRUCTURE)
    if isinstance(error, NoCommitError):
        return msgspec.structs.replace(report, result=Result.SKIPPED)
    if isinstance(error, CloneError):
        return msgspec.structs.replace(report, result=Result.FAILED)
    return report


def _too_late(task: Task) -> Report:
    return _report(
        task,
        Result.TIMEOUT,
        f"It was not done after {task.timeout:.0f} seconds.",
        "Give it more with --task-timeout, or look at what hangs.",
    )


def _bug(task: Task, bug: Exception) -> Report:
    report = _report(
        task,
        Result.FAILED,
        f"A fault in stepdown: {type(bug).__name__}: {bug}",
        "Please report it with the log of the entry.",
    )
    return msgspec.structs.replace(report, log=packed(traceback.format_exc().encode()))


def _report(task: Task, result: Result, reason: str, hint: str) -> Report:
    return Report(key=task.key, result=result, reason=reason, hint=hint)


def _end(log: Path) -> bytes:
    content = log.read_bytes()
    return content if len(content) <= _LOG else b"...\n" + content[-_LOG:]
