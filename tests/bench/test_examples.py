"""The table of the examples: its form in the README is what the command writes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import examples
import expected
from examples import BEGIN, END, Row


def test_the_table_of_the_readme_is_what_the_command_writes() -> None:
    text = examples.README.read_text()
    rows, day = examples.parse(text)
    assert examples.table(rows, day) in text
    assert [one.cells[0] for one in rows] == [folder.name for folder in expected.EXAMPLES]
    for one, folder in zip(rows, expected.EXAMPLES, strict=True):
        assert len(one.cells) == len(examples.COLUMNS)
        assert one.cells[2] == f"`{expected.read(folder).answer}`"
        assert one.cells[8] != "none"


def test_a_block_comes_back_as_it_was_written() -> None:
    rows = (Row(cells=tuple("abcdefghij")), Row(cells=tuple("0123456789")))
    assert examples.parse(examples.table(rows, "2026-11-30")) == (rows, "2026-11-30")


def test_only_the_block_is_replaced() -> None:
    old = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    block = examples.table((), "2026-11-30")
    assert examples.written(old, block) == f"before\n{block}after\n"


@pytest.mark.parametrize("text", ["nothing", f"{BEGIN}\n", f"{END}\n"])
def test_a_readme_without_marks_is_left_alone(text: str) -> None:
    with pytest.raises(ValueError, match="examples: begin"):
        examples.written(text, "block")
    with pytest.raises(ValueError, match="no block"):
        examples.parse(text)
