"""Starting the application in harder conditions, as clusters have them.

All of them run at the same time, each in its own container, by the image's own ENTRYPOINT, with
nothing added.
"""

import time
from contextlib import ExitStack
from enum import StrEnum

from stepdown.model.image import Healthcheck, Value
from stepdown.ports import Container, ContainerSpec
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side

_NO_HEALTHCHECK = Healthcheck(test=("NONE",))
_PRIVILEGED = 1024  # ports below need root, unless the engine says otherwise
_RANDOM_USER = "1000650000:0"  # OpenShift gives each project such a number, and the group root
_SYSCTL = (("net.ipv4.ip_unprivileged_port_start", str(_PRIVILEGED)),)
# The limit is for machines that are busy: what fails usually ends at once.
_POLL, _SETTLE, _LIMIT, _ANSWER = 0.2, 3.0, 30.0, 2.0
_SERVER_ERROR = 500


class Condition(StrEnum):
    """What is harder: Docker itself lets every user listen on low ports, clusters may not."""

    READ_ONLY = "read-only root"
    RANDOM_USER = "random user"
    LOW_PORT = "low port"


class Started(Value, frozen=True, kw_only=True):
    """Whether the application worked in a condition, and what it printed."""

    condition: Condition
    works: bool
    output: str


def conditions(asked: Endpoints, ports: tuple[str, ...]) -> tuple[Condition, ...]:
    """Return the conditions that matter for an application on these ports (`80/tcp`)."""
    hard = (Condition.READ_ONLY, Condition.RANDOM_USER)
    return (*hard, Condition.LOW_PORT) if low_ports(asked, ports) else hard


def low_ports(asked: Endpoints, ports: tuple[str, ...]) -> tuple[int, ...]:
    """Return those of the ports for which some engines want root."""
    named = (port.partition("/")[0] for port in ports)
    numbers = {*(int(port) for port in named if port.isdecimal()), asked.port or _PRIVILEGED}
    return tuple(sorted(number for number in numbers if number < _PRIVILEGED))


def start(
    rig: Rig, side: Side, asked: Endpoints, wanted: tuple[Condition, ...], *, answers: bool
) -> tuple[Started, ...]:
    """Start the application in each of `wanted`.

    Where it `answers` HTTP, that is what has to work; otherwise it has to stay up or to end well.
    """
    with ExitStack() as stack:
        containers = {
            condition: stack.enter_context(rig.engine.start(_spec(rig, side, asked, condition)))
            for condition in wanted
        }
        works = _watch(containers, asked, answers=answers)
        return tuple(
            Started(condition=one, works=works[one], output=containers[one].output())
            for one in wanted
        )


def _spec(rig: Rig, side: Side, asked: Endpoints, condition: Condition) -> ContainerSpec:
    return ContainerSpec(
        image=side.image,
        role=f"{side.role}-{condition.name.lower().replace('_', '-')}",
        environment=rig.policy.environment,
        healthcheck=_NO_HEALTHCHECK,
        ports=() if asked.port is None else (asked.port,),
        user=_RANDOM_USER if condition is Condition.RANDOM_USER else "",
        read_only=condition is Condition.READ_ONLY,
        sysctls=_SYSCTL if condition is Condition.LOW_PORT else (),
    )


def _watch(
    containers: dict[Condition, Container], asked: Endpoints, *, answers: bool
) -> dict[Condition, bool]:
    """Look at all of them in turn until each one is decided or the time is over."""
    port = asked.port if answers else None
    deadline = time.monotonic() + (_SETTLE if port is None else _LIMIT)
    decided: dict[Condition, bool] = {}
    while len(decided) < len(containers):
        late = time.monotonic() >= deadline
        for condition in containers.keys() - decided.keys():
            works = _works(containers[condition], asked.paths[0], port, late=late)
            if works is not None:
                decided[condition] = works
        time.sleep(0 if late else _POLL)
    return decided


def _works(container: Container, path: str, port: int | None, *, late: bool) -> bool | None:
    """Tell whether it works; None where that is not known yet."""
    state = container.state()
    if container.refused or not state.running:
        return not container.refused and port is None and state.exit_code == 0
    if port is None:
        return True if late else None
    answer = container.http(port, path, _ANSWER)
    if answer is not None and answer.status < _SERVER_ERROR:
        return True
    return False if late else None
