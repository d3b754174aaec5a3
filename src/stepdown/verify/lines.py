"""Texts of programs as lines, without what engines and terminals add to them."""

import re
from collections.abc import Iterator

# Colours, cursor moves and window titles.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
# What stands before the text of a line: BuildKit's step and seconds, a time, compose's service.
_PREFIX = re.compile(
    r"(?:#\d+ (?:\d+\.\d* )?|\d{1,4}\.\d{1,3} "
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d) "
    r"|[A-Za-z][\w.-]{0,59} {1,60}\| )+"
)
# A line of the files in which docker keeps a container's log.
_KEPT = re.compile(r'\{"log":"(.*?)(?:\\r)?(?:\\n)?","stream":"')
# A quotation mark inside a quoted text, as in the engine's own log.
_QUOTED = re.compile(r'\\{1,8}"')
# What repeats a command instead of printing its output: the words of an instruction, `set -x`.
_ECHO = re.compile(r"#\d+ \[|\+{1,4} |Step \d+/\d+ ?: |> ?\[|\d+ \| (?:>>> )?")
_ECHOES = (
    " did not complete successfully: ",
    " returned a non-zero code: ",
    "executor failed running [",
)
# A test that passed: its name may be any text.
_PASSED = re.compile(
    r"(?:✔|✓|√|ok \d+|--- PASS:|PASS\b)|.*(?:\bPASSED|\.\.\. ok)(?:\s+\[\s*\d+%\])?$"
)
# Where the report of a failed test begins, in the words of common runners.
_FAILED_TEST = re.compile(
    r"^(?:={20,}$|_{3,} .{1,200} _{3,}$|(?:✖|not ok \d{1,6}) "
    r"|\s{0,9}--- FAIL: |\s{1,8}(?:\d{1,5}\) |● ))",
    re.MULTILINE,
)
# What differs between two runs of the same thing: times, durations, addresses, long hashes.
_VOLATILE = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]?|\d\d:\d\d:\d\d(?:[.,]\d+)?Z?|\b\d+(?:\.\d+)? ?(?:ms|s)\b"
    r"|\bduration_ms:? [\d.]+|0x[0-9a-f]+|\b[0-9a-f]{12,}\b"
)


def lines(text: str) -> Iterator[str]:
    """Yield what programs said, line by line: no empty lines, commands or tests that passed."""
    for raw in text.splitlines():
        kept = _KEPT.match(raw)
        plain = _plain(kept[1] if kept else raw)
        if _ECHO.match(plain):
            continue
        prefix = _PREFIX.match(plain)
        line = plain[prefix.end() if prefix else 0 :].strip()
        if line and not _silent(line):
            yield _QUOTED.sub('"', line) if '\\"' in line else line


def failures(text: str) -> tuple[str, ...]:
    """Return the text in parts: what stands before the first failed test, and one part for each."""
    begins = [match.start() for match in _FAILED_TEST.finditer(text)]
    ends = [*begins, len(text)]
    return tuple(text[start:end] for start, end in zip([0, *begins], ends, strict=True))


def _plain(raw: str) -> str:
    """Leave out what a terminal would not show."""
    return _ESCAPES.sub("", raw) if "\x1b" in raw else raw


def _silent(line: str) -> bool:
    """Tell whether the line says nothing of its own: a command, or a test that passed."""
    echoed = _ECHO.match(line) or any(words in line for words in _ECHOES)
    return bool(echoed or _PASSED.match(line))


def constant(line: str) -> str:
    """Return the line without what differs between two runs of the same thing."""
    return _VOLATILE.sub("*", line)
