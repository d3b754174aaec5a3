"""Code around failures: which lines of logs name places, and what leads from there to where."""

import re

import pytest

from stepdown.verify.sources import Code, Frame, Place, Source, frames

SERVER = """import time

FORMAT = "%I %P"


def opening(hour):
    return time.strftime(FORMAT, time.gmtime(hour))


def page():
    # %P is not used here
    return f"open at {opening(9)}"


def other():
    return "%P"
"""
TESTS = """import server


class SignCase:
    def test_page(self):
        assert "am" in server.page()

    def test_sign(self):
        assert server.opening(9) == "09 am"
"""
SOURCES = (
    Source(path="/app/server.py", text=SERVER),
    Source(path="/app/tests.py", text=TESTS),
)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('  File "/app/tests.py", line 9, in test_x', Frame(path="/app/tests.py", line=9)),
        (
            "    at Object.<anonymous> (/app/a.test.mjs:12:5)",
            Frame(path="/app/a.test.mjs", line=12),
        ),
        ("    at file:///app/a.test.mjs:12:5", Frame(path="///app/a.test.mjs", line=12)),
        ("tests/test_a.py:31: AssertionError", Frame(path="tests/test_a.py", line=31)),
        ("    main_test.go:17: got 1", Frame(path="main_test.go", line=17)),
        ("/app/run.sh: line 4: x: not found", Frame(path="/app/run.sh", line=4)),
        ("/app/run: 4: x: not found", Frame(path="/app/run", line=4)),
        ("in /app/index.php on line 3", Frame(path="/app/index.php", line=3)),
    ],
)
def test_a_line_of_a_log_names_a_place(line: str, wanted: Frame) -> None:
    (found,) = frames([line])
    assert found == wanted


def test_a_line_without_a_place_names_none() -> None:
    assert frames(["10:31:02 started", "http://127.0.0.1:8080/", "ratio 1:2"]) == ()


def places(line: int, pattern: str) -> list[Place]:
    failed = Frame(path="tests.py", line=line)
    return list(Code(SOURCES, [failed]).find(re.compile(pattern)))


def test_what_a_failed_test_calls_is_nearer_than_what_it_does_not() -> None:
    found = {(p.line, p.near, p.through) for p in places(9, "%P|strftime")}
    assert found == {(7, 4, "opening"), (3, 3, "FORMAT"), (16, 2, "")}


def test_a_call_of_a_call_is_a_step_farther() -> None:
    (found,) = places(6, "strftime")
    assert (found.near, found.through) == (3, "opening")
    assert found.frames == {Frame(path="tests.py", line=6)}


def test_the_function_that_failed_is_nearest() -> None:
    (found,) = places(9, "09 am")
    assert (found.near, found.through) == (5, "")


def test_without_a_failure_nothing_is_near() -> None:
    found = list(Code(SOURCES, ()).find(re.compile("%P")))
    assert [(p.line, p.near, p.frames) for p in found] == [
        (3, 2, frozenset()),
        (16, 2, frozenset()),
    ]
