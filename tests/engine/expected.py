"""What an application's expected.toml says must come out of a run, and the comparison with it."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from stepdown.flow import record
from stepdown.model.image import Value
from stepdown.model.surface import Change
from stepdown.model.trial import Outcome, Trial

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/expected.toml"))
CASES = sorted(path.parent for path in ROOT.glob("tests/engine/cases/*/expected.toml"))


class ExpectedTrial(Value, frozen=True, kw_only=True):
    """One rung: its verdict (or those that may be), the causes, a piece of the evidence.

    `remedied` is the verdict of the last attempt where a remedy is applied.
    """

    image: str
    verdict: str | tuple[str, ...]
    findings: tuple[str, ...] = ()
    evidence: str = ""
    refusals: tuple[str, ...] = ()
    remedied: str = ""


class ExpectedSurface(Value, frozen=True, kw_only=True):
    """The keys of the rows that must be smaller on the answer."""

    smaller: tuple[str, ...] = ()


class Expected(Value, frozen=True, kw_only=True):
    """One expected.toml."""

    test: str = ""
    paths: tuple[str, ...] = ()
    answer: str = ""
    baseline: str | tuple[str, ...] = "green"
    test_timeout: int = 600
    trials: tuple[ExpectedTrial, ...] = ()
    surface: ExpectedSurface = ExpectedSurface()


def read(folder: Path) -> Expected:
    """Read a folder's expectation."""
    return msgspec.toml.decode((folder / "expected.toml").read_bytes(), type=Expected)


def repository(folder: Path, place: Path) -> Path:
    """Copy an application into a git repository of its own, with one commit."""
    copy = place / folder.name
    shutil.copytree(folder, copy)
    (copy / "expected.toml").unlink(missing_ok=True)
    for words in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("config", "user.name", "Test"),
        ("config", "user.email", "test@localhost"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "start"),
    ):
        subprocess.run(["git", "-C", str(copy), *words], check=True)
    return copy


def migrate(copy: Path, place: Path, *more: str) -> tuple[int, Outcome]:
    """Run the command line on a repository; return its exit code and the record."""
    saved = place / "record.json"
    words = ["migrate", str(copy), "--yes", "--record", str(saved), *more]
    done = subprocess.run(
        [sys.executable, "-m", "stepdown", *words], check=False, capture_output=True, text=True
    )
    assert saved.exists(), done.stderr
    return done.returncode, record.load(saved)


def compare(wanted: Expected, outcome: Outcome) -> None:
    """Assert that the outcome is as expected, rung by rung."""
    assert outcome.baseline.verdict in _any(wanted.baseline), outcome.baseline.reason
    if outcome.baseline.verdict != "green":
        assert outcome.trials == ()
        return
    for rung in wanted.trials:
        tried = [t for t in outcome.trials if t.candidate.image == rung.image]
        assert tried, f"{rung.image} was not tried"
        _compare_first(rung, tried[0])
        if rung.remedied:
            assert tried[-1].verdict == rung.remedied, tried[-1].reason
    if wanted.answer:
        assert outcome.best is not None
        assert outcome.best.candidate.image == wanted.answer
        _compare_surface(wanted.surface, outcome.best)


def _any(word: str | tuple[str, ...]) -> tuple[str, ...]:
    return (word,) if isinstance(word, str) else word


def _compare_first(rung: ExpectedTrial, trial: Trial) -> None:
    story = f"{rung.image}: {trial.verdict}: {trial.reason}"
    assert trial.verdict in _any(rung.verdict), story
    found = {finding.breakage for finding in trial.findings}
    if rung.findings and trial.verdict == "regression":
        assert found & set(rung.findings), f"{story}; {found}"
    if rung.evidence:
        assert any(rung.evidence in f.evidence for f in trial.findings), trial.findings
    for refusal in rung.refusals:
        known = [f"{r.fixer} {r.excerpt} {r.reason}" for r in trial.rewrite.refusals]
        assert any(refusal in line for line in known), known


def _compare_surface(wanted: ExpectedSurface, trial: Trial) -> None:
    assert trial.delta is not None
    rows = {row.key: row.change for row in trial.delta.rows}
    assert {key: rows[key] for key in wanted.smaller} == dict.fromkeys(
        wanted.smaller, Change.SMALLER
    )
