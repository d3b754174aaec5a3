"""What came of the predictions."""

import pytest

from stepdown.model.plan import Fate, Hazard
from stepdown.model.recipe import Channel
from stepdown.model.trial import Finding
from stepdown.propose import confirm


def _finding(breakage: str, evidence: str = "a line") -> Finding:
    return Finding(
        breakage=breakage,
        title="t",
        checks=("start",),
        channel=Channel.LOG,
        evidence=evidence,
        cause="c",
    )


def _fate(hazard: Hazard, *findings: Finding, checked: bool = True, edited: int = 0) -> Fate:
    (prediction,) = confirm([hazard], findings, checked=checked, edited=[edited])
    assert prediction.hazard == hazard
    return prediction.fate


@pytest.mark.parametrize(
    ("predicted", "subjects", "found", "evidence", "fate"),
    [
        ("H02", (), "H02", "x", Fate.CONFIRMED),
        ("D09", ("git",), "D09-git", "git: not found", Fate.CONFIRMED),
        ("A06", ("sharp",), "I01", "the sharp module", Fate.CONFIRMED),
        ("A06", ("sharp",), "I03", "lightningcss", Fate.NOT_SEEN),
        ("A06", (), "A07", "Error relocating", Fate.CONFIRMED),
        ("A06", (), "B10", "TZ", Fate.NOT_SEEN),
        ("A06", (), "unknown", "?", Fate.NOT_SEEN),
        ("D0", (), "D09", "x", Fate.NOT_SEEN),
    ],
)
def test_findings_confirm(
    predicted: str, subjects: tuple[str, ...], found: str, evidence: str, fate: Fate
) -> None:
    hazard = Hazard(id=predicted, evidence="e", subjects=subjects)
    assert _fate(hazard, _finding(found, evidence)) is fate


def test_the_confirming_line_is_kept() -> None:
    found = [_finding("B10", "first"), _finding("H02", "second")]
    (one,) = confirm([Hazard(id="H02", evidence="e")], found, checked=True)
    assert one.evidence == "second"


def test_nothing_is_known_of_what_was_not_checked() -> None:
    hazard = Hazard(id="H02", evidence="e", line=3)
    assert _fate(hazard, checked=False, edited=3) is Fate.UNTESTED
    assert _fate(hazard, _finding("H02"), checked=False) is Fate.CONFIRMED


def test_an_edit_of_the_line_averts() -> None:
    hazard = Hazard(id="C07", evidence="line 3", line=3)
    assert _fate(hazard, edited=3) is Fate.AVERTED
    assert _fate(hazard, edited=4) is Fate.NOT_SEEN
    assert _fate(hazard, _finding("C07"), edited=3) is Fate.CONFIRMED
    assert _fate(Hazard(id="C07", evidence="e"), edited=3) is Fate.NOT_SEEN
