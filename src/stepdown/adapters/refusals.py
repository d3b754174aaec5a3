"""Containers that the engine does not start: whose fault it is, and the exit code for it."""

from docker.errors import APIError, ImageNotFound

from stepdown.adapters.connection import engine_failed, explanation
from stepdown.errors import StepdownError
from stepdown.ports import Exit

_MACHINE = (
    "no space left on device",
    "failed to set up container networking",
    "driver failed programming external connectivity",
    "failed to create endpoint",
    "failed to mount",
    "connection refused",
)
"""Words that speak of the machine, not of the image."""

_NOT_FOUND, _NOT_EXECUTABLE, _REFUSED = 127, 126, 125


def refusal(fault: APIError) -> str:
    """Return the engine's message where the image or its settings are at fault.

    Raises EngineError where the machine is, StepdownError where there is no such image.
    """
    text = explanation(fault)
    if isinstance(fault, ImageNotFound) or "No such image" in text:
        raise no_image(text) from fault
    if any(words in text.lower() for words in _MACHINE):
        engine_failed("starting a container", fault)
    return text


def no_image(text: str) -> StepdownError:
    """Make the error for an image that the engine does not have."""
    return StepdownError(
        "The engine has no such image.", details=text, hint="Pull it first: `docker pull IMAGE`."
    )


def refusal_code(message: str) -> int:
    """Return the exit code of `docker run` for a container that was not started.

    Source: docker/cli, cli/command/container/run.go, toStatusError.
    """
    if "executable file not found" in message or "no such file or directory" in message:
        return _NOT_FOUND
    if "permission denied" in message or "is a directory" in message:
        return _NOT_EXECUTABLE
    return _REFUSED


def refused_exit(message: str) -> Exit:
    """Return how a process ended that was not even started."""
    return Exit(exit_code=refusal_code(message), output="", refused=message)
