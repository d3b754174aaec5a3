"""Readers of a batch's events: a live screen, plain lines, JSON lines.

People read standard error; standard output carries data.
"""

import sys
import threading
import time
from typing import Protocol, TextIO, assert_never

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from stepdown.cli.printers import console_for
from stepdown.model.encoding import to_json
from stepdown.model.fleet import BatchEvent, Finished, Result, Started, Step, Told, Work
from stepdown.report.words import visible

_MARKS = {Result.IMPROVED: "ok ", None: "   "}
_REASON = 100


class BatchPrinter(Protocol):
    """Shows what happens in a batch until it is closed."""

    def emit(self, event: BatchEvent) -> None:
        """Show one event."""

    def tell(self, step: bytes) -> None:
        """Show what a worker says of itself: a `Step` or `Told` as JSON, from any thread."""

    def close(self) -> None:
        """End the display."""


class Plain:
    """One line for each end; with `verbose`, one for each beginning and each step."""

    def __init__(self, stream: TextIO, *, verbose: bool) -> None:
        self._stream, self._verbose = stream, verbose

    def emit(self, event: BatchEvent) -> None:
        """Show one event."""
        match event:
            case Started():
                if self._verbose:
                    self._print(f"... {event.name} ({event.work})")
            case Step():
                if self._verbose:
                    self._print(f"    {event.key}: {event.text}")
            case Finished():
                if self._verbose or event.work is Work.EVALUATE or event.result is not None:
                    self._print(finished(event))
            case Told():
                self._print(event.text)
            case _:
                assert_never(event)

    def tell(self, step: bytes) -> None:
        """Show a worker's step."""
        self.emit(msgspec.json.decode(step, type=Step | Told))

    def close(self) -> None:
        """End the display."""

    def _print(self, line: str) -> None:
        print(visible(line), file=self._stream, flush=True)


class JsonLines:
    """Every event as one JSON object on a line of standard output."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: BatchEvent) -> None:
        """Show one event."""
        self._line(to_json(event))

    def tell(self, step: bytes) -> None:
        """Show a worker's step."""
        self._line(to_json(msgspec.json.decode(step, type=Step | Told)))

    def close(self) -> None:
        """End the display."""

    def _line(self, line: bytes) -> None:
        with self._lock:
            print(line.decode(), file=self._stream, flush=True)


class Pretty:
    """A live screen: what ended stays as a line, what runs shows its step and its time."""

    def __init__(self, console: Console) -> None:
        self._running: dict[str, tuple[str, str, float]] = {}
        self._lock = threading.Lock()
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._live.start()

    def emit(self, event: BatchEvent) -> None:
        """Show one event."""
        match event:
            case Started():
                with self._lock:
                    self._running[event.key] = (event.name, str(event.work), 0)
            case Step():
                self._step(event)
            case Finished():
                with self._lock:
                    self._running.pop(event.key, None)
                if event.work is Work.EVALUATE or event.result is not None:
                    self._live.console.print(
                        visible(finished(event)), highlight=False, markup=False
                    )
            case Told():
                self._live.console.print(visible(event.text), highlight=False, markup=False)
            case _:
                assert_never(event)
        self._live.update(self._screen())

    def tell(self, step: bytes) -> None:
        """Show a worker's step."""
        self.emit(msgspec.json.decode(step, type=Step | Told))

    def close(self) -> None:
        """End the display."""
        self._live.stop()

    def _step(self, step: Step) -> None:
        with self._lock:
            if (known := self._running.get(step.key)) is not None:
                self._running[step.key] = (known[0], step.text, known[2] or time.monotonic())

    def _screen(self) -> Table:
        grid = Table.grid(padding=(0, 2))
        with self._lock:
            active = [(n, t, b) for n, t, b in self._running.values() if b]
        for name, text, began in active:
            spent = Text(f"{time.monotonic() - began:.0f} s", style="dim")
            grid.add_row(Text(visible(name)), Text(visible(text), style="dim"), spent)
        return grid


def finished(event: Finished) -> str:
    """Return the line for an end."""
    reason = " ".join(event.reason.split())
    short = reason if len(reason) <= _REASON else f"{reason[:_REASON]}…"
    what = event.work.value if event.result is None else event.result.value.replace("_", " ")
    again = ", will be tried again" if event.again else ""
    mark = _MARKS.get(event.result, "no ")
    return f"{mark} {event.name}: {what}{again} ({event.seconds:.1f} s). {short}"


def choose(*, json: bool, color: str, verbose: bool) -> BatchPrinter:
    """Return the reader that fits: JSON, a live screen in a terminal, else plain lines."""
    if json:
        return JsonLines(sys.stdout)
    console = console_for(color)
    if console.is_terminal and (color == "always" or sys.stderr.isatty()) and not verbose:
        return Pretty(console)
    return Plain(sys.stderr, verbose=verbose)
