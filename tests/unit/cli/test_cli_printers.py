"""Readers of the event stream, and the words that select a command."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from stepdown.cli.app import arguments
from stepdown.cli.locate import MOST, decode, locate
from stepdown.cli.options import Options
from stepdown.cli.printers import JsonLines, Plain, Pretty, both, logging_to
from stepdown.errors import DockerfileError, NothingToDoError, UsageError
from stepdown.model.events import Event, Note, StepFinished, StepOutput, StepStarted

EVENTS: tuple[Event, ...] = (
    StepStarted(step="b", title="Building"),
    StepOutput(step="b", line="#1 \x1b[31mred\x1b[0m"),
    Note(text="a note"),
    StepFinished(step="b", title="Building", ok=True, summary="built " * 40, seconds=1.25),
    StepFinished(step="c", title="Checking", ok=False, summary="", seconds=0),
    StepFinished(step="d", title="Measuring", ok=None, summary="", seconds=0),
)


def plain(*, verbose: bool) -> str:
    stream = io.StringIO()
    printer = Plain(stream, verbose=verbose)
    for event in EVENTS:
        printer.emit(event)
    printer.close()
    return stream.getvalue()


def test_plain_lines() -> None:
    text = plain(verbose=False)
    assert "... Building\n" in text
    assert "ok  Building (1.2 s): built" in text
    assert "no  Checking" in text
    assert "a note" in text
    assert "red" not in text
    assert max(map(len, text.splitlines())) < 160


def test_verbose_lines_carry_no_escapes() -> None:
    assert "red" in plain(verbose=True)
    assert "\x1b" not in plain(verbose=True)


def test_json_lines_are_json() -> None:
    stream = io.StringIO()
    for event in EVENTS:
        JsonLines(stream).emit(event)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["type"] for line in lines][:2] == ["step_started", "step_output"]


def test_a_live_screen_keeps_what_is_finished() -> None:
    stream = io.StringIO()
    printer = Pretty(Console(file=stream, force_terminal=True, width=80))
    for event in EVENTS:
        printer.emit(event)
    printer.close()
    assert "✓" in stream.getvalue()
    assert "✗" in stream.getvalue()
    assert "[31mred" not in stream.getvalue()


def test_the_log_has_everything() -> None:
    lines: list[str] = []
    shown: list[Event] = []
    emit = both(logging_to(lines.append), shown.append)
    for event in EVENTS:
        emit(event)
    assert shown == list(EVENTS)
    log = "".join(lines)
    for word in ("> Building", "[b] #1", "< Building: ok", "failed", "done", "a note"):
        assert word in log


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ([], "migrate"),
        (["."], "migrate"),
        (["--yes"], "migrate"),
        (["plan", "."], "plan"),
        (["--help"], "--help"),
        (["--version"], "--version"),
    ],
)
def test_a_path_alone_means_migrate(words: list[str], first: str) -> None:
    assert arguments(words)[0] == first


def test_where_the_dockerfile_is(tmp_path: Path) -> None:
    with pytest.raises(NothingToDoError):
        locate(tmp_path, "", None)
    nested = tmp_path / "api"
    nested.mkdir()
    (nested / "Dockerfile").write_text("FROM a\n")
    assert locate(tmp_path, "", None).context == nested.resolve()
    assert locate(tmp_path, "api/Dockerfile", None).context == tmp_path.resolve()
    assert locate(nested / "Dockerfile", "", None).context == nested.resolve()
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    assert locate(tmp_path, "", None).dockerfile == tmp_path.resolve() / "Dockerfile"
    assert locate(tmp_path, "", lambda found: found[-1]).context == nested.resolve()
    with pytest.raises(UsageError, match="folder"):
        locate(tmp_path, "api", None)


def test_outside_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    with pytest.raises(UsageError, match="outside"):
        locate(tmp_path, "", None).relative(tmp_path / "other")


@pytest.mark.parametrize("content", [b"a\0b", b"x" * (MOST + 1)])
def test_what_is_no_dockerfile(content: bytes) -> None:
    with pytest.raises(DockerfileError):
        decode("Dockerfile", content)


def test_bytes_that_are_no_text_survive() -> None:
    content = b"FROM a\n# caf\xe9\n"
    assert decode("Dockerfile", content).encode("utf-8", "surrogateescape") == content


@pytest.mark.parametrize(
    "options",
    [
        Options(path=Path(), to="nowhere"),
        Options(path=Path(), form="other"),
        Options(path=Path(), paths=("a b",)),
        Options(path=Path(), environment=("=x",)),
    ],
)
def test_choices_out_of_range(options: Options) -> None:
    with pytest.raises(UsageError):
        options.policy()
