"""Every way in which stepdown stops: one tree, each error with its words and its exit code.

A failed candidate is not an error, it is a value (see `stepdown.model`). An exception means that
the work cannot continue.
"""


class StepdownError(Exception):
    """Stepdown cannot continue.

    `brief` is one line for everybody, `details` is the evidence (may be long or empty) and `hint`
    says what to do next. `exit_code` is the exit code of the process.
    """

    exit_code = 1

    def __init__(self, brief: str, *, details: str = "", hint: str = "") -> None:
        super().__init__(brief)
        self.brief = brief
        self.details = details
        self.hint = hint


class UsageError(StepdownError):
    """The command line or an answer is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file is wrong: an unknown key, a wrong type, a path that leaves the tree."""


class NothingToDoError(StepdownError):
    """There is no Dockerfile, or no smaller base exists for it."""

    exit_code = 3


class EngineError(StepdownError):
    """No usable container engine, or it went away."""

    exit_code = 4


class RepositoryError(StepdownError):
    """The git repository is not in a state in which work can start or be delivered."""


class DiskFullError(StepdownError):
    """There is no space left, here or on the engine."""


class UntrustedError(StepdownError):
    """A repository wants what is not given to one that is not trusted."""


class CloneError(RepositoryError):
    """A repository cannot be cloned: it is not there, not allowed, empty or too large."""


class NoCommitError(CloneError):
    """A repository is empty, or has no such branch."""


class PassingCloneError(CloneError):
    """A repository could not be cloned for a reason that may pass: the network, a busy server."""


class DockerfileError(StepdownError):
    """The Dockerfile cannot be read, or BuildKit would refuse it."""


class UnknownBaseError(StepdownError):
    """The recipes do not know the base image, so no rung can be proposed."""


class RecipeError(StepdownError):
    """A file under recipes/ or a user's recipe does not follow its schema."""


class RecordError(StepdownError):
    """A saved record cannot be read."""


class WorkersLostError(StepdownError):
    """All who could do the work of a batch are gone, and stay away."""


class LedgerError(StepdownError):
    """The ledger of a batch cannot be opened, is in use, or is of another version."""


class ForgeError(StepdownError):
    """A forge refused, or cannot be reached.

    `wait` is the number of seconds after which the forge wants to be asked again, None where that
    would not help.
    """

    def __init__(
        self, brief: str, *, details: str = "", hint: str = "", wait: float | None = None
    ) -> None:
        super().__init__(brief, details=details, hint=hint)
        self.wait = wait


class Interrupted(StepdownError, KeyboardInterrupt):  # noqa: N818  (the user asked for it)
    """The user or the system asked to stop.

    It is a KeyboardInterrupt as well, because an event loop swallows every other exception that a
    signal raises in the midst of a callback.
    """

    exit_code = 130
