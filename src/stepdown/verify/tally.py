"""How many tests ran, read from what common runners print.

Exit codes alone hide tests that were never collected; the counts show them. Formats: node's test
runner (spec and TAP reporters), pytest, unittest, TAP, jest, mocha, Bun, cargo test, go test -v;
and the JSON of go test, jest, vitest and mocha.
"""

import re

import msgspec

from stepdown.model.trial import Tally
from stepdown.verify.cases import ANSI, cases, counted

_NODE = re.compile(r"^(?:#|ℹ) (tests|pass|fail|cancelled|skipped|todo) (\d+)$", re.MULTILINE)  # noqa: RUF001
_PYTEST = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s", re.MULTILINE)
_PYTEST_WORD = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
_UNITTEST = re.compile(r"^Ran (\d+) tests? in [\d.]+s$", re.MULTILINE)
_UNITTEST_END = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)
_UNITTEST_WORD = re.compile(r"(failures|errors|skipped)=(\d+)")
_JEST = re.compile(r"^Tests:\s+(.*\d+ total)$", re.MULTILINE)
_JEST_WORD = re.compile(r"(\d+) (passed|failed|skipped|todo)")
_CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", re.MULTILINE)
_BUN = re.compile(r"^ *(\d+) (pass|fail|skip|todo)$", re.MULTILINE)
_BUN_END = re.compile(r"^Ran \d+ tests? across \d+ files?\.", re.MULTILINE)
_MOCHA = re.compile(r"^\s+(\d+) (passing|failing|pending)\b", re.MULTILINE)
# A runner that prints no count, but all of its tests.
_GO = re.compile(r'^--- (?:PASS|FAIL|SKIP): |"Action":"|"testResults"|"fullTitle"', re.MULTILINE)
_TAP_PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
_TAP_LINE = re.compile(r"^(not )?ok \d+(.*)$", re.MULTILINE)


def tally(output: str) -> Tally | None:
    """Return the counts of the last summary in `output`, None when no known summary is there."""
    text = ANSI.sub("", output).replace("\r\n", "\n")
    named = cases(text)
    for read in (_node, _pytest, _unittest, _jest, _bun, _cargo, _mocha, _tap):
        found = read(text)
        if found is not None:
            return msgspec.structs.replace(found, cases=named)
    return counted(named) if named and _GO.search(text) else None


def _node(text: str) -> Tally | None:
    counts = {word: int(number) for word, number in _NODE.findall(text)}
    if not {"tests", "pass", "fail"} <= counts.keys():
        return None
    return Tally(
        passed=counts["pass"],
        failed=counts["fail"] + counts.get("cancelled", 0),
        skipped=counts.get("skipped", 0) + counts.get("todo", 0),
    )


def _pytest(text: str) -> Tally | None:
    summaries = _PYTEST.findall(text)
    counts = {word: int(number) for number, word in _PYTEST_WORD.findall(" ".join(summaries[-1:]))}
    if not counts:
        return None
    return Tally(
        passed=counts.get("passed", 0) + counts.get("xpassed", 0),
        failed=counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0),
        skipped=counts.get("skipped", 0) + counts.get("xfailed", 0),
    )


def _unittest(text: str) -> Tally | None:
    ran, ends = _UNITTEST.findall(text), _UNITTEST_END.findall(text)
    if not ran or not ends:
        return None
    words = {word: int(number) for word, number in _UNITTEST_WORD.findall(ends[-1])}
    failed, skipped = words.get("failures", 0) + words.get("errors", 0), words.get("skipped", 0)
    return Tally(passed=max(int(ran[-1]) - failed - skipped, 0), failed=failed, skipped=skipped)


def _jest(text: str) -> Tally | None:
    lines = _JEST.findall(text)
    if not lines:
        return None
    words = {word: int(number) for number, word in _JEST_WORD.findall(lines[-1])}
    return Tally(
        passed=words.get("passed", 0),
        failed=words.get("failed", 0),
        skipped=words.get("skipped", 0) + words.get("todo", 0),
    )


def _bun(text: str) -> Tally | None:
    if not _BUN_END.search(text):
        return None
    words = {word: int(number) for number, word in _BUN.findall(text)}
    return Tally(
        passed=words.get("pass", 0),
        failed=words.get("fail", 0),
        skipped=words.get("skip", 0) + words.get("todo", 0),
    )


def _cargo(text: str) -> Tally | None:
    results = _CARGO.findall(text)
    if not results:
        return None
    passed, failed, skipped = (sum(int(row[column]) for row in results) for column in range(3))
    return Tally(passed=passed, failed=failed, skipped=skipped)


def _mocha(text: str) -> Tally | None:
    words = {word: int(number) for number, word in _MOCHA.findall(text)}
    if "passing" not in words:
        return None
    return Tally(
        passed=words["passing"], failed=words.get("failing", 0), skipped=words.get("pending", 0)
    )


def _tap(text: str) -> Tally | None:
    lines = _TAP_LINE.findall(text)
    if not lines or not _TAP_PLAN.search(text):
        return None
    skipped = sum("# skip" in rest.lower() or "# todo" in rest.lower() for _, rest in lines)
    failed = sum(bool(bad) and "# todo" not in rest.lower() for bad, rest in lines)
    return Tally(passed=len(lines) - failed - skipped, failed=failed, skipped=skipped)
