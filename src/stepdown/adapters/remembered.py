"""What registries answered, kept for a while: a fleet asks for the same few images over and over.

Registries count look-ups, and turn away who asks too often.
"""

import time
from collections.abc import Callable

from stepdown.adapters.registry import EngineRegistry
from stepdown.ports import Lookup, NotAsked, Registered, Registry

SECONDS = 3600.0
Answers = dict[tuple[str, str], tuple[float, Lookup]]
"""By image and platform: when it was asked, and the answer. Threads may share it."""


class RememberedRegistry(Registry):
    """Registries that are asked by an engine, once an hour for each image.

    `answers` outlives this object. What could not be asked is asked again the next time.
    """

    def __init__(self, registry: EngineRegistry, answers: Answers) -> None:
        self._registry = registry
        self._answers = answers

    def look_up(self, image: str, platform: str) -> Lookup:
        """Ask for an image, or repeat what was answered within the last hour."""
        return self._known(image, platform, lambda: self._registry.look_up(image, platform))

    def digest(self, image: str) -> str:
        """Return the digest of a tag, empty where it is not to be had now."""
        found = self._known(image, "", lambda: self._registry.digest(image))
        return found.digest if isinstance(found, Registered) else ""

    def _known(self, image: str, platform: str, ask: Callable[[], Lookup]) -> Lookup:
        when, answer = self._answers.get((image, platform), (float("-inf"), None))
        if answer is None or time.monotonic() - when > SECONDS:
            answer = ask()
            if not isinstance(answer, NotAsked):
                self._answers[image, platform] = time.monotonic(), answer
        return answer
