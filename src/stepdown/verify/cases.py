"""The single tests, by name, as far as a runner's output names them.

Counts say that something is missing, names say what. Read are TAP (also nested), node's spec
reporter, pytest, unittest, go test (text and JSON), Bun, cargo test, jest, vitest and mocha (text
and JSON). A runner in its quiet form names only what failed, so the names may be fewer than the
tests.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from stepdown.model.trial import Case, CaseState, Tally

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_STATES = {
    "ok": CaseState.PASSED,
    "pass": CaseState.PASSED,
    "passed": CaseState.PASSED,
    "xfail": CaseState.SKIPPED,
    "xpass": CaseState.PASSED,
    "fail": CaseState.FAILED,
    "failed": CaseState.FAILED,
    "error": CaseState.FAILED,
    "skip": CaseState.SKIPPED,
    "skipped": CaseState.SKIPPED,
    "pending": CaseState.SKIPPED,
    "todo": CaseState.SKIPPED,
    "ignored": CaseState.SKIPPED,
    "disabled": CaseState.SKIPPED,
    "✔": CaseState.PASSED,
    "✓": CaseState.PASSED,
    "√": CaseState.PASSED,
    "✖": CaseState.FAILED,
    "✕": CaseState.FAILED,
    "×": CaseState.FAILED,  # noqa: RUF001  (what vitest prints)
    "﹣": CaseState.SKIPPED,
    "○": CaseState.SKIPPED,
    "↓": CaseState.SKIPPED,
}
_TAP = re.compile(r"^ *(not ok|ok) \d+ ?(?:- )?([^#\n]*?) *(?:# *(\w+)[^\n]*)?$", re.MULTILINE)
_TAP_PLAN = re.compile(r"^ *1\.\.\d+", re.MULTILINE)
_PYTEST = re.compile(
    r"^(\S+::[^\n]*?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b"
    r"|^(FAILED|ERROR|PASSED|XFAIL|XPASS) (\S+::[^\n]*?)(?: - [^\n]*)?$",
    re.MULTILINE,
)
_UNITTEST = re.compile(
    r"^(\w+ \([\w.]+\))(?:\n[^\n]+)?? \.\.\. (ok|FAIL|ERROR|skipped|expected failure)"
    r"|^(FAIL|ERROR): (\w+ \([\w.]+\))",
    re.MULTILINE,
)
_GO = re.compile(r"^ *--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$", re.MULTILINE)
_BUN = re.compile(r"^\((pass|fail|skip|todo)\) ([^\n]*?)(?: \[[\d.]+ms\])?$", re.MULTILINE)
_CARGO = re.compile(r"^test (\S[^\n]*?) \.\.\. (ok|FAILED|ignored)", re.MULTILINE)
_MARKS = re.compile(
    r"^ *([✔✓√✖✕×﹣○↓]) ([^\n]*?)(?: \(?[\d.]+ ?m?s\)?)?(?: # [^\n]*)?$",  # noqa: RUF001
    re.MULTILINE,
)
_MOCHA_FAILED = re.compile(r"^ {4,}\d+\) ([^\n]+)$", re.MULTILINE)
_SPEC_END = re.compile(r"^(?:ℹ tests \d|Test Suites: | *\d+ passing\b)", re.MULTILINE)  # noqa: RUF001


def cases(output: str) -> tuple[Case, ...]:
    """Return the tests that `output` names, in its order; empty where it names none."""
    text = ANSI.sub("", output).replace("\r\n", "\n")
    for read in _READERS:
        found = tuple(read(text))
        if found:
            return found
    return ()


def counted(found: tuple[Case, ...]) -> Tally:
    """Return the counts of single tests."""
    states = [case.state for case in found]
    return Tally(
        passed=states.count(CaseState.PASSED),
        failed=states.count(CaseState.FAILED),
        skipped=states.count(CaseState.SKIPPED),
        cases=found,
    )


def _case(name: str, word: str) -> Case:
    return Case(name=name.strip(), state=_STATES.get(word.lower(), CaseState.FAILED))


def _pytest(text: str) -> Iterator[Case]:
    found: dict[str, Case] = {}
    for one in _PYTEST.finditer(text):
        name = one[1] or one[4]
        found[name] = _case(name, one[2] or one[3])
    yield from found.values()


def _unittest(text: str) -> Iterator[Case]:
    found: dict[str, Case] = {}
    for one in _UNITTEST.finditer(text):
        name, word = one[1] or one[4], (one[2] or one[3]).replace("expected failure", "skipped")
        found[name] = _case(name, word)
    yield from found.values()


def _go(text: str) -> Iterator[Case]:
    return (_case(one[2], one[1]) for one in _GO.finditer(text))


def _bun(text: str) -> Iterator[Case]:
    """Read what Bun prints; the end repeats what failed."""
    yield from {one[2]: _case(one[2], one[1]) for one in _BUN.finditer(text)}.values()


def _cargo(text: str) -> Iterator[Case]:
    return (_case(one[1], one[2]) for one in _CARGO.finditer(text))


def _tap(text: str) -> Iterator[Case]:
    if not _TAP_PLAN.search(text):
        return
    for one in _TAP.finditer(text):
        word, name, directive = one.groups()
        left_out = (directive or "").lower() in ("skip", "todo")
        yield _case(name, "skip" if left_out else {"ok": "ok", "not ok": "fail"}[word])


def _marks(text: str) -> Iterator[Case]:
    """Read the tree that node, jest, vitest and mocha draw; what follows its end repeats it."""
    end = _SPEC_END.search(text)
    tree = text[: end.start()] if end else text
    for one in _MARKS.finditer(tree):
        yield _case(one[2].removeprefix("skipped "), one[1])
    for one in _MOCHA_FAILED.finditer(tree):
        yield _case(one[1], "failed")


class _GoEvent(msgspec.Struct):
    Action: str
    Package: str = ""
    Test: str = ""


def _go_json(text: str) -> Iterator[Case]:
    for line in text.splitlines():
        if not line.startswith('{"') or '"Action"' not in line:
            continue
        try:
            event = msgspec.json.decode(line, type=_GoEvent)
        except msgspec.DecodeError:
            continue
        if event.Test and event.Action in ("pass", "fail", "skip"):
            yield _case(f"{event.Package} {event.Test}".strip(), event.Action)


class _Assertion(msgspec.Struct, rename="camel"):
    full_name: str
    status: str


class _Suite(msgspec.Struct, rename="camel"):
    assertion_results: tuple[_Assertion, ...] = ()


class _Titled(msgspec.Struct, rename="camel"):
    full_title: str


class _Report(msgspec.Struct, rename="camel"):
    """The JSON of jest and vitest (testResults) and of mocha (the three lists)."""

    test_results: tuple[_Suite, ...] = ()
    passes: tuple[_Titled, ...] = ()
    failures: tuple[_Titled, ...] = ()
    pending: tuple[_Titled, ...] = ()


def _json(text: str) -> Iterator[Case]:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or ('"testResults"' not in text and '"fullTitle"' not in text):
        return
    try:
        report = msgspec.json.decode(text[start : end + 1], type=_Report)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return
    for suite in report.test_results:
        yield from (_case(one.full_name, one.status) for one in suite.assertion_results)
    lists = (("passed", report.passes), ("failed", report.failures), ("pending", report.pending))
    for word, titles in lists:
        yield from (_case(one.full_title, word) for one in titles)


_READERS: tuple[Callable[[str], Iterator[Case]], ...] = (
    _go_json,
    _json,
    _pytest,
    _unittest,
    _go,
    _bun,
    _cargo,
    _tap,
    _marks,
)
