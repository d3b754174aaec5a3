"""What happens during a run, as one typed stream with several readers."""

from collections.abc import Callable

from stepdown.model.image import Value


class StepStarted(Value, frozen=True, kw_only=True, tag="step_started"):
    """A piece of work began. `step` names it uniquely within the run."""

    step: str
    title: str


class StepOutput(Value, frozen=True, kw_only=True, tag="step_output"):
    """A line that the work printed."""

    step: str
    line: str


class StepFinished(Value, frozen=True, kw_only=True, tag="step_finished"):
    """The work ended. `ok` is None where it has no good or bad."""

    step: str
    title: str
    ok: bool | None
    summary: str
    seconds: float


class Note(Value, frozen=True, kw_only=True, tag="note"):
    """Something that people should know."""

    text: str


Event = StepStarted | StepOutput | StepFinished | Note
Emit = Callable[[Event], None]
