"""What an application's expected.toml says must come out of a run, and the comparison with it."""

import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

import msgspec

from stepdown.flow import record
from stepdown.flow.others import MOVES
from stepdown.model.image import Value
from stepdown.model.surface import Change
from stepdown.model.trial import Outcome, Trial, Verdict

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/expected.toml"))
BREAKAGES = sorted(path.parent for path in ROOT.glob("examples/breakages/*/expected.toml"))
_TIMEOUT = 840  # seconds for a whole run


class Kind(StrEnum):
    """What a case is about.

    `breakage`: the tests, the start or the pages show it. `silent`: they stay the same, and yet
    something is broken. `healthy`: nothing is. `flaky` and `red`: nothing may be claimed.
    """

    EXAMPLE = "example"
    BREAKAGE = "breakage"
    SILENT = "silent"
    HEALTHY = "healthy"
    FLAKY = "flaky"
    RED = "red"


class Remedied(StrEnum):
    """How far a breakage is remedied: tried with success, an exact edit, words, or not at all.

    An edit that keeps the base is worth more than one that takes another.
    """

    PROVEN = "applied and proven"
    PROPOSED = "proposed as an exact edit"
    ELSEWHERE = "proposed as another base"
    ADVISED = "only advised"
    NOT = "not at all"


class ExpectedTrial(Value, frozen=True, kw_only=True):
    """One rung: its verdict (or those that may be), the causes, a piece of the evidence.

    One of `findings` must be named, and all of `every`. `repair` is a piece of the new Dockerfile
    that takes the cause away: where the rewrite has it from the start, the rung may work. `checks`
    are the states of some checks by name. `remedied` is the verdict of the last attempt where a
    remedy is applied.
    """

    image: str
    verdict: str | tuple[str, ...]
    findings: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    evidence: str = ""
    refusals: tuple[str, ...] = ()
    repair: str = ""
    checks: Mapping[str, str] = {}
    remedied: str = ""

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that are right for the rung as it is."""
        return (self.verdict,) if isinstance(self.verdict, str) else self.verdict

    @property
    def causes(self) -> frozenset[str]:
        """All causes that are right to name."""
        return frozenset((*self.findings, *self.every))

    def named(self, found: Collection[str]) -> bool:
        """Tell whether the causes that were found are those that must be."""
        one = not self.findings or not frozenset(self.findings).isdisjoint(found)
        return one and frozenset(self.every) <= frozenset(found)


class ExpectedSurface(Value, frozen=True, kw_only=True):
    """The keys of the rows that must be smaller on the answer."""

    smaller: tuple[str, ...] = ()


class Expected(Value, frozen=True, kw_only=True):
    """One expected.toml. `base` and `to` limit what is tried, `fast` is for the test suite."""

    kind: Kind = Kind.EXAMPLE
    fast: bool = False
    base: str = ""
    to: str = ""
    test: str = ""
    paths: tuple[str, ...] = ()
    answer: str = ""
    baseline: str | tuple[str, ...] = "green"
    test_timeout: int = 600
    trials: tuple[ExpectedTrial, ...] = ()
    surface: ExpectedSurface = ExpectedSurface()

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of `stepdown migrate` that make the run."""
        named = (("--base", self.base), ("--to", self.to), ("--test", self.test))
        words = [word for flag, value in named if value for word in (flag, value)]
        words += [word for path in self.paths for word in ("--path", path)]
        return (*words, "--test-timeout", str(self.test_timeout))


class Score(Value, frozen=True, kw_only=True):
    """What a run was worth, in the figures of the benchmark; None where it has no say."""

    caught: bool | None = None
    false_green: bool = False
    false_alarm: bool = False
    cause: bool | None = None
    remedied: Remedied | None = None
    no_claim: bool | None = None


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
        [sys.executable, "-m", "stepdown", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
    )
    assert saved.exists(), done.stderr
    return done.returncode, record.load(saved)


def compare(wanted: Expected, outcome: Outcome) -> None:
    """Assert that the outcome is as expected."""
    found = list(faults(wanted, outcome))
    assert not found, "\n".join(found)


def faults(wanted: Expected, outcome: Outcome) -> Iterator[str]:
    """Yield a sentence for everything that is not as expected, rung by rung."""
    if outcome.baseline.verdict not in _any(wanted.baseline):
        yield f"the baseline is {outcome.baseline.verdict}: {outcome.baseline.reason}"
        return
    if outcome.baseline.verdict != "green":
        if outcome.trials:
            yield "there are trials, though the baseline shows nothing"
        return
    for rung in wanted.trials:
        yield from _rung_faults(rung, _tried(rung, outcome))
    if wanted.answer:
        yield from _answer_faults(wanted, outcome.best)


def score(wanted: Expected, outcome: Outcome) -> Score:
    """Judge a run of a case by its kind."""
    tried = [(rung, trials) for rung in wanted.trials if (trials := _tried(rung, outcome))]
    match wanted.kind:
        case Kind.FLAKY | Kind.RED:
            return _unclaimed([trial.verdict for trial in outcome.trials])
        case Kind.HEALTHY | Kind.EXAMPLE:
            return Score(false_alarm=len(tried) < len(wanted.trials) or any(map(_alarm, tried)))
        case Kind.BREAKAGE | Kind.SILENT:
            return _seeded(wanted, tried)


_Tried = tuple[ExpectedTrial, tuple[Trial, ...]]
_WORST = tuple(reversed(Remedied))


