"""Ways to ask: questions drawn in a terminal, or plain lines for screen readers and old terminals.

Both end with Interrupted when the person stops.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from stepdown.adapters.signals import stops_told
from stepdown.errors import Interrupted

if TYPE_CHECKING:
    import questionary
    from prompt_toolkit.application import Application
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

_STOPPED = "Stopped at a question; nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer: `title` is shown, `value` returned. `on` marks it from the start in a list."""

    title: str
    value: str
    on: bool = False


class Prompts(Protocol):
    """Asks one question."""

    def select(self, text: str, choices: Sequence[Choice]) -> str:
        """Return the value of one choice; the first is the default."""

    def several(self, text: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """Return the values of those that are marked, in the order of the choices."""

    def text(self, text: str, default: str = "") -> str:
        """Return a line without spaces around it."""

    def confirm(self, text: str, *, default: bool = True) -> bool:
        """Return yes or no."""

    def say(self, text: str) -> None:
        """Tell something between two questions."""


def prompts(stream: TextIO = sys.stderr) -> Prompts:
    """Return lines where the terminal cannot draw (TERM=dumb) or nobody wants it to."""
    plain = os.environ.get("TERM") == "dumb" or bool(os.environ.get("STEPDOWN_LINES"))
    return Lines(read=sys.stdin.readline, stream=stream) if plain else Drawn()


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Questions that are drawn; in the terminal unless told otherwise.

    What draws them is imported with the first one: most runs ask nothing.
    """

    input: "Input | None" = None
    output: "Output | None" = None

    def select(self, text: str, choices: Sequence[Choice]) -> str:
        """Return the value of one choice; the first is the default."""
        answer: str = self._ask("select", text, choices=list(map(_drawn, choices)))
        return answer

    def several(self, text: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """Return the values of those that are marked, in the order of the choices."""
        return tuple(self._ask("checkbox", text, choices=list(map(_drawn, choices))))

    def text(self, text: str, default: str = "") -> str:
        """Return a line without spaces around it."""
        answer: str = self._ask("text", text, default=default)
        return answer.strip()

    def confirm(self, text: str, *, default: bool = True) -> bool:
        """Return yes or no."""
        answer: bool = self._ask("confirm", text, default=default)
        return answer

    def say(self, text: str) -> None:
        """Tell something between two questions."""
        import questionary  # noqa: PLC0415

        questionary.print(text, output=self.output)

    def _ask(self, kind: str, text: str, **more: object) -> Any:  # noqa: ANN401  (text, a choice or a yes)
        import questionary  # noqa: PLC0415

        ask: Callable[..., questionary.Question] = getattr(questionary, kind)
        # unsafe_ask would raise KeyboardInterrupt, which has no words for the person.
        question = ask(text, input=self.input, output=self.output, **more)
        with stops_told(partial(_end, question.application)):
            answer = question.ask(kbi_msg="")
        if answer is None:
            raise Interrupted(_STOPPED, hint="Run the same command to be asked again.")
        return answer


def _end(drawn: "Application[Any]") -> None:
    """End a question as its own keys do; before it is drawn, like anything else."""
    if drawn.loop is None:
        raise KeyboardInterrupt
    drawn.loop.call_soon_threadsafe(_leave, drawn)


def _leave(drawn: "Application[Any]") -> None:
    if drawn.future is None and drawn.loop is not None:  # it is about to begin
        drawn.loop.call_soon(_leave, drawn)
    elif not drawn.is_done:
        drawn.exit(exception=KeyboardInterrupt())


def _drawn(choice: Choice) -> "questionary.Choice":
    import questionary  # noqa: PLC0415

    return questionary.Choice(choice.title, choice.value, checked=choice.on)


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Questions as plain lines that are answered by a line: nothing on the screen ever moves."""

    read: Callable[[], str]
    stream: TextIO

    def select(self, text: str, choices: Sequence[Choice]) -> str:
        """Return the value of one choice; the first is the default."""
        self._list(text, choices)
        while True:
            answer = self._line(f"Number, 1 to {len(choices)}, or Enter for 1: ") or "1"
            chosen = _numbers(answer, len(choices))
            if chosen is not None and len(chosen) == 1:
                return choices[chosen[0]].value

    def several(self, text: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """Return the values of those that are marked, in the order of the choices."""
        self._list(text, choices)
        usual = [i for i, choice in enumerate(choices) if choice.on]
        shown = " ".join(str(i + 1) for i in usual) or "none"
        while True:
            answer = self._line(f"Numbers with spaces between, - for none, or Enter for {shown}: ")
            chosen = {"": usual, "-": []}.get(answer, _numbers(answer, len(choices)))
            if chosen is not None:
                return tuple(choices[i].value for i in sorted(set(chosen)))

    def text(self, text: str, default: str = "") -> str:
        """Return a line without spaces around it."""
        usual = f" (Enter: {default}; -: nothing)" if default else ""
        answer = self._line(f"{text}{usual}: ")
        return "" if answer == "-" and default else answer or default

    def confirm(self, text: str, *, default: bool = True) -> bool:
        """Return yes or no."""
        while True:
            answer = self._line(f"{text} (y/n, Enter: {'y' if default else 'n'}) ").lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return answer.startswith("y") if answer else default

    def say(self, text: str) -> None:
        """Tell something between two questions."""
        print(text, file=self.stream)

    def _list(self, text: str, choices: Sequence[Choice]) -> None:
        print(text, file=self.stream)
        for number, choice in enumerate(choices, start=1):
            print(f"  {number}. {choice.title}", file=self.stream)

    def _line(self, text: str) -> str:
        print(text, end="", flush=True, file=self.stream)
        line = self.read()
        if not line:
            raise Interrupted(_STOPPED, hint="Run the same command to be asked again.")
        return line.strip()


def _numbers(answer: str, most: int) -> list[int] | None:
    """Return positions from 0, None where it is no list of numbers from 1 to `most`."""
    words = answer.replace(",", " ").split()
    if not words or not all(word.isdecimal() and 1 <= int(word) <= most for word in words):
        return None
    return [int(word) - 1 for word in words]
