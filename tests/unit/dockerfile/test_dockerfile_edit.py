import pytest

from stepdown.dockerfile import apply
from stepdown.errors import StepdownError
from stepdown.model.plan import Edit


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(start=start, end=end, text=text, line=1, fixer="test", reason="")


def test_edits_count_in_the_text_before_any_edit() -> None:
    assert apply("abcdef", [edit(4, 5, "E"), edit(0, 2, ""), edit(6, 6, "!")]) == "cdEf!"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply("ab", [edit(1, 1, "1"), edit(1, 1, "2"), edit(1, 2, "3")]) == "a123"


def test_without_edits_nothing_changes() -> None:
    assert apply("a\r\n\udcff", []) == "a\r\n\udcff"


@pytest.mark.parametrize(
    "edits", [[edit(0, 3, "x"), edit(2, 4, "y")], [edit(0, 3, "x"), edit(1, 1, "y")]]
)
def test_overlapping_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(StepdownError, match="overlap"):
        apply("abcdef", edits)


@pytest.mark.parametrize("one", [edit(0, 9, ""), edit(3, 2, ""), edit(-1, 1, "")])
def test_edits_outside_of_the_text_are_refused(one: Edit) -> None:
    with pytest.raises(StepdownError, match="outside"):
        apply("abc", [one])
