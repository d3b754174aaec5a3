"""The fleet as comma-separated values: every cell is text to a spreadsheet."""

import csv
import io
import re

import fleets
import pytest

from stepdown.model.fleet import Result
from stepdown.report import fleet

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    '=HYPERLINK("http://x","y")',
    "\x00=1",
    "\ufeff=1",
    "\u200b=1",
    "a;=1",
    "a| =1",
    "a\t=1",
]


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula: str) -> None:
    one = fleets.row("a/b", Result.BROKEN, reason=formula, base=formula, labels=(formula,))
    text = fleet.render((one,), "csv")
    (line,) = lines(text)
    for cell in line.values():
        assert cell[:1] not in tuple("=+-@＝＋－＠\t\r\n")
        for part in re.split("[;|\t]", cell):
            assert part.strip()[:1] not in tuple("=+-@＝＋－＠")


def test_one_line_for_each_entry_and_no_line_end_within() -> None:
    poison = 'a\r\nb"c,d'
    text = fleet.render(fleets.hostile(poison), "csv")
    assert len(text.split("\r\n")) == len(fleets.hostile(poison)) + 2
    assert len(lines(text)) == len(fleets.hostile(poison))


def test_ordinary_text_is_not_changed() -> None:
    one = fleets.row("a/b", Result.BROKEN, reason="no such file: -lssl, --so nothing, -x and a=b")
    (line,) = lines(fleet.render((one,), "csv"))
    assert line["repository"] == "https://git.example/a/b.git"
    assert line["reason"] == "no such file: -lssl, --so nothing, -x and a=b."


def test_numbers_are_numbers_and_unknown_is_empty() -> None:
    one = fleets.improved("a/b", (10, 4), (7, None))
    (line,) = lines(fleet.render((one,), "csv"))
    assert (line["commands_before"], line["commands_after"]) == ("10", "4")
    assert (line["os_packages_before"], line["os_packages_after"]) == ("7", "")
    assert (line["shells_before"], line["shells_after"]) == ("", "")
