import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepdown.model.trial import Tally
from stepdown.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0 MB"),
        (1, "< 0.1 MB"),
        (99_999, "< 0.1 MB"),
        (100_000, "0.1 MB"),
        (122_000_000, "122.0 MB"),
        (1_061_600_000, "1061.6 MB"),
    ],
)
def test_sizes_are_megabytes_of_ten_to_the_six(value: int, text: str) -> None:
    assert words.size(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (245, "4 min 05 s"),
        (3599.7, "1 h 00 min"),
        (4320, "1 h 12 min"),
    ],
)
def test_durations_are_in_the_unit_that_people_use(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_an_unknown_number_is_never_zero() -> None:
    keys = ("commands", "size_visible", "runs_as_root")
    assert {words.figure(key, None) for key in keys} == {"unknown"}
    assert [words.figure(key, 0) for key in keys] == ["0", "0.0 MB", "no"]
    assert words.figure("runs_as_root", 1) == "yes"


def test_skipped_tests_are_not_hidden() -> None:
    tally = Tally(passed=11, failed=0, skipped=1)
    assert words.tests_passed(tally) == "11 of 12 tests passed (1 skipped)"
    assert words.tests_passed(Tally(passed=1, failed=0)) == "1 of 1 test passed"


def test_lists_and_sentences() -> None:
    assert words.listed(("a",)) == "a"
    assert words.listed(("a", "b", "c")) == "a, b and c"
    assert words.capitalised("the `X` file") == "The `X` file"
    assert words.capitalised("") == ""
    assert [words.lowered(s) for s in ("Shells", "OS packages", "")] == [
        "shells",
        "OS packages",
        "",
    ]
    assert [words.closed(s) for s in ("it is", "is it?", "")] == ["it is.", "is it?", ""]


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("50 %\r100 %\n", "50 % 100 %"),
        ("a\tb", "a b"),
        ("a\u202eb", "a\\u202eb"),
        ("caf\udce9", "caf\\xe9"),
        ("a\x08\x00b", "a\\x08\\x00b"),
        ("\xa0wide\u2003space", " wide space"),
        ("Zürich 東京 →", "Zürich 東京 →"),
        ("lone \x1b escape", "lone \\x1b escape"),
    ],
)
def test_foreign_text_cannot_move_the_cursor_or_hide(foreign: str, shown: str) -> None:
    assert words.visible(foreign) == shown


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_visible_text_is_printable_encodable_and_stays_as_it_is(text: str) -> None:
    shown = words.visible(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert words.visible(shown) == shown
