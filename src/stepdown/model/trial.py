"""Trials: one candidate built and checked beside the baseline, and what came of it."""

from enum import StrEnum

from stepdown.model.gate import GateResult
from stepdown.model.image import ImageConfig, Value
from stepdown.model.plan import Candidate, Plan, Prediction, Rewrite
from stepdown.model.recipe import Channel, Remedy
from stepdown.model.surface import Surface, SurfaceDelta
from stepdown.model.vulnerability import Inventory, Scan, ScanDelta


class Built(Value, frozen=True, kw_only=True, tag="built"):
    """A build that ended well. `image` is the tag under which the engine knows it."""

    image: str
    image_id: str
    seconds: float
    log: tuple[str, ...] = ()


class BuildFailed(Value, frozen=True, kw_only=True, tag="build_failed"):
    """A build that did not. `log` is the end of the build log; `reason` one sentence."""

    reason: str
    seconds: float
    log: tuple[str, ...] = ()
    exit_code: int | None = None
    timed_out: bool = False


class CheckState(StrEnum):
    """How one check ended on one image.

    `absent` means that there was nothing to check (no HEALTHCHECK, no port), `broken` that the
    check itself could not be carried out, which is evidence of nothing.
    """

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"
    BROKEN = "broken"


class Message(Value, frozen=True, kw_only=True):
    """A text and the channel on which it was seen."""

    channel: Channel
    text: str


class CaseState(StrEnum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Case(Value, frozen=True, kw_only=True, array_like=True):
    """One test of the application's own, by the name that its runner gives it."""

    name: str
    state: CaseState


class Tally(Value, frozen=True, kw_only=True):
    """What a test runner counted, where it says so.

    `cases` are the single tests as far as the runner names them; in its quiet form it names
    only what failed.
    """

    passed: int
    failed: int
    skipped: int = 0
    cases: tuple[Case, ...] = ()

    @property
    def total(self) -> int:
        """All tests that were collected."""
        return self.passed + self.failed + self.skipped

    def named(self, state: CaseState) -> tuple[str, ...]:
        """Return the names of the tests that ended so, as far as they are known."""
        return tuple(case.name for case in self.cases if case.state is state)


class CheckRun(Value, frozen=True, kw_only=True):
    """One check on one image.

    `facts` are the observations that are compared between the two sides (name, value), `messages`
    the texts in which a cause is looked for.
    """

    check: str
    state: CheckState
    summary: str
    seconds: float = 0
    facts: tuple[tuple[str, str], ...] = ()
    messages: tuple[Message, ...] = ()
    tests: Tally | None = None
    exit_code: int | None = None


class Finding(Value, frozen=True, kw_only=True):
    """One cause of one or more failed checks.

    `evidence` is the very line that shows it and `channel` where it was seen. `breakage` is an id
    of recipes/breakages, or `unknown`.
    """

    breakage: str
    title: str
    checks: tuple[str, ...]
    channel: Channel
    evidence: str
    cause: str
    remedies: tuple[Remedy, ...] = ()
    deterministic: bool = False


class Pace(StrEnum):
    """What the times of two images say of each other."""

    SLOWER = "slower"
    FASTER = "faster"
    INCONCLUSIVE = "inconclusive"


class Timing(Value, frozen=True, kw_only=True):
    """The time of one thing on both images, measured in turns on the same machine.

    `before` and `after` are medians in seconds. `ratio` is the median of after/before over the
    pairs, `low` and `high` its 95 % interval; `noise_low` and `noise_high` are the interval that
    the old image shows against itself.
    """

    what: str
    pairs: int
    before: float
    after: float
    ratio: float
    low: float
    high: float
    noise_low: float
    noise_high: float
    pace: Pace


class Verdict(StrEnum):
    """What may be said of a candidate. Only `works` is a success."""

    WORKS = "works"
    REGRESSION = "regression"
    INTERMITTENT = "intermittent"
    INCONCLUSIVE = "inconclusive"
    NOT_BUILT = "not_built"
    NO_EVIDENCE = "no_evidence"


class BaselineVerdict(StrEnum):
    """What may be said of the baseline. Only on `green` a claim about a candidate is made."""

    GREEN = "green"
    RED = "red"
    NOT_BUILT = "not_built"


class Baseline(Value, frozen=True, kw_only=True):
    """The application as it is today, on its old base.

    `confined` says which limit for untrusted repositories was in the way, empty where none was;
    `notes` are what else has to be known of the limits.
    """

    image: str
    build: Built | BuildFailed
    verdict: BaselineVerdict
    reason: str
    checks: tuple[CheckRun, ...] = ()
    surface: Surface | None = None
    inventory: Inventory | None = None
    notes: tuple[str, ...] = ()
    confined: str = ""
    seconds: float = 0


class Applied(Value, frozen=True, kw_only=True):
    """A remedy that was applied, for which finding."""

    breakage: str
    remedy: Remedy


class Blame(StrEnum):
    """Whether the rewrite or the base is at fault, from building the new file on the old base."""

    REWRITE = "rewrite"
    BASE = "base"
    UNKNOWN = "unknown"


class Trial(Value, frozen=True, kw_only=True):
    """One candidate, tried once. `reason` is the verdict in one sentence."""

    candidate: Candidate
    rewrite: Rewrite
    verdict: Verdict
    reason: str
    build: Built | BuildFailed | None = None
    checks: tuple[CheckRun, ...] = ()
    findings: tuple[Finding, ...] = ()
    surface: Surface | None = None
    delta: SurfaceDelta | None = None
    config: ImageConfig | None = None
    inventory: Inventory | None = None
    applied: tuple[Applied, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    timings: tuple[Timing, ...] = ()
    blame: Blame = Blame.UNKNOWN
    blame_reason: str = ""
    notes: tuple[str, ...] = ()
    attempt: int = 1
    seconds: float = 0


class Delivery(Value, frozen=True, kw_only=True):
    """The branch that carries the rewritten Dockerfile.

    `request` is the address of the merge request, empty where there is none.
    """

    repository: str
    branch: str
    commit: str
    dockerfile: str
    title: str
    request: str = ""


class EngineInfo(Value, frozen=True, kw_only=True):
    """The engine that did the work."""

    name: str
    version: str
    architecture: str
    builder: str
    storage: str = ""


class Outcome(Value, frozen=True, kw_only=True):
    """The record of a run; every report is rendered from it.

    `answer` is the position in `trials` of the smallest base that works, None if there is none.
    `started` is the time of the start in UTC, ISO 8601. `scans` compares the known vulnerabilities
    of the old image and of the answer where somebody asked for that, `scan` holds those of the old
    image where there is no answer. They have no say in any verdict. `gates` say how the answer
    keeps the limits of the policy; empty where there are none, or no answer.
    """

    schema: int = 1
    stepdown: str
    plan: Plan
    engine: EngineInfo
    baseline: Baseline
    trials: tuple[Trial, ...] = ()
    answer: int | None = None
    scan: Scan | None = None
    scans: ScanDelta | None = None
    gates: tuple[GateResult, ...] = ()
    delivery: Delivery | None = None
    started: str = ""
    seconds: float = 0

    @property
    def best(self) -> Trial | None:
        """The smallest base that works."""
        return None if self.answer is None else self.trials[self.answer]
