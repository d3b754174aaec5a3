"""Which images an answer rests on, so that one whose tag has moved is found again.

An image is what this machine's engine has under its name; where it has none, what the registry
has.
"""

from collections.abc import Iterable, Iterator

import msgspec

from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.remembered import Answers, RememberedRegistry
from stepdown.adapters.runs import open_run
from stepdown.dockerfile.document import read
from stepdown.errors import StepdownError
from stepdown.model.fleet import Used
from stepdown.model.trial import Outcome

_answers: Answers = {}


def registry(engine: DockerEngine) -> RememberedRegistry:
    """Return the registries as this engine sees them; what they answer, all tasks share."""
    return RememberedRegistry(engine.registry(), _answers)


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
    registries = registry(engine)
    for name in names:
        try:
            identity = engine.inspect(name).id
        except StepdownError:
            identity = registries.digest(name)
        if identity:
            yield Used(image=name, identity=identity)
