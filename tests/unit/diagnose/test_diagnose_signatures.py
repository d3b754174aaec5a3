"""Every signature against lines as programs print them, and against ordinary logs."""

import gzip
import time
from pathlib import Path

import pytest

from stepdown.flow.catalog import load
from stepdown.model.image import Tier
from stepdown.model.recipe import Breakage, Channel
from stepdown.model.trial import Message
from stepdown.verify.diagnose import diagnose
from stepdown.verify.explain import explain
from stepdown.verify.signatures import Signatures, needle

HERE = Path(__file__).parent
ROWS = [
    tuple(line.split("\t"))
    for line in (HERE / "signatures.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
# Lines that only their channel or the base tells apart from another breakage.
AMBIGUOUS = {
    (
        "LC_ALL asks for the locale de_DE.UTF-8, and the candidate does not have it, so that "
        "sorting, numbers and names of months are those of C."
    ),
    "exec /entrypoint.sh: no such file or directory",
    (
        "OCI runtime exec failed: exec failed: unable to start container process: "
        'exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'
    ),
}
# What real programs printed while nothing was wrong: builds, installations, servers, green tests.
ORDINARY = gzip.decompress((HERE / "ordinary.log.gz").read_bytes()).decode().splitlines()
LONG = 100_000  # characters of a line
SECONDS = 1.0


@pytest.mark.parametrize(("wanted", "channel", "tier", "line"), ROWS)
def test_a_line_shows_its_breakage(wanted: str, channel: str, tier: str, line: str) -> None:
    message = Message(channel=Channel(channel), text=line)
    found = diagnose([("check", message)], load().breakages, tier=Tier(tier))
    assert [finding.breakage for finding in found] == [wanted]
    assert found[0].evidence in line.replace('\\"', '"')
    assert found[0].checks == ("check",)


EXPLAINED = [row for row in ROWS if row[1] != "health" and row[3] not in AMBIGUOUS]


@pytest.mark.parametrize(("wanted", "line"), [(row[0], row[3]) for row in EXPLAINED])
def test_a_line_alone_is_explained_by_its_breakage_first(wanted: str, line: str) -> None:
    assert explain(line, load().breakages)[0].breakage == wanted


def test_the_corpus_is_large_enough_and_names_only_known_breakages() -> None:
    ids = {breakage.id for breakage in load().breakages}
    assert len(EXPLAINED) >= 200
    assert {row[0] for row in ROWS} <= ids
    assert len(set(ORDINARY)) == len(ORDINARY) >= 10_000


def test_every_breakage_with_a_text_has_a_line_that_proves_it() -> None:
    spoken = {breakage.id for breakage in load().breakages if breakage.signatures}
    assert spoken - {row[0] for row in ROWS} == set()


def test_ordinary_logs_show_nothing_to_a_failed_check() -> None:
    message = Message(channel=Channel.BUILD, text="\n".join(ORDINARY))
    found = diagnose([("check", message)], load().breakages)
    assert [f.breakage for f in found if f.breakage != "unknown"] == []


def test_ordinary_logs_explain_nothing() -> None:
    assert explain("\n".join(ORDINARY), load().breakages) == ()


def test_no_line_of_ordinary_logs_matches_even_where_it_is_a_command_or_a_test() -> None:
    shown = Signatures(load().breakages).shown(ORDINARY)
    hits = [(line, one) for line, one in zip(ORDINARY, shown, strict=True) if one]
    assert [(one[0].breakage.id, line) for line, one in hits] == []


def _hostile(breakage: Breakage) -> list[str]:
    """Return long lines that nearly match, or match again and again."""
    seen = [row[3] for row in ROWS if row[0] == breakage.id]
    needles = [needle(signature.pattern) or "x" for signature in breakage.signatures]
    parts = [*needles, *seen, *(text[: len(text) // 2] for text in seen)]
    fillers = ("a", " ", "/a", "1", '"')
    return [
        *(part * (LONG // max(1, len(part))) for part in parts),
        *(filler * (LONG // len(filler)) + part for filler in fillers for part in needles),
        *(part + filler * (LONG // len(filler)) for filler in fillers for part in needles),
    ]


@pytest.mark.parametrize("breakage", load().breakages, ids=lambda breakage: breakage.id)
def test_no_pattern_takes_long_on_a_long_line(breakage: Breakage) -> None:
    signatures = Signatures([breakage])
    for line in _hostile(breakage):
        began = time.process_time()
        list(signatures.shown([line]))
        assert time.process_time() - began < SECONDS, line[:80]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^exec (?P<name>\S+): no such file", ": no such file"),
        (r"[Ee]xec format error", "xec format error"),
        (r"colou?r is missing", "r is missing"),
        (r"ab{2,3}cdef", "cdef"),
        (r"x+yz", "yz"),
        (r"(?:a|bcd)?e", "e"),
        (r"\[\[: not found", "[[: not found"),
        (r"libssl\.so\.1\.[01]: cannot", "libssl.so.1."),
        (r"one|two", ""),
        (r"\d+\s\w", ""),
        (r"a[\]x]bc", "bc"),
    ],
)
def test_the_needle_is_in_every_match(pattern: str, text: str) -> None:
    assert needle(pattern) == text


def test_every_line_that_is_found_has_its_needle() -> None:
    for breakage in load().breakages:
        patterns = [s.pattern for s in breakage.signatures if s.pattern]
        assert all(needle(pattern) for pattern in patterns), breakage.id
