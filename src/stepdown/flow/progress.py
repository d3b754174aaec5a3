"""One piece of work as events: it starts, prints, and ends with a summary."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stepdown.model.events import Emit, Event, StepFinished, StepOutput, StepStarted


class Work:
    """The work that is going on; set `ok` and `summary` before it ends."""

    def __init__(self, emit: Emit, step: str) -> None:
        self._emit = emit
        self._step = step
        self.ok: bool | None = None
        self.summary = ""

    def line(self, text: str) -> None:
        """Pass on one line of output."""
        self._emit(StepOutput(step=self._step, line=text))

    def end(self, ok: bool | None, summary: str) -> None:  # noqa: FBT001  (reads as a sentence)
        """Say how it ended."""
        self.ok, self.summary = ok, summary


def in_turn(emit: Emit) -> Emit:
    """Return `emit` for work that goes on at the same time: one event after the other."""
    turn = threading.Lock()

    def emit_in_turn(event: Event) -> None:
        with turn:
            emit(event)

    return emit_in_turn


@contextmanager
def working(emit: Emit, step: str, title: str) -> Iterator[Work]:
    """Emit the start and the end of `step`, with its duration in seconds."""
    emit(StepStarted(step=step, title=title))
    work, began = Work(emit, step), time.monotonic()
    try:
        yield work
    except BaseException:
        work.end(ok=False, summary="broken off")
        raise
    finally:
        emit(
            StepFinished(
                step=step,
                title=title,
                ok=work.ok,
                summary=work.summary,
                seconds=time.monotonic() - began,
            )
        )
