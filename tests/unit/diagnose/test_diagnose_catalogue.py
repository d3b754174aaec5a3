"""The rows of the catalogue of breakages: complete, in two sentences each, provable."""

from pathlib import Path

import msgspec
import pytest

import stepdown
from stepdown.flow.catalog import check, load
from stepdown.model.recipe import Breakage, Detector, Grounds, Remedy, RemedyKind, Signature

FOLDER = Path(stepdown.__file__).parent / "recipes" / "breakages"
GROUPS = {  # how many are known of each group
    "A": 22,  # loading
    "B": 14,  # C library
    "C": 10,  # network
    "D": 16,  # shells and tools
    "E": 14,  # builds
    "F": 12,  # users and files
    "G": 12,  # operation
    "H": 13,  # Python
    "I": 10,  # Node
    "J": 4,  # Go
    "K": 2,  # Rust
    "L": 5,  # Java
    "M": 2,  # .NET
    "N": 2,  # Ruby
    "O": 2,  # PHP
    "P": 4,  # programs that come ready made
    "Q": 2,  # speed
    "S": 1,  # files left out
}


def test_no_known_breakage_is_left_out() -> None:
    known = {f"{group}{n:02}" for group, count in GROUPS.items() for n in range(1, count + 1)}
    families = {breakage.id.partition("-")[0] for breakage in load().breakages}
    assert len(known) == 147
    assert known - families == set()
    assert families - known == set()


@pytest.mark.parametrize("breakage", load().breakages, ids=lambda breakage: breakage.id)
def test_a_row_says_what_it_must(breakage: Breakage) -> None:
    assert not breakage.title.endswith(".")
    assert breakage.cause.count(". ") == 1
    assert breakage.cause.endswith(".")
    assert breakage.remedies
    assert breakage.signatures or breakage.evidence.endswith(".")
    assert breakage.reference.startswith("https://") or not breakage.reference


def test_the_files_stay_small_enough_to_read() -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in FOLDER.glob("*.toml")}
    assert lengths
    assert max(lengths.values()) <= 400


REMEDY = Remedy(kind=RemedyKind.ADVICE, text="x.")
ROW = Breakage(
    id="X1",
    title="x",
    cause="x. x.",
    remedies=(REMEDY,),
    signatures=(Signature(commands=("x",)),),
)


def _faults(row: Breakage) -> list[str]:
    return list(check(msgspec.structs.replace(load(), breakages=(row,))))


def test_a_silent_breakage_needs_a_detector_and_its_evidence() -> None:
    silent = msgspec.structs.replace(ROW, signatures=())
    proven = msgspec.structs.replace(silent, detectors=(Detector.AUDIT,))
    assert _faults(ROW) == []
    assert "X1: it needs a signature" in "".join(_faults(silent))
    assert "X1: it needs a signature" in "".join(_faults(proven))
    assert _faults(msgspec.structs.replace(proven, evidence="x.")) == []


@pytest.mark.parametrize("signature", [Signature(), Signature(pattern="x", commands=("x",))])
def test_a_signature_is_a_pattern_or_commands(signature: Signature) -> None:
    (fault,) = _faults(msgspec.structs.replace(ROW, signatures=(signature,)))
    assert "either a pattern or a list of commands" in fault


def test_grounds_need_a_sign_that_can_be_read() -> None:
    conditions = msgspec.structs.replace(ROW, grounds=Grounds(musl=True))
    assert _faults(conditions) == ["breakage X1: its grounds have conditions and no sign."]
    unclear = msgspec.structs.replace(ROW, grounds=Grounds(code=("(",)))
    assert "does not compile" in "".join(_faults(unclear))


def test_a_consequence_names_a_cause_that_is_known() -> None:
    consequence = msgspec.structs.replace(ROW, follows=("X1", "X2"))
    assert _faults(consequence) == ["breakage X1: there is no X2 that it could follow from."]


def test_every_row_has_a_text_or_a_rule_or_is_told_from_the_files() -> None:
    silent = {b.id for b in load().breakages if not b.signatures and not b.grounds}
    assert silent == {
        "A15",
        "A16",
        "A18",
        "A19",
        "C04",
        "F08",
        "J01",
        "M02",
    }  # see test_diagnose_refine
