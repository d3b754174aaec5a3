"""Plans: what was found, what could be done, and which edits would do it."""

from enum import StrEnum

import msgspec

from stepdown.model.facts import Facts, Target
from stepdown.model.gate import Gate, Waiver
from stepdown.model.image import Libc, PackageManager, Tier, Value


class Hazard(Value, frozen=True, kw_only=True):
    """A predicted breakage: its id in recipes/breakages, what points to it and what to do.

    `line` is that of the Dockerfile where the evidence stands there. `subjects` are the packages,
    programs or values in question, where the prediction is about some.
    """

    id: str
    evidence: str
    advice: str = ""
    line: int | None = None
    subjects: tuple[str, ...] = ()


class Fate(StrEnum):
    """What came of a prediction.

    `averted` is one that did not come true after its line was rewritten, `untested` one that could
    not have shown because the candidate was not checked.
    """

    CONFIRMED = "confirmed"
    AVERTED = "averted"
    NOT_SEEN = "not_seen"
    UNTESTED = "untested"


class Prediction(Value, frozen=True, kw_only=True):
    """A hazard and what came of it; `evidence` is the line of the finding that confirms it."""

    hazard: Hazard
    fate: Fate
    evidence: str = ""


class Candidate(Value, frozen=True, kw_only=True):
    """A smaller base that could carry the application, with what is known about it.

    `ended` is the day on which its security fixes ended, empty where it still gets some.
    """

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
    ended: str = ""


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
    `unresolved` are Debian packages whose name on Alpine nobody knows. `breakage` is the id in
    recipes/breakages of what would break here, empty where it is none of them.
    """

    line: int
    excerpt: str
    fixer: str
    reason: str
    hint: str = ""
    blocking: bool = False
    unresolved: tuple[str, ...] = ()
    breakage: str = ""


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


class BuildSecret(Value, frozen=True, kw_only=True):
    """A build secret by reference: the variable or the file that holds it, never its value."""

    id: str
    env: str = ""
    file: str = ""


class Policy(Value, frozen=True, kw_only=True):
    """The user's choices. Times in seconds. `to` is a tier's name or `smallest`.

    `test_stage` is a stage on top of the one that ships, in which the tests run, empty for none;
    `junit` is the path, in the image, of the JUnit XML report that the test command writes;
    `accepted` are the unsafe edits that the user agreed to one by one, as `fixer:line`;
    `private` are the variables of `environment` whose values no record and no report may hold;
    `packages` are Alpine's names for Debian packages, as the user knows them;
    `copies` are absolute paths that a split copies besides what it finds, `leaves` those that stay;
    `timing` is the number of turns in which times are compared, 0 for none.

    How far down it goes: `limit` is the lowest tier that is ever proposed. `exposure` is public or
    internal; for an internal service a gain below 10 % is not worth a step, unless `min_gain` (in
    percent) says otherwise. `debugging` is `shell` where people need one inside of the container.
    `tools` are programs that have to be in the image. `vendors` are those whose images may be
    proposed beside the family's own, `libcs` the C libraries that are allowed (empty: all), and
    `approved_only` leaves the user's own recipes. `max_packages` bounds the OS packages of a base.
    `day` is the date, as in 2026-11-30, on which support is judged; empty: it is not judged.

    `arguments` and `secrets` are given to every build. `gates` are limits for the image that ships;
    they do not choose it, they judge it. `waivers` accept a gate or a finding until their day.
    """

    to: str = "smallest"
    base: str = ""
    unsafe_fixes: bool = False
    accepted: tuple[str, ...] = ()
    packages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    copies: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    form: str = "alias"
    test_stage: str = ""
    junit: str = ""
    paths: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    private: tuple[str, ...] = ()
    build_timeout: float = 1800
    test_timeout: float = 600
    start_timeout: float = 60
    stop_timeout: float = 10
    runs: int = 4
    timing: int = 0
    attempts: int = 3
    limit: str = ""
    exposure: str = ""
    debugging: str = ""
    tools: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    libcs: tuple[Libc, ...] = ()
    approved_only: bool = False
    min_gain: float | None = None
    max_packages: int | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    secrets: tuple[BuildSecret, ...] = ()
    gates: tuple[Gate, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    day: str = ""

    def accepts(self, fixer: str, line: int) -> bool:
        """Tell whether an unsafe edit of `fixer` at `line` may be applied."""
        return self.unsafe_fixes or f"{fixer}:{line}" in self.accepted

    def withheld(self) -> "Policy":
        """Return the choices without the values of private variables, as they may be written."""
        kept = tuple((n, "" if n in self.private else v) for n, v in self.environment)
        return msgspec.structs.replace(self, environment=kept)


class Plan(Value, frozen=True, kw_only=True):
    """Everything that will be done, before anything is done."""

    target: Target
    facts: Facts
    policy: Policy
    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...] = ()
