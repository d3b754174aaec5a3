"""What can be done to one container, by its id."""

from contextlib import suppress

import msgspec
import requests
from docker import APIClient
from docker.errors import APIError

from stepdown.adapters.answers import ContainerAnswer
from stepdown.adapters.connection import FAULTS, endpoint, engine_faults
from stepdown.adapters.refusals import refusal


def create(api: APIClient, body: dict[str, object]) -> str:
    """Make a container and return its id. Raises docker's APIError."""
    answer = api.create_container_from_config(body)  # type: ignore[no-untyped-call]
    return str(answer["Id"])


def launch(api: APIClient, identity: str) -> str:
    """Start a container that was made; return the engine's message where it refuses."""
    with engine_faults("starting a container"):
        try:
            api.start(identity)
        except APIError as fault:
            return refusal(fault)
    return ""


def look(api: APIClient, identity: str) -> ContainerAnswer:
    """Inspect a container."""
    with engine_faults("looking at a container"):
        return msgspec.convert(api.inspect_container(identity), ContainerAnswer)


def wait(api: APIClient, identity: str, timeout: float) -> int | None:
    """Wait for a container's end; return its exit code, None where it still runs."""
    with suppress(requests.RequestException):  # of whatever kind: the state is asked for anyway
        url = endpoint(api, f"/containers/{identity}/wait")
        api.post(url, timeout=max(timeout, 0.001)).close()
    state = look(api, identity).state
    return None if state.running else state.exit_code


def kill(api: APIClient, identity: str, signal: str) -> None:
    """Send a signal; a container that has just ended is left as it is."""
    with engine_faults("sending a signal to a container"):
        try:
            api.kill(identity, signal=signal)
        except APIError:
            if look(api, identity).state.running:
                raise


def remove(api: APIClient, identity: str) -> None:
    """Remove a container with its anonymous volumes, whatever it does.

    A failure is not the news here: the end of the run removes it again, by its label, and says so.
    """
    if identity:
        with suppress(*FAULTS):
            api.remove_container(identity, force=True, v=True)
