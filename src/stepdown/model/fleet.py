"""The nouns of a batch: what is worked on, where it stands, and how it ended."""

from enum import StrEnum

from stepdown.model.image import Value

TASK_SCHEMA = 1


class Entry(Value, frozen=True, kw_only=True):
    """One line of the selection: a repository, and what the user says of it.

    `repository` is a URL or an absolute path, never with credentials in it. `base` is the branch
    that the work is for, empty for the repository's own default. `dockerfile` and `context` are
    relative to its root; an empty `dockerfile` means every one that is found. `test` is a command,
    empty for the one that is discovered. `labels` (team, tier ...) group the reports.
    """

    repository: str
    base: str = ""
    dockerfile: str = ""
    context: str = ""
    test: str = ""
    labels: tuple[str, ...] = ()


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


class Task(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a worker is told; it travels as JSON and holds no secret.

    `key` names the entry in the ledger, `commit` is the one to work on, empty for the head of
    `entry.base`. `policy` is the user's choices (a `model.plan.Policy`) as JSON. `timeout` bounds
    the whole task, in seconds.
    """

    schema: int = TASK_SCHEMA
    batch: str
    key: str
    attempt: int
    entry: Entry
    commit: str = ""
    policy: str = ""
    profile: str = "untrusted"
    timeout: float = 1800


class Report(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a worker answers; it travels as JSON.

    `reason` is the result in one sentence. `base` is the image of the old file, `answer` that of
    the smallest base that works, with its tier. `fingerprint` is equal for equal work. `outcome` is
    the record of the run, gzip, base64, empty where there is none or where it is too large.
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
    fingerprint: str = ""
    outcome: str = ""
    log: str = ""
    worker: str = ""
    seconds: float = 0
