"""What a build leaves out where a program is not there."""

import pytest

from stepdown.discover import guarded
from stepdown.dockerfile import read


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("if command -v python3 >/dev/null; then python3 index.py > a; fi", ["python3"]),
        ("which git && git describe > version; true", ["git"]),
        ("git describe > version || true", ["git"]),
        ("git describe > version || echo none > version", ["git"]),
        ("git describe > version", []),
        ("curl -O x || wget x", []),
        ("apt-get purge gcc || true", []),
        ("useradd app || true", []),
        ('if [ -n "$A" ]; then wget x; fi', []),
    ],
)
def test_calls_that_may_be_left_out(run: str, found: list[str]) -> None:
    document = read(f"FROM node:24 AS build\nRUN gcc x || true\nFROM node:24\nRUN {run}\n")
    clues = list(guarded.clues(document, document.stages[-1], "Dockerfile"))
    assert [clue.subject for clue in clues] == found
    assert {clue.place for clue in clues} <= {"Dockerfile:4"}
