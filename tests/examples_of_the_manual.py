"""The examples in a Markdown text: its files, and its commands with what they print."""

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class File:
    """A file of the example's repository, from here on."""

    name: str
    content: str


@dataclass(frozen=True)
class Command:
    """A command and the lines that it prints; `...` stands for any number of lines."""

    line: str
    shown: tuple[str, ...]


def steps(markdown: str) -> list[File | Command]:
    """Return files (```dockerfile Dockerfile) and commands (```console) as they come."""
    found: list[File | Command] = []
    for fence in _FENCE.finditer(markdown):
        language, _, name = fence["info"].partition(" ")
        if name:
            found.append(File(name, fence["body"]))
        elif language == "console":
            found += _commands(fence["body"])
    return found


def _commands(body: str) -> list[File | Command]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [Command(lines[0], tuple(lines[1:])) for part in parts if (lines := part.splitlines())]


def prints(shown: tuple[str, ...], said: str) -> bool:
    """Tell whether the shown lines are what was said, with gaps only where `...` stands."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in shown)
    return re.fullmatch(pattern, said) is not None


def lay(file: File, folder: Path) -> None:
    """Write a file of the example."""
    (folder / file.name).write_text(file.content)
