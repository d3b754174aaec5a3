"""The line that is quoted of what test runners and languages print about a failure."""

import pytest

from stepdown.verify.lines import lines
from stepdown.verify.quote import failing_step, follows, telling

NODE = """\
✔ starts (1.2ms)
✖ serves (12.3ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  500 !== 200

      at Test.run (node:internal/test_runner/test:1:2)
ℹ tests 2
ℹ fail 1
ℹ duration_ms 212.532871

✖ failing tests:
"""
TAP = """\
TAP version 13
# Subtest: serves
not ok 2 - serves
  ---
  duration_ms: 1.96
  location: '/app/a.test.mjs:3:1'
  failureType: 'testCodeFailure'
  error: '500 == 200'
  code: 'ERR_ASSERTION'
  ...
1..2
# tests 2
# fail 1
"""
JEST = """\
FAIL ./b.test.js
  ✕ serves (20 ms)

  ● serves

    expect(received).toBe(expected) // Object.is equality

    Expected: 200
    Received: 500

    > 1 | test('serves', () => { expect(500).toBe(200) });
      at Object.toBe (b.test.js:1:32)

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 total
"""
MOCHA = """\
  app
    1) answers
    ✔ ok

  1 passing (10ms)
  1 failing

  1) app
       answers:

      AssertionError [ERR_ASSERTION]: 500 == 200
      + expected - actual
"""
PYTEST = """\
=================================== FAILURES ===================================
_________________________________ test_answer __________________________________

>   def test_answer(): assert ask() == 200
E   assert 500 == 200
E    +  where 500 = ask()

test_a.py:3: AssertionError
=========================== short test summary info ============================
FAILED test_a.py::test_answer - assert 500 == 200
1 failed in 0.03s
"""
UNITTEST = """\
test_answer (test_b.T.test_answer) ... FAIL

======================================================================
FAIL: test_answer (test_b.T.test_answer)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/app/test_b.py", line 3, in test_answer
    def test_answer(self): self.assertEqual(500,200)
                           ^^^^^^^^^^^^^^^^^^^^^^^^^
AssertionError: 500 != 200

----------------------------------------------------------------------
Ran 1 test in 0.001s

FAILED (failures=1)
"""
CARGO = """\
running 1 test
test a ... FAILED

failures:

---- a stdout ----

thread 'a' (6123) panicked at src/main.rs:2:8:
assertion `left == right` failed
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
"""
GO = """\
--- FAIL: TestAnswer (0.00s)
    main_test.go:12: the answer is not complete
FAIL
exit status 1
FAIL\texample.org/app\t0.004s
"""
NPM = """\
> app@1.0.0 test
something failed
ReferenceError: fluxCapacitor is not defined
    at server.js:3:1
npm error Lifecycle script failed
npm error A complete log of this run can be found in x
"""
JAVA = """\
warning: this is only a warning, no error
Exception in thread "main" java.lang.IllegalStateException: flux
\tat A.main(A.java:1)
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (NODE, "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 500 !== 200"),
        (TAP, "error: '500 == 200'"),
        (
            JEST,
            "expect(received).toBe(expected) // Object.is equality Expected: 200 Received: 500",
        ),
        (MOCHA, "AssertionError [ERR_ASSERTION]: 500 == 200"),
        (PYTEST, "E   assert 500 == 200"),
        (UNITTEST, "AssertionError: 500 != 200"),
        (
            CARGO,
            "thread 'a' (6123) panicked at src/main.rs:2:8: assertion `left == right` failed",
        ),
        (GO, "main_test.go:12: the answer is not complete"),
        (NPM, "ReferenceError: fluxCapacitor is not defined"),
        (JAVA, 'Exception in thread "main" java.lang.IllegalStateException: flux'),
        ("cannot open the flux\nbye\n", "cannot open the flux"),
        ("ℹ tests 1\nℹ pass 1\nℹ duration_ms 90.1\n✔ an error is shown (1ms)\n", ""),
        ("all is well\n", ""),
        ("", ""),
    ],
)
def test_the_quoted_line_is_no_count_and_no_stack(text: str, line: str) -> None:
    assert telling(list(lines(text))) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "AssertionError [ERR_ASSERTION]: 500 == 200",
        "E   assert 500 == 200",
        "Error: connect ECONNREFUSED 127.0.0.1:8080",
        "TypeError: fetch failed",
        "urllib.error.HTTPError: HTTP Error 500: Internal Server Error",
        "subprocess.CalledProcessError: Command '['x']' returned non-zero exit status 1.",
        "Error: Timed out after 5000 ms",
    ],
)
def test_what_may_follow_from_another_failure(line: str) -> None:
    assert follows(line)


@pytest.mark.parametrize(
    "line",
    [
        "ReferenceError: fluxCapacitor is not defined",
        "KeyError: 'flux'",
        "SyntaxError: Unexpected token",
        "json.decoder.JSONDecodeError: Expecting property name: line 1 column 2 (char 1)",
    ],
)
def test_what_is_a_failure_of_its_own(line: str) -> None:
    assert not follows(line)


def test_the_failing_step_of_a_build_is_what_its_log_repeats() -> None:
    log = "#6 0.1 one\n------\n > [2/3] RUN two:\n0.1 three\n------\n"
    assert failing_step(log) == "2/3] RUN two:\n0.1 three\n------\n"
    assert failing_step("only this\n") == "only this\n"
