"""Readers of the event stream: a live screen, plain lines, JSON lines and the log.

People read standard error; standard output carries data.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TextIO, assert_never

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from stepdown.model.encoding import to_json
from stepdown.model.events import Emit, Event, Note, StepFinished, StepOutput, StepStarted
from stepdown.report.words import visible

_SUMMARY = 110  # characters of a summary that are shown while the work goes on


class Printer(Protocol):
    """Shows events until it is closed."""

    def emit(self, event: Event) -> None:
        """Show one event."""

    def paused(self) -> AbstractContextManager[None]:
        """Leave the screen alone meanwhile: somebody is asked something."""

    def close(self) -> None:
        """End the display."""


class Pretty:
    """A live screen: finished work stays as a line, current work shows its time and last output."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._title = self._line = ""
        self._began = time.monotonic()
        self._open: list[str] = []
        self._live.start()

    def emit(self, event: Event) -> None:
        """Show one event."""
        match event:
            case StepStarted():
                self._open.append(event.title)
                self._begin(event.title)
            case StepOutput():
                self._line = visible(event.line)
            case StepFinished():
                self._open = [title for title in self._open if title != event.title]
                self._live.console.print(_finished(event), highlight=False)
                self._begin(self._open[-1] if self._open else "")
            case Note():
                self._live.console.print(Text(f"  {visible(event.text)}", style="dim"))
            case _:
                assert_never(event)
        self._live.update(self._current())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the screen alone meanwhile: somebody is asked something."""
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()

    def close(self) -> None:
        """End the display."""
        self._live.stop()

    def _begin(self, title: str) -> None:
        self._title, self._line, self._began = title, "", time.monotonic()

    def _current(self) -> Table:
        grid = Table.grid(padding=(0, 1))
        if self._title:
            grid.add_row(Spinner("dots"), _Elapsed(self._title, self._began))
            grid.add_row("", Text(self._line[: self._console.width - 4], style="dim", no_wrap=True))
        return grid


class _Elapsed:
    """A title with the seconds since it began, computed each time the screen is drawn."""

    def __init__(self, title: str, began: float) -> None:
        self._title, self._began = title, began

    def __rich__(self) -> Text:
        return Text(f"{self._title}  {time.monotonic() - self._began:.0f} s", no_wrap=True)


def _finished(event: StepFinished) -> Text:
    mark, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "dim")}[event.ok]
    text = Text.assemble((f"{mark} ", style), event.title, (f"  {event.seconds:.1f} s", "dim"))
    if event.summary:
        text.append(f"\n    {_short(event.summary)}", style="dim")
    return text


class Plain:
    """One line when work starts and one when it ends; for logs and screen readers."""

    def __init__(self, stream: TextIO, *, verbose: bool) -> None:
        self._stream, self._verbose = stream, verbose

    def emit(self, event: Event) -> None:
        """Show one event."""
        match event:
            case StepStarted():
                self._print(f"... {event.title}")
            case StepOutput():
                if self._verbose:
                    self._print(f"    {visible(event.line)}")
            case StepFinished():
                mark = {True: "ok ", False: "no ", None: "   "}[event.ok]
                line = f"{mark} {event.title} ({event.seconds:.1f} s)"
                self._print(f"{line}: {_short(event.summary)}" if event.summary else line)
            case Note():
                self._print(f"    {visible(event.text)}")
            case _:
                assert_never(event)

    def paused(self) -> AbstractContextManager[None]:
        """Leave the screen alone meanwhile: somebody is asked something."""
        return nullcontext()

    def close(self) -> None:
        """End the display."""

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class JsonLines:
    """Every event as one JSON object on a line of standard output."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def emit(self, event: Event) -> None:
        """Show one event."""
        print(to_json(event).decode(), file=self._stream, flush=True)

    def paused(self) -> AbstractContextManager[None]:
        """Leave the screen alone meanwhile: somebody is asked something."""
        return nullcontext()

    def close(self) -> None:
        """End the display."""


def choose(*, json: bool, color: str, verbose: bool) -> Printer:
    """Return the reader that fits: JSON, a live screen in a terminal, else plain lines."""
    if json:
        return JsonLines(sys.stdout)
    console = console_for(color)
    # FORCE_COLOR makes any console a terminal; a live screen needs a real one, or --color always.
    if console.is_terminal and (color == "always" or sys.stderr.isatty()) and not verbose:
        return Pretty(console)
    return Plain(sys.stderr, verbose=verbose)


def console_for(color: str, stream: TextIO | None = None) -> Console:
    """Return a console on `stream` (standard error by default) for --color auto|always|never."""
    return Console(
        file=stream or sys.stderr,
        no_color=True if color == "never" else None,
        force_terminal=True if color == "always" else None,
        highlight=False,
    )


def both(first: Emit, second: Emit) -> Emit:
    """Return an emitter with two readers."""

    def emit(event: Event) -> None:
        first(event)
        second(event)

    return emit


def logging_to(write: Callable[[str], object]) -> Emit:
    """Return an emitter that writes everything as text, with the seconds since it was made."""
    began = time.monotonic()

    def emit(event: Event) -> None:
        write(f"{time.monotonic() - began:8.1f} {_log_line(event)}\n")

    return emit


def _log_line(event: Event) -> str:
    match event:
        case StepStarted():
            return f"> {event.title}"
        case StepOutput():
            return f"  [{event.step}] {event.line}"
        case StepFinished():
            end = {True: "ok", False: "failed", None: "done"}[event.ok]
            return f"< {event.title}: {end}, {event.seconds:.1f} s. {event.summary}"
        case Note():
            return f"  {event.text}"
        case _:
            assert_never(event)


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= _SUMMARY else f"{line[:_SUMMARY]}…"
