"""Which images an answer rests on, so that one whose tag has moved is found again.

An image is what this machine's engine has under its name; where it has none, what the registry
has. Registries are asked seldom: an answer counts for ten minutes.
"""

import time
from collections.abc import Iterable, Iterator

import msgspec

from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.registry import EngineRegistry
from stepdown.adapters.runs import open_run
from stepdown.dockerfile.document import read
from stepdown.errors import StepdownError
from stepdown.model.fleet import Used
from stepdown.model.trial import Outcome

_SECONDS = 600
_asked: dict[str, tuple[float, str]] = {}


def used(engine: DockerEngine, outcome: Outcome) -> tuple[Used, ...]:
    """Return the images under the old file and under every candidate that was tried."""
    names = (*read(outcome.plan.target.text).parent_images, outcome.plan.target.base)
    return _identified(engine, (*names, *(trial.candidate.image for trial in outcome.trials)))


def now(names: bytes) -> bytes:
    """Say what images are on this machine: a JSON list of names in, one of `Used` out."""
    wanted = msgspec.json.decode(names, type=tuple[str, ...])
    try:
        with open_run() as run, connect(run, target="images") as engine:
            return msgspec.json.encode(_identified(engine, wanted))
    except StepdownError:
        return b"[]"


def _identified(engine: DockerEngine, names: Iterable[str]) -> tuple[Used, ...]:
    return tuple(_each(engine, sorted({name for name in names if name and name != "scratch"})))


def _each(engine: DockerEngine, names: list[str]) -> Iterator[Used]:
    registry = engine.registry()
    for name in names:
        try:
            identity = engine.inspect(name).id
        except StepdownError:
            identity = _of_registry(registry, name)
        if identity:
            yield Used(image=name, identity=identity)


def _of_registry(registry: EngineRegistry, name: str) -> str:
    when, digest = _asked.get(name, (float("-inf"), ""))
    if time.monotonic() - when > _SECONDS:
        digest = registry.digest(name)
        _asked[name] = time.monotonic(), digest
    return digest
