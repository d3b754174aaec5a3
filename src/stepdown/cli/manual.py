"""`stepdown help`: the manual, as Markdown in the package."""

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

from stepdown.errors import UsageError

_PARTS = (
    ("Start", ("tutorial", "recording-node", "recording-python", "explanation", "ci")),
    (
        "How-to, by what the application is made of",
        ("node", "python", "go", "rust", "java", "dotnet", "ruby", "php", "nginx", "c"),
    ),
    ("Merge requests and many repositories", ("requests", "batch", "scale", "safety")),
    (
        "Reference, made from the program itself",
        (
            *("commands", "configuration", "exit-codes", "checks", "measures"),
            *("recipes", "events", "record"),
        ),
    ),
)
_WIDEST = 100


def topics() -> tuple[str, ...]:
    """Return the names of all topics, in the order of the list."""
    return tuple(name for _, names in _PARTS for name in names)


@lru_cache(maxsize=4)
def text(topic: str) -> str:
    """Return a topic as Markdown. Raises UsageError for one that is not there."""
    if topic not in topics():
        near = get_close_matches(topic, topics(), n=1, cutoff=0.4)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"There is no topic {topic}.",
            details=f"Topics: {', '.join(topics())}.",
            hint=f"{meant}`stepdown help` lists them.",
        )
    return (files("stepdown") / "help" / f"{topic}.md").read_text("utf-8")


def index() -> str:
    """Return the list of topics as Markdown."""
    return "\n".join(_index())


def _index() -> Iterator[str]:
    yield "# stepdown help TOPIC"
    for part, names in _PARTS:
        yield from ("", f"## {part}", "")
        yield from (f"- `{name}`: {title(name)}" for name in names)
    yield ""


def title(topic: str) -> str:
    """Return the first heading of a topic."""
    return text(topic).partition("\n")[0].removeprefix("# ")


def show(topic: str, *, raw: bool, color: str) -> int:
    """Print a topic, or the list of topics: rendered and paged in a terminal, else as it is."""
    content = text(topic) if topic else index()
    terminal = sys.stdout.isatty()
    colored = color == "always" or (color == "auto" and _colors(terminal=terminal))
    if raw or not (terminal or colored):
        sys.stdout.write(content)
    elif terminal:
        _paged(_rendered(content, colored=colored), colored=colored)
    else:
        sys.stdout.write(_rendered(content, colored=colored))
    return 0


def _colors(*, terminal: bool) -> bool:
    """Tell whether to use colours: NO_COLOR forbids them, FORCE_COLOR asks for them."""
    if os.environ.get("NO_COLOR"):
        return False
    return terminal or os.environ.get("FORCE_COLOR", "") not in ("", "0")


def _rendered(content: str, *, colored: bool) -> str:
    from rich.console import Console  # noqa: PLC0415  (plain text needs no renderer)
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(force_terminal=True, no_color=not colored, highlight=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as captured:
        console.print(Markdown(content, code_theme="ansi_dark", hyperlinks=False))
    return captured.get()


def _paged(content: str, *, colored: bool) -> None:
    import click  # noqa: PLC0415  (it is loaded already; this module can do without)

    os.environ.setdefault("LESS", "FRX")  # a short text needs no pager, and colours pass
    click.echo_via_pager(content, color=True if colored else None)
