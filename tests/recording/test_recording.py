"""The whole wizard in a real terminal: it shows what was recorded, and what it finds is right."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import expected
import pytest
import record

from stepdown.flow.record import load
from stories import git

EXAMPLE = expected.ROOT / "examples/node-api"
SHIPPED = expected.ROOT / "src/stepdown/help/recording-node.md"
_MASKS = (
    (re.compile(r"\d+ min \d+ s|\d+(?:\.\d+)? s\b"), "TIME"),
    (re.compile(r"\b[0-9a-f]{12}\b|\b[0-9a-f]{7}\.\.[0-9a-f]{7}\b"), "COMMIT"),
    (re.compile(r"\b\d+ files\b"), "FILES"),  # images that are made anew differ by a few
    (re.compile(r", read before"), ""),  # of an image that an earlier run measured
)
OTHER = SHIPPED.with_name("recording-python.md")
_FRAME = re.compile(
    r"^(?:[A-Z][a-z ,-]+$|Read it again|Look at it|The answers|\? [WTB]\w+ \w+)", re.MULTILINE
)
_RUN = re.compile(r"^This run\n(?:  .*\n)+", re.MULTILINE)  # engine and time; wrapped anyhow


def masked(recording: str) -> Counter[str]:
    """Return the lines without times and commits; steps beside each other end in any order."""
    text = _RUN.sub("This run\n", recording)
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return Counter(text.splitlines())


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_the_wizard_shows_what_was_recorded() -> None:
    with record.recorded(EXAMPLE.name) as (page, repository):
        now, then = masked(page), masked(SHIPPED.read_text("utf-8"))
        assert (sorted(now - then), sorted(then - now)) == ([], [])
        saved = repository / ".git/stepdown"
        expected.compare(expected.read(EXAMPLE), load(saved / "record.json"))
        assert git(repository, "status", "--porcelain") == ""
        git(repository, "reset", "--quiet", "--hard", "HEAD~1")
        said = replayed(repository, saved / "plan.json")
    assert said.returncode == 0, said.stderr
    assert "gcr.io/distroless/nodejs24-debian13:nonroot" in said.stdout


def replayed(repository: Path, plan: Path) -> subprocess.CompletedProcess[str]:
    """Take the answers of an earlier run: nobody can be asked, because there is no terminal."""
    words = ["migrate", str(repository), "--plan", str(plan), "--dry-run"]
    return subprocess.run(
        [sys.executable, "-m", "stepdown", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )


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


def frame(recording: str) -> list[str]:
    """Return the words that the wizard says for every application: headings and questions."""
    return [found for found in _FRAME.findall(recording) if not found.startswith("? What shall")]


def test_the_other_recording_is_of_the_same_wizard() -> None:
    """Only one is made again by the tests; words that came or went show here."""
    assert frame(OTHER.read_text("utf-8")) == frame(SHIPPED.read_text("utf-8"))
