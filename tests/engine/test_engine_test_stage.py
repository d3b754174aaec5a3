"""Tests in a stage of their own: only one that stands on the shipped image proves anything."""

from pathlib import Path

import expected
import pytest

from stepdown.model.trial import CaseState, Pace

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

WORDS = ("--base", "node:24-alpine", "--target", "runtime", "--test", "node --test")


def test_a_stage_on_top_of_the_shipped_one(tmp_path: Path) -> None:
    copy = expected.repository(Path(__file__).with_name("staged"), tmp_path)
    more = ("--test-target", "test", "--timing", "1")
    code, outcome = expected.migrate(copy, tmp_path, *WORDS, *more)
    assert code == 0
    assert outcome.best is not None
    (run,) = [one for one in outcome.best.checks if one.check == "command"]
    assert run.tests is not None
    assert run.tests.named(CaseState.PASSED) == ("two is two",)
    timings = outcome.best.timings
    assert [one.what for one in timings] == ["the test command", "the first answer"]
    assert all(0 < one.before < 60 and 0 < one.after < 60 for one in timings)
    assert {one.pace for one in timings} == {Pace.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--test-target", "apart"), "apart is not built on the image that ships"),
        ((), "passed no test"),
    ],
)
def test_tests_elsewhere_are_no_evidence(tmp_path: Path, more: tuple[str, ...], words: str) -> None:
    copy = expected.repository(Path(__file__).with_name("staged"), tmp_path)
    code, outcome = expected.migrate(copy, tmp_path, *WORDS, *more)
    assert code == 11
    told = [outcome.baseline.reason]
    told += [m.text for run in outcome.baseline.checks for m in run.messages]
    assert any(words in text for text in told), told


def test_no_such_stage(tmp_path: Path) -> None:
    copy = expected.repository(Path(__file__).with_name("staged"), tmp_path)
    with pytest.raises(AssertionError, match="there is no stage 'nowhere'"):
        expected.migrate(copy, tmp_path, *WORDS, "--test-target", "nowhere")