def _tried(rung: ExpectedTrial, outcome: Outcome) -> tuple[Trial, ...]:
    """Return the attempts at a rung; a later one may have taken a sibling of its base."""
    trials = outcome.trials
    first = next((i for i, t in enumerate(trials) if t.candidate.image == rung.image), len(trials))
    again = takewhile(lambda trial: trial.attempt > 1, trials[first + 1 :])
    return (*trials[first : first + 1], *again)


def _any(word: str | tuple[str, ...]) -> tuple[str, ...]:
    return (word,) if isinstance(word, str) else word


def _alarm(tried: _Tried) -> bool:
    rung, trials = tried
    return trials[0].verdict not in rung.verdicts


def _unclaimed(verdicts: list[Verdict]) -> Score:
    green = Verdict.WORKS in verdicts
    alarm = Verdict.REGRESSION in verdicts or Verdict.INTERMITTENT in verdicts
    return Score(false_green=green, false_alarm=alarm, no_claim=not green and not alarm)


def _seeded(wanted: Expected, tried: list[_Tried]) -> Score:
    caught = len(tried) == len(wanted.trials) and all(_caught(*one) for one in tried)
    named = any(rung.causes for rung in wanted.trials)
    worst = min((_remedied(*one) for one in tried), key=_WORST.index, default=Remedied.NOT)
    return Score(
        caught=caught,
        false_green=any(_false_green(*one) for one in tried),
        cause=caught and all(_cause(*one) for one in tried) if named else None,
        remedied=(worst if caught else Remedied.NOT) if named else None,
    )


def _repaired(rung: ExpectedTrial, trial: Trial) -> bool:
    """Tell whether the rewrite took the cause away before it could do harm."""
    return bool(rung.repair) and rung.repair in trial.rewrite.text


def _caught(rung: ExpectedTrial, trials: tuple[Trial, ...]) -> bool:
    first = trials[0]
    works = first.verdict is Verdict.WORKS and _repaired(rung, first)
    return works or first.verdict in rung.verdicts


def _false_green(rung: ExpectedTrial, trials: tuple[Trial, ...]) -> bool:
    """A rung may only work where that is right, repaired by the rewrite or by a known remedy."""
    green = [trial for trial in trials if trial.verdict is Verdict.WORKS]
    if not green or Verdict.WORKS in rung.verdicts or _repaired(rung, green[0]):
        return False
    return green[0] is trials[0] or not {a.breakage for a in green[0].applied} & rung.causes


def _cause(rung: ExpectedTrial, trials: tuple[Trial, ...]) -> bool:
    """A rewrite that repairs a line, or refuses it in words alone, has named the cause with it."""
    first = trials[0]
    if _repaired(rung, first):
        return True
    refused = first.verdict is Verdict.NOT_BUILT and first.build is None
    return (refused and not first.findings) or rung.named(
        {finding.breakage for finding in first.findings}
    )


def _remedied(rung: ExpectedTrial, trials: tuple[Trial, ...]) -> Remedied:
    """Judge what was done or said about the right causes; a refusal's hint is advice."""
    first = trials[0]
    if trials[-1].verdict is Verdict.WORKS:
        return Remedied.PROVEN
    right = [f for f in first.findings if f.breakage in rung.causes]
    edits = {one.kind for finding in right for one in finding.remedies if one.lines}
    if edits:
        return Remedied.ELSEWHERE if edits <= MOVES else Remedied.PROPOSED
    hinted = first.build is None and any(refusal.hint for refusal in first.rewrite.refusals)
    return Remedied.ADVISED if hinted or any(f.remedies for f in right) else Remedied.NOT


def _rung_faults(rung: ExpectedTrial, trials: tuple[Trial, ...]) -> Iterator[str]:
    if not trials:
        yield f"{rung.image} was not tried"
        return
    first, last = trials[0], trials[-1]
    story = f"{rung.image}: {first.verdict}: {first.reason}"
    found = {finding.breakage: finding.evidence for finding in first.findings}
    if not _caught(rung, trials) or _false_green(rung, trials):
        yield story
    elif not _cause(rung, trials):
        yield f"{story}; found {found or 'nothing'}"
    if rung.evidence and not any(rung.evidence in line for line in found.values()):
        yield f"{story}; {rung.evidence!r} is in none of {found}"
    states = {run.check: run.state.value for run in first.checks}
    if {check: states.get(check, "") for check in rung.checks} != dict(rung.checks):
        yield f"{story}; the checks ended as {states}"
    known = [f"{r.fixer} {r.excerpt} {r.reason}" for r in first.rewrite.refusals]
    for refusal in rung.refusals:
        if not any(refusal in line for line in known):
            yield f"{story}; {refusal!r} was not refused, but {known}"
    if rung.remedied and last.verdict != rung.remedied:
        yield f"{rung.image} in the end: {last.verdict}: {last.reason}"


def _answer_faults(wanted: Expected, best: Trial | None) -> Iterator[str]:
    if best is None or best.candidate.image != wanted.answer:
        yield f"the answer is {best.candidate.image if best else 'nothing'}, not {wanted.answer}"
    elif best.delta is None:
        yield "the answer was not measured"
    else:
        rows = {row.key: row.change for row in best.delta.rows}
        for key in wanted.surface.smaller:
            if rows[key] is not Change.SMALLER:
                yield f"{key} is {rows[key]}"
