"""From a text of which nothing else is known to its likeliest causes."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stepdown.cli.inspect import explain as command
from stepdown.errors import UsageError
from stepdown.flow.catalog import load
from stepdown.verify.explain import explain, unknown

SECONDS = 20  # of a machine that does other things as well


def _ids(text: str) -> list[str]:
    return [finding.breakage for finding in explain(text, load().breakages)]


def test_at_most_three_causes_are_named_the_surest_first() -> None:
    text = (
        "some text\n#9 1.2 /bin/sh: curl: not found\nSegmentation fault\n"
        "/bin/sh: git: not found\nversion `GLIBC_2.38' not found (required by /app)\n"
    )
    assert _ids(text) == ["A09", "D09-curl", "D09-git"]
    assert all(finding.checks == () for finding in explain(text, load().breakages))


def test_the_root_cause_stands_before_what_follows_from_it() -> None:
    text = (
        "  error: subprocess-exited-with-error\n"
        "      error: command 'gcc' failed: No such file or directory\n"
        "  ERROR: Failed building wheel for aiohttp\n"
    )
    assert _ids(text) == ["E07", "H01"]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        (
            (
                'docker: Error response from daemon: OCI runtime create failed: exec: "/bin/sh": '
                "stat /bin/sh: no such file or directory: unknown."
            ),
            ["G01", "E03"],
        ),
        (
            (
                "#9 ERROR: runc run failed: unable to start container process: exec: "
                '"/bin/sh": stat /bin/sh: no such file or directory'
            ),
            ["E03"],
        ),
        (
            (
                "Readiness probe failed: OCI runtime exec failed: exec failed: unable to start"
                ' container process: exec: "curl": executable file not found in $PATH: unknown'
            ),
            ["G05-curl", "G10"],
        ),
        (
            'Unhealthy: exec: "/bin/sh": stat /bin/sh: no such file or directory',
            ["G05", "E03"],
        ),
    ],
)
def test_the_words_of_a_line_tell_its_channel(line: str, ids: list[str]) -> None:
    assert _ids(line) == ids


@pytest.mark.parametrize(
    "line",
    [
        r'{"log":"exec: \"curl\": executable file not found in $PATH\n","stream":"stderr"}',
        r'level=error msg="exec: \"curl\": executable file not found in $PATH"',
        '#12 3.141 exec: "curl": executable file not found in $PATH',
        '2026-01-02T03:04:05.123456789Z exec: "curl": executable file not found in $PATH',
        'web-1  | exec: "curl": executable file not found in $PATH',
        '\x1b[31mexec: "curl": \x1b[1mexecutable file not found\x1b[0m in $PATH',
        f'{"x " * 9000}exec: "curl": executable file not found in $PATH{" y" * 9000}',
    ],
)
def test_what_engines_and_terminals_add_does_not_matter(line: str) -> None:
    assert _ids(line)[0] == "D09-curl"


@pytest.mark.parametrize(
    "line",
    [
        "all is well",
        '#7 [3/6] RUN command -v curl || echo "curl: not found"',
        "   3 | >>> RUN command -v curl || echo sh: curl: not found",
        'process "/bin/sh -c sh: curl: not found" did not complete successfully: exit code 1',
        "+ echo sh: curl: not found",
        "✔ says: sh: curl: not found (3.2ms)",
        "tests/test_shell.py::test_message[sh: curl: not found] PASSED     [ 12%]",
        "ok 3 - says: sh: curl: not found",
    ],
)
def test_commands_and_passed_tests_show_nothing(line: str) -> None:
    assert _ids(line) == []


def test_ten_megabytes_are_read_in_seconds() -> None:
    text = "".join(f"#9 {n}.1 GET /items/{n} 404 not found, no such file\n" for n in range(210_000))
    began = time.process_time()
    assert _ids(text + "ImportError: libGL.so.1: cannot open shared object file\n") == ["A05-libgl"]
    assert len(text) > 10_000_000
    assert time.process_time() - began < SECONDS


def test_a_text_without_a_known_cause_is_unknown_and_its_telling_line_is_quoted() -> None:
    text = "starting\nKeyError: 'flux'\nbye\n"
    assert explain(text, load().breakages) == ()
    assert unknown(text).breakage == "unknown"
    assert unknown(text).evidence == "KeyError: 'flux'"
    assert unknown("all is well\n").evidence == ""


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[bytes, bool], str]:
    def say(content: bytes, as_json: bool) -> str:  # noqa: FBT001
        file = tmp_path / "build.log"
        file.write_bytes(content)
        assert command(str(file), as_json=as_json) == 0
        return capsys.readouterr().out

    return say


LINE = "/bin/sh: apt-get: not found"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_command_reads_any_encoding(said: Callable[[bytes, bool], str], encoding: str) -> None:
    text = said(f"x\n{LINE}\n".encode(encoding), False)
    assert "E01" in text
    assert LINE in text
    found = json.loads(said(f"x\n{LINE}\n".encode(encoding), True))
    assert [(f["breakage"], f["evidence"]) for f in found] == [("E01", LINE)]


def test_the_command_says_unknown_and_what_to_do_next(
    said: Callable[[bytes, bool], str],
) -> None:
    text = said(b"all is well\n\xff\xfa", False)
    assert text.startswith("Unknown")
    assert "the first error" in text
    (found,) = json.loads(said(b"KeyError: 'flux'\n", True))
    assert (found["breakage"], found["evidence"]) == ("unknown", "KeyError: 'flux'")
    assert "the first error" in found["cause"]


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        command(str(tmp_path / "gone.log"), as_json=False)
