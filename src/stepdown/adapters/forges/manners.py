"""How a forge is asked: with a limit of time, with patience, never twice for the same thing."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from stepdown.adapters.forges.faults import Fault
from stepdown.errors import ForgeError

T = TypeVar("T")
_BUNDLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How patient we are.

    `timeout` seconds are the limit of one request, `attempts` counts the first one. Between two of
    them lies the time that the forge names, else a growing random one up to `pause`. A forge that
    wants to be left alone for more than `longest` seconds is an error at once, with that time in
    it. `spacing` is the time between two writes to GitHub. `polls` is how often we look for a fork
    that is being made, `poll` the seconds between.
    """

    timeout: float = 30
    attempts: int = 5
    pause: float = 20
    longest: float = 120
    spacing: float = 1
    polls: int = 60
    poll: float = 2
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask again while that may help. Only for what may be done twice."""
        return self._trying(_passes)(ask)

    def once(self, make: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Make something, and again where that may help, but never a second one.

        Where nobody knows whether it was made, `look` tells first.
        """

        def attempt() -> T:
            try:
                return make()
            except Fault as fault:
                if fault.unsure and (found := look()) is not None:
                    return found
                raise

        return self._trying(_passes)(attempt)

    def until(self, ready: Callable[[], T | None], what: str) -> T:
        """Look until something is there; raises ForgeError when that takes too long."""
        for turn in range(self.polls):
            if turn:
                self.sleep(self.poll)
            if (found := ready()) is not None:
                return found
        raise ForgeError(
            f"{what} is not ready after {self.polls * self.poll:.0f} seconds.",
            hint="Look at it in the forge's web pages, and run the same again later.",
            wait=self.polls * self.poll,
        )

    def _trying(self, passes: Callable[["Manners", BaseException], bool]) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            retry=retry_if_exception(lambda fault: passes(self, fault)),
            sleep=self.sleep,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome is not None else None
        if isinstance(fault, Fault) and fault.told and fault.wait is not None:
            return fault.wait
        return wait_random_exponential(multiplier=1, max=self.pause)(state)


def _passes(manners: Manners, fault: BaseException) -> bool:
    """Tell whether the same may go well a moment later."""
    if not isinstance(fault, Fault) or fault.wait is None:
        return False
    return not fault.told or fault.wait <= manners.longest


def bundle(environment: Mapping[str, str]) -> str:
    """Return the file or folder of certificates that the user names, empty for the usual ones."""
    return next((environment[name] for name in _BUNDLES if environment.get(name)), "")
