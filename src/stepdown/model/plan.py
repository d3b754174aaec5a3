"""Plans: what was found, what could be done, and which edits would do it."""

from enum import StrEnum

from stepdown.model.image import Libc, PackageManager, Tier, Value


class Command(Value, frozen=True, kw_only=True):
    """A command line and how it was found. `argv` is empty where it needs a shell."""

    text: str
    argv: tuple[str, ...] = ()
    source: str = ""


class Target(Value, frozen=True, kw_only=True):
    """One Dockerfile of one commit, and the stage that ships.

    `repository` is the absolute path of the work tree; `dockerfile` and `context` are relative to
    it, with forward slashes; `text` is the committed Dockerfile. `base` is the resolved external
    image under the shipping stage (stages that build on other stages are followed down) and
    `base_line` the line of the FROM that names it.
    """

    repository: str
    commit: str
    dockerfile: str
    context: str
    text: str
    stage: str
    base: str
    base_line: int
    family: str
    tier: Tier
    version: str = ""
    release: str = ""


class Facts(Value, frozen=True, kw_only=True):
    """What the repository says about the application.

    `static` is true where the shipped program is known to be linked statically, None if unknown.
    `ports` are those of EXPOSE; `update_bot` names the configured update bot, if any. `native`
    are the dependencies that carry compiled code, as far as lock files and known names tell.
    """

    language: str = ""
    language_version: str = ""
    test: Command | None = None
    ports: tuple[int, ...] = ()
    health: str = ""
    static: bool | None = None
    lock_files: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    update_bot: str = ""
    notes: tuple[str, ...] = ()


class Hazard(Value, frozen=True, kw_only=True):
    """A predicted breakage: its id in recipes/breakages, what points to it and what to do."""

    id: str
    evidence: str
    advice: str = ""


class Candidate(Value, frozen=True, kw_only=True):
    """A smaller base that could carry the application, with what is known about it."""

    image: str
    tier: Tier
    family: str
    libc: Libc
    shell: bool
    package_manager: PackageManager
    entrypoint: tuple[str, ...] = ()
    interpreter: str = ""
    interpreters: tuple[str, ...] = ()
    on_path: bool = True
    user: str = "root"
    workdir: str = "/"
    reasons: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    expected_packages: int | None = None
    expected_megabytes: float | None = None


class Skipped(Value, frozen=True, kw_only=True):
    """A rung that is not proposed, and why."""

    image: str
    tier: Tier
    reason: str


class Disposition(StrEnum):
    """Whether an edit is applied by itself."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Edit(Value, frozen=True, kw_only=True):
    """Replace text[start:end] (character offsets into the original) by `text`.

    `line` is 1-based in the original; `fixer` names the rule; `reason` is a sentence for people.
    """

    start: int
    end: int
    text: str
    line: int
    fixer: str
    reason: str
    disposition: Disposition = Disposition.SAFE


class Refusal(Value, frozen=True, kw_only=True):
    """A place that was left byte-identical, and why.

    `blocking` is true where the candidate cannot be built or run while the place stays as it is.
    """

    line: int
    excerpt: str
    fixer: str
    reason: str
    hint: str = ""
    blocking: bool = False


class Rewrite(Value, frozen=True, kw_only=True):
    """The Dockerfile for one candidate.

    `argument` is the build argument that selects the base, `original` the value that selects the
    old base. `proposed` holds unsafe edits that were not applied.
    """

    text: str
    argument: str
    original: str
    edits: tuple[Edit, ...] = ()
    proposed: tuple[Edit, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diff: str = ""


class Step(Value, frozen=True, kw_only=True):
    """One rung to try."""

    candidate: Candidate
    rewrite: Rewrite


class Policy(Value, frozen=True, kw_only=True):
    """The user's choices. Times in seconds. `to` is a tier's name or `smallest`."""

    to: str = "smallest"
    base: str = ""
    unsafe_fixes: bool = False
    form: str = "alias"
    paths: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    build_timeout: float = 1800
    test_timeout: float = 600
    start_timeout: float = 60
    stop_timeout: float = 10
    runs: int = 4
    attempts: int = 3


class Plan(Value, frozen=True, kw_only=True):
    """Everything that will be done, before anything is done."""

    target: Target
    facts: Facts
    policy: Policy
    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...] = ()
