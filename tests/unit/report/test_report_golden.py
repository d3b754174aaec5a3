import golden_reports
import pytest

CASES = golden_reports.cases()


@pytest.mark.parametrize("name", CASES)
def test_each_report_is_as_it_was_read_and_approved(name: str) -> None:
    assert CASES[name] == (golden_reports.GOLDEN / name).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in golden_reports.GOLDEN.iterdir()} == set(CASES)


def test_the_same_outcome_gives_the_same_bytes() -> None:
    assert golden_reports.cases() == CASES


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith(".txt")])
def test_prose_fits_into_eighty_columns(name: str) -> None:
    text = CASES[name].split("The diff")[0]
    assert [line for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", CASES)
def test_every_report_ends_with_one_line_end_and_has_no_stray_spaces(name: str) -> None:
    text = CASES[name]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    lines = text.split("The diff")[0].splitlines()[:-1]
    assert [line for line in lines if line != line.rstrip()] == []
