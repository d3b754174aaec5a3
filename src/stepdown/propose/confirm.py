"""What came of the predictions, once a candidate was checked. Pure."""

from collections.abc import Iterable

from stepdown.model.plan import Fate, Hazard, Prediction
from stepdown.model.trial import Finding

# One root cause shows under several ids, depending on what meets it first.
_ALIKE: tuple[frozenset[str], ...] = (
    frozenset(("A01", "A02", "J01", "L01", "M02", "P01", "P02")),
    frozenset(("A03", "A04", "A05")),
    frozenset(("A04", "A06", "A07", "H05", "H06", "I01", "I02", "I03", "I05", "I10", "L02", "N01")),
    frozenset(("A09", "A10")),
    frozenset(("A22", "D02", "G01")),
    frozenset(("B05", "B11")),
    frozenset(("B10", "J03")),
    frozenset(("D01", "G01", "H11", "I08")),
    frozenset(("D09", "G05", "G07", "G08", "G12")),
    frozenset(("E07", "H01", "H02", "H03", "H04")),
    frozenset(("E12", "H08", "H09")),
    frozenset(("F04", "F06", "F08")),
)


def confirm(
    hazards: Iterable[Hazard],
    findings: Iterable[Finding],
    *,
    checked: bool,
    edited: Iterable[int] = (),
) -> tuple[Prediction, ...]:
    """Return each hazard with what came of it.

    A finding confirms a hazard of the same breakage (`D09-curl` is a kind of `D09`), and one of a
    like cause where it names a subject of the hazard or the hazard has none. `checked` tells
    whether the candidate was built and checked, or failed; without a finding nothing is known of
    a candidate that never got so far. `edited` are the lines of the Dockerfile that were rewritten.
    """
    known, lines = tuple(findings), frozenset(edited)
    return tuple(_prediction(hazard, known, lines, checked=checked) for hazard in hazards)


def _prediction(
    hazard: Hazard, findings: tuple[Finding, ...], edited: frozenset[int], *, checked: bool
) -> Prediction:
    for finding in findings:
        if _confirms(finding, hazard):
            return Prediction(hazard=hazard, fate=Fate.CONFIRMED, evidence=finding.evidence)
    if not checked:
        return Prediction(hazard=hazard, fate=Fate.UNTESTED)
    averted = hazard.line is not None and hazard.line in edited
    return Prediction(hazard=hazard, fate=Fate.AVERTED if averted else Fate.NOT_SEEN)


def _confirms(finding: Finding, hazard: Hazard) -> bool:
    found, predicted = _base(finding.breakage), _base(hazard.id)
    if found == predicted:
        return True
    alike = any(found in group and predicted in group for group in _ALIKE)
    named = any(subject in finding.evidence for subject in hazard.subjects)
    return alike and (named or not hazard.subjects)


def _base(breakage: str) -> str:
    return breakage.partition("-")[0]
