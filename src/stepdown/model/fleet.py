"""The nouns of a batch: what is worked on, where it stands, and how it ended."""

from enum import StrEnum

from stepdown.model.image import Value

TASK_SCHEMA = 1


class Entry(Value, frozen=True, kw_only=True):
    """One line of the selection: a repository, and what the user says of it.

    `repository` is a URL or an absolute path, never with credentials in it. `base` is the branch
    that the work is for, empty for the repository's own default. `dockerfile` and `context` are
    relative to its root; an empty `dockerfile` means every one that is found (below `context`, if
    that is given). An empty `context` is the folder of the Dockerfile. `test` is a command, empty
    for the one that is discovered. `labels` (team, tier ...) group the reports.
    """

    repository: str
    base: str = ""
    dockerfile: str = ""
    context: str = ""
    test: str = ""
    labels: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: the last two parts of the repository, and the Dockerfile."""
        path = self.repository.removesuffix("/").removesuffix(".git")
        short = "/".join(part for part in path.replace(":", "/").split("/") if part).split("/")[-2:]
        return "/".join(short) + (f" {self.dockerfile}" if self.dockerfile else "")


class State(StrEnum):
    """Where an entry of the ledger stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"


class Result(StrEnum):
    """How the evaluation of one Dockerfile ended. Only `improved` is a success.

    `nothing_to_gain`: no smaller base is proposed. `broken`: no candidate works. `no_evidence`:
    nothing could be checked, or the runs disagreed. `needs_attention`: lines that stepdown does
    not understand stand in the way, or its settings are wrong. `unknown_base`: no recipe knows the
    base. `baseline_red` and `baseline_not_built` say that the
    repository is broken as it is. `infrastructure` is the only one that is tried again by itself.
    """

    IMPROVED = "improved"
    NOTHING_TO_GAIN = "nothing_to_gain"
    NO_DOCKERFILE = "no_dockerfile"
    NEEDS_ATTENTION = "needs_attention"
    UNKNOWN_BASE = "unknown_base"
    BROKEN = "broken"
    NO_EVIDENCE = "no_evidence"
    BASELINE_RED = "baseline_red"
    BASELINE_NOT_BUILT = "baseline_not_built"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"
    INFRASTRUCTURE = "infrastructure"
    FAILED = "failed"


CLEAN = frozenset((Result.IMPROVED, Result.NOTHING_TO_GAIN, Result.NO_DOCKERFILE, Result.SKIPPED))
"""Results after which nobody has to look at the repository."""

TROUBLE = frozenset(
    (Result.BASELINE_NOT_BUILT, Result.TIMEOUT, Result.INFRASTRUCTURE, Result.FAILED)
)
"""Results that, when there are many, point to the environment and not to the repositories."""


class Gain(Value, frozen=True, kw_only=True):
    """One measure before and after; None where it is unknown. `key` is that of the surface card."""

    key: str
    before: int | None
    after: int | None


class Cause(Value, frozen=True, kw_only=True):
    """Why a candidate failed: a breakage's id, its title, the image and what it is about.

    `tier` is that of the image, empty where it is not told. `subject` may name several things, with
    ", " between. Causes that share breakage, subject and tier are one cause to the fleet.
    """

    breakage: str
    title: str
    image: str
    tier: str = ""
    evidence: str = ""
    subject: str = ""


class Work(StrEnum):
    """What a task is: to look which Dockerfiles a repository has, or to evaluate one of them."""

    SCOUT = "scout"
    EVALUATE = "evaluate"


class Task(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a worker is told; it travels as JSON and holds no secret.

    `key` names the entry in the ledger, `commit` is the one to work on, empty for the head of
    `entry.base`. `known` is the head that was seen before: where a scout finds it again, there is
    nothing to look at. `options` holds the flags that the user gave as a JSON object, by the names
    of their fields in `cli.options.Options`. `timeout` bounds the whole task, in seconds.
    """

    schema: int = TASK_SCHEMA
    work: Work = Work.EVALUATE
    batch: str
    key: str
    attempt: int
    entry: Entry
    commit: str = ""
    known: str = ""
    options: str = "{}"
    profile: str = "untrusted"
    timeout: float = 1800


class Found(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A Dockerfile that a scout found, with the digest of its bytes and the base that it names."""

    dockerfile: str
    digest: str
    base: str = ""


class Scouted(Value, frozen=True, kw_only=True, forbid_unknown_fields=False, tag="scouted"):
    """What a scout answers; it travels as JSON.

    `branch` is the one that `commit` is the head of. `unchanged` is true where `commit` is the one
    that was known; then `found` is empty and what was found before still holds.
    """

    schema: int = TASK_SCHEMA
    key: str
    commit: str
    branch: str = ""
    unchanged: bool = False
    found: tuple[Found, ...] = ()
    worker: str = ""
    seconds: float = 0


class Used(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An image by the name that a Dockerfile has for it, and what it was: an id or a digest."""

    image: str
    identity: str


class Report(Value, frozen=True, kw_only=True, forbid_unknown_fields=False, tag="report"):
    """What an evaluation answers, and a scout that ended early; it travels as JSON.

    `reason` is the result in one sentence. `base` is the image of the old file, `answer` that of
    the smallest base that works, with its tier. `images` are those that it rests on. `fingerprint`
    is equal for equal work. `outcome` is the record of the run, gzip, base64, empty where there is
    none or where it is too large. `log` is the end of the task's log, gzip, base64.
    """

    schema: int = TASK_SCHEMA
    key: str
    result: Result
    reason: str
    hint: str = ""
    commit: str = ""
    base: str = ""
    answer: str = ""
    tier: str = ""
    gains: tuple[Gain, ...] = ()
    causes: tuple[Cause, ...] = ()
    images: tuple[Used, ...] = ()
    fingerprint: str = ""
    outcome: str = ""
    log: str = ""
    worker: str = ""
    seconds: float = 0


Answer = Report | Scouted


class Started(Value, frozen=True, kw_only=True, tag="started"):
    """An entry is being worked on."""

    key: str
    name: str
    work: Work
    attempt: int


class Step(Value, frozen=True, kw_only=True, tag="step"):
    """What a task does at the moment. It travels from the worker to the driver as JSON."""

    batch: str
    key: str
    text: str
    worker: str = ""


class Finished(Value, frozen=True, kw_only=True, tag="finished"):
    """A task ended. `again` is true where it will be tried once more."""

    key: str
    name: str
    work: Work
    result: Result | None
    reason: str
    answer: str = ""
    seconds: float = 0
    again: bool = False


class Told(Value, frozen=True, kw_only=True, tag="told"):
    """Something that people should know about the batch."""

    text: str


BatchEvent = Started | Step | Finished | Told
