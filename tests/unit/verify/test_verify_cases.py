"""Single tests, as the runners themselves print them."""

import pytest

from stepdown.model.trial import Case, CaseState, CheckRun, CheckState, Tally
from stepdown.verify import junit
from stepdown.verify.cases import cases, counted
from stepdown.verify.command import steady
from stepdown.verify.compare import differences
from stepdown.verify.tally import tally

NODE_SPEC = """\
▶ shop
  ✔ sells (1.2ms)
  ✖ buys # a note (0.4ms)
✖ shop (2.1ms)
✔ counts 1 (one) (0.1ms)
﹣ later (0.1ms) # SKIP
ℹ tests 4
✖ failing tests:
✖ buys # a note (0.4ms)
"""
NODE_TAP = """\
TAP version 13
# Subtest: shop
    # Subtest: sells
    ok 1 - sells
    not ok 2 - buys
    1..2
not ok 1 - shop
ok 2 - counts
ok 3 - later # SKIP no network
1..3
"""
PYTEST_VERBOSE = """\
test_a.py::test_sells PASSED                                   [ 33%]
test_a.py::test_buys[a b] FAILED                               [ 66%]
test_a.py::test_later SKIPPED (no shell)                       [100%]
=========================== short test summary info ============================
FAILED test_a.py::test_buys[a b] - assert 1 == 2
"""
PYTEST = "FAILED test_a.py::TestX::test_buys - assert 1\nERROR test_b.py::test_c\n"
UNITTEST_VERBOSE = """\
test_sells (test_a.Shop.test_sells) ... ok
test_buys (test_a.Shop.test_buys)
Buys a thing. ... FAIL
test_later (test_a.Shop.test_later) ... skipped 'no shell'
======================================================================
FAIL: test_buys (test_a.Shop.test_buys)
"""
GO = """\
=== RUN   TestA
    --- PASS: TestA/one (0.00s)
--- PASS: TestA (0.01s)
--- FAIL: TestB (0.00s)
"""
GO_JSON = """\
{"Time":"2026-01-01T00:00:00Z","Action":"run","Package":"m","Test":"TestA"}
{"Action":"pass","Package":"m","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"m","Output":"{\\"Action\\": 1}"}
{"Action":"fail","Package":"m","Test":"TestB"}
{"Action":"fail","Package":"m"}
"""
CARGO = "test a::sells ... ok\ntest a::buys ... FAILED\ntest a::later ... ignored, slow\n"
JEST = """\
 PASS  ./a.test.js
  shop
    ✓ sells (3 ms)
    ✕ buys
    ○ skipped later
Tests:       1 failed, 1 skipped, 1 passed, 3 total
"""
JEST_JSON = (
    'noise {"numTotalTests":2,"testResults":[{"assertionResults":['
    '{"fullName":"shop sells","status":"passed"},{"fullName":"shop buys","status":"failed"}]}]}'
)
BUN = """\
a.test.ts:
(pass) sells [0.1ms]
(fail) buys [0.20ms]
(skip) later

1 tests failed:
(fail) buys [0.20ms]

 1 pass
 1 skip
 1 fail
Ran 3 tests across 1 file. [9.00ms]
"""
MOCHA = """\
  shop
    ✓ sells
    1) buys

  1 passing (4ms)
  1 failing

  1) shop
       buys:
"""
MOCHA_JSON = (
    '{"stats":{},"passes":[{"fullTitle":"shop sells"}],"failures":[{"fullTitle":"shop buys"}],'
    '"pending":[{"fullTitle":"shop later"}]}'
)


