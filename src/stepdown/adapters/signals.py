"""Being told to stop: turned into an exception, and held back while things are put away."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Never

from stepdown.errors import Interrupted

_Handler = Callable[[int, FrameType | None], object] | int | None


@contextmanager
def stops_raise() -> Generator[None]:
    """Turn SIGTERM and SIGHUP into `Interrupted`; SIGINT raises KeyboardInterrupt as always.

    A signal that is ignored stays ignored (nohup). Only the main thread can do this; elsewhere
    nothing is changed.
    """
    with _handled((signal.SIGTERM, signal.SIGHUP), _interrupt):
        yield


@contextmanager
def stops_told(tell: Callable[[], None]) -> Generator[None]:
    """Call `tell` on SIGTERM and SIGHUP, and raise `Interrupted` at the end.

    For what runs an event loop, which may swallow an exception that is raised in the midst of it.
    """
    told: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        tell()

    with _handled((signal.SIGTERM, signal.SIGHUP), heard):
        yield
    if told:
        _interrupt(told[0], None)


@contextmanager
def stops_wait() -> Generator[None]:
    """Hold back SIGINT, SIGTERM and SIGHUP; the first that came is raised at the end.

    Only for clean-up that is bounded in time: half of a clean-up leaves things behind.
    """
    pending: list[int] = []
    try:
        with _handled(
            (signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
            lambda number, _frame: pending.append(number),
        ):
            yield
    finally:
        if pending:
            signal.raise_signal(pending[0])


def _interrupt(number: int, _frame: FrameType | None) -> Never:
    name = signal.Signals(number).name
    raise Interrupted(f"Stopped by {name}.", hint="Run the same command again to start over.")


@contextmanager
def _handled(
    numbers: tuple[signal.Signals, ...], handler: Callable[[int, FrameType | None], object]
) -> Generator[None]:
    before: dict[signal.Signals, _Handler] = {}
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            # None: a handler that was not installed from Python; the default is the best we know.
            signal.signal(number, signal.SIG_DFL if old is None else old)
