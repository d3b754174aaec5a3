"""The recording that is shipped is what the wizard shows today."""

import re
from collections import Counter
from pathlib import Path

import pytest
import record

SHIPPED = Path(__file__).parents[2] / "src/stepdown/help/recording-node.md"
_MASKS = (
    (re.compile(r"\d+ min \d+ s|\d+(?:\.\d+)? s\b"), "TIME"),
    (re.compile(r"\b[0-9a-f]{12}\b|\b[0-9a-f]{7}\.\.[0-9a-f]{7}\b"), "COMMIT"),
    (re.compile(r"\b\d+ files\b"), "FILES"),  # images that are made anew differ by a few
    (re.compile(r", read before"), ""),  # of an image that an earlier run measured
)
_RUN = re.compile(r"^This run\n(?:  .*\n)+", re.MULTILINE)  # engine and time; wrapped anyhow


def masked(recording: str) -> Counter[str]:
    """Return the lines without times and commits; steps beside each other end in any order."""
    text = _RUN.sub("This run\n", recording)
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return Counter(text.splitlines())


@pytest.mark.engine
@pytest.mark.timeout(500)
def test_the_wizard_shows_what_was_recorded() -> None:
    now, then = masked(record.record("node-api")), masked(SHIPPED.read_text("utf-8"))
    assert (sorted(now - then), sorted(then - now)) == ([], [])


def test_a_changed_word_is_seen() -> None:
    shipped = SHIPPED.read_text("utf-8")
    assert masked(shipped) != masked(shipped.replace("works: 17 of 17", "works: 16 of 17"))
    assert masked(shipped) != masked(shipped.replace("Runs as root", "Runs as nobody"))


def test_another_time_and_commit_are_not() -> None:
    shipped = SHIPPED.read_text("utf-8")
    other = re.sub(r"took 1\s+min \d\d s", "took 59 s", shipped)
    other = re.sub(r"(?<=Building the baseline on node:24  )[\d.]+", "99.9", other)
    assert other != shipped
    assert masked(shipped) == masked(other)