def states(*pairs: str) -> tuple[Case, ...]:
    words = {"+": CaseState.PASSED, "-": CaseState.FAILED, "o": CaseState.SKIPPED}
    return tuple(Case(name=pair[1:], state=words[pair[0]]) for pair in pairs)


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (NODE_SPEC, ("+sells", "-buys", "-shop", "+counts 1 (one)", "olater")),
        (NODE_TAP, ("+sells", "-buys", "-shop", "+counts", "olater")),
        (
            PYTEST_VERBOSE,
            ("+test_a.py::test_sells", "-test_a.py::test_buys[a b]", "otest_a.py::test_later"),
        ),
        (PYTEST, ("-test_a.py::TestX::test_buys", "-test_b.py::test_c")),
        (
            UNITTEST_VERBOSE,
            (
                "+test_sells (test_a.Shop.test_sells)",
                "-test_buys (test_a.Shop.test_buys)",
                "otest_later (test_a.Shop.test_later)",
            ),
        ),
        (GO, ("+TestA/one", "+TestA", "-TestB")),
        (GO_JSON, ("+m TestA", "-m TestB")),
        (CARGO, ("+a::sells", "-a::buys", "oa::later")),
        (JEST, ("+sells", "-buys", "olater")),
        (JEST_JSON, ("+shop sells", "-shop buys")),
        (MOCHA, ("+sells", "-buys")),
        (BUN, ("+sells", "-buys", "olater")),
        (MOCHA_JSON, ("+shop sells", "-shop buys", "oshop later")),
    ],
)
def test_each_runner(output: str, wanted: tuple[str, ...]) -> None:
    assert cases(output) == states(*wanted)
    assert cases(output.replace("\n", "\r\n")) == states(*wanted)


@pytest.mark.parametrize(
    "output",
    ["", "all is well", "ok 1 - a", '{"testResults": 3}', '{"Action": broken', "--- PASS: nothing"],
)
def test_what_names_no_test(output: str) -> None:
    assert cases(output) == ()


def test_a_runner_without_a_summary_is_counted_by_its_tests() -> None:
    assert tally(GO_JSON) == Tally(passed=1, failed=1, cases=states("+m TestA", "-m TestB"))
    assert tally(JEST_JSON) == Tally(passed=1, failed=1, cases=states("+shop sells", "-shop buys"))


JUNIT = b"""<?xml version="1.0"?>
<testsuites><testsuite name="s" tests="4">
<testcase classname="a.Shop" name="sells"/>
<testcase classname="a.Shop" name="buys"><failure message="no">trace</failure></testcase>
<testcase name="breaks"><error/></testcase>
<testcase classname="a.Shop" name="later"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_junit_report() -> None:
    assert junit.read(JUNIT) == counted(
        states("+a.Shop sells", "-a.Shop buys", "-breaks", "oa.Shop later")
    )


@pytest.mark.parametrize("content", [b"", b"<html/>", b"<testsuite>", b"\xff\xfe<", b"no"])
def test_no_junit_report(content: bytes) -> None:
    assert junit.read(content) is None


def test_entities_do_not_grow_without_bound() -> None:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(12))
    bomb = f"<!DOCTYPE t [{names}]><testsuite><testcase name='&e11;'/></testsuite>"
    assert junit.read(bomb.encode()) is None


def run(*pairs: str) -> CheckRun:
    found = counted(states(*pairs))
    return CheckRun(check="command", state=CheckState.PASSED, summary="fine", tests=found)


def test_a_test_that_is_not_run_any_more_is_named() -> None:
    [found] = differences((run("+a", "+b", "oc"),), (run("+a", "oc"),))
    assert "without: b" in found.reason


def test_other_tests_of_the_same_number_are_a_difference() -> None:
    [found] = differences((run("+a", "+b"),), (run("+a", "+c"),))
    assert found.reason == "other tests ran, without: b"
    assert differences((run("+a", "+b"),), (run("+b", "+a"),)) == ()


def test_names_that_change_from_run_to_run_prove_nothing() -> None:
    before = steady(run("+a", "+b at 12:00"), run("+a", "+b at 12:01"))
    assert before.tests is not None
    assert before.tests.total == 2
    assert differences((before,), (run("+a", "+b at 12:02"),)) == ()
