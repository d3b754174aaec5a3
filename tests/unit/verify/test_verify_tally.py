"""Counts as the runners themselves print them."""

import pytest

from stepdown.model.trial import Tally
from stepdown.verify.tally import tally

NODE_SPEC = """\
✔ adds (1.2ms)
ℹ tests 12
ℹ suites 0
ℹ pass 10
ℹ fail 1
ℹ cancelled 0
ℹ skipped 1
ℹ todo 0
ℹ duration_ms 65.8
"""
NODE_TAP = (
    "TAP version 13\nok 1 - a\n1..1\n# tests 1\n# suites 0\n# pass 1\n# fail 0\n# skipped 0\n"
)
UNITTEST = "..s\n------\nRan 3 tests in 0.001s\n\nOK (skipped=1)\n"
UNITTEST_RED = "Ran 4 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n"
JEST = "Tests:       1 failed, 2 skipped, 5 passed, 8 total\n"
CARGO = (
    "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\n"
    "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n"
)
MOCHA = "  5 passing (12ms)\n  1 pending\n  2 failing\n"
BUN = "(pass) a [0.1ms]\n\n 3 pass\n 1 skip\n 2 fail\nRan 6 tests across 1 file. [2.00ms]\n"
TAP = "1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no shell\n"


@pytest.mark.parametrize(
    ("output", "passed", "failed", "skipped"),
    [
        (NODE_SPEC, 10, 1, 1),
        (NODE_TAP, 1, 0, 0),
        ("===== 12 passed, 1 skipped in 0.34s =====", 12, 0, 1),
        ("2 failed, 3 passed, 1 error in 1.01s", 3, 3, 0),
        ("=== 3 passed in 62.10s (0:01:02) ===", 3, 0, 0),
        (UNITTEST, 2, 0, 1),
        (UNITTEST_RED, 2, 2, 0),
        (JEST, 5, 1, 2),
        (CARGO, 4, 2, 1),
        (MOCHA, 5, 2, 1),
        (BUN, 3, 2, 1),
        (TAP, 1, 1, 1),
        ("\x1b[32m=== 1 passed in 0.1s ===\x1b[0m", 1, 0, 0),
    ],
)
def test_each_runner(output: str, passed: int, failed: int, skipped: int) -> None:
    found = tally(output)
    assert found is not None
    assert (found.passed, found.failed, found.skipped) == (passed, failed, skipped)


@pytest.mark.parametrize(
    "output",
    ["", "all good", "ok 1 - a", "ℹ tests 3", "no tests ran in 0.01s", "Ran 3 tests in 0.1s"],
)
def test_unknown_output_has_no_count(output: str) -> None:
    assert tally(output) is None


def test_the_last_summary_counts() -> None:
    assert tally("1 passed in 0.1s\n2 passed in 0.1s") == Tally(passed=2, failed=0)
