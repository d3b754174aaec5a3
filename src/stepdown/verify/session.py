"""The checks of the running application: `start`, `http`, `healthcheck` and `stop`.

The image starts by its own ENTRYPOINT and CMD, with nothing added to it. All four are observed on
one container, in the order in which they happen in production. Only before the stop, when it has
answered everything, the probe looks into it.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import msgspec

from stepdown.model.image import Healthcheck, Value
from stepdown.model.plan import Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.ports import Container, ContainerSpec, ContainerState, HttpAnswer
from stepdown.verify.side import Rig, Side

CHANGES = "changes"  # the value of a fact that is not compared
START, HTTP, HEALTH, STOP = "start", "http", "healthcheck", "stop"
_STATUS = " status"
_POLL = 0.2
_SETTLE = 3.0  # seconds for which an application without a port must stay up
_ANSWER = 10.0  # seconds for one request
_SERVER_ERROR = 500  # statuses from here on are no sign of an application at work
_PROBES = 5  # failed health probes of a running application that count as unhealthy
_SHOWN = 300  # characters of a job's output that are quoted
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_URL = re.compile(r"https?://[^/\s\"']+?(?::(\d+))?(/[^\s\"'|);,]*)")


class Endpoints(Value, frozen=True, kw_only=True):
    """What is asked for over HTTP: a port (None: nothing) and paths."""

    port: int | None
    paths: tuple[str, ...]


def endpoints(side: Side, ports: tuple[int, ...], policy: Policy) -> Endpoints:
    """Return the user's paths, or `/` and the health check's, on the first port.

    `ports` are those of the Dockerfile; without any, the base may have exposed one.
    """
    found = _URL.search(" ".join(side.config.healthcheck.test)) if side.config.healthcheck else None
    named = int(found[1]) if found and found[1] else None
    inherited = (int(port.partition("/")[0]) for port in side.config.ports if "/udp" not in port)
    ports = ports or tuple(inherited)
    paths = policy.paths or tuple(dict.fromkeys(("/", *([found[2]] if found else []))))
    return Endpoints(port=named or next(iter(ports), None), paths=paths)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A running application: what it showed so far, and `stop`, which returns all the checks.

    To stop may take long, and it may be called from another thread. `container` is for what is
    looked at when nothing more is asked of the application.
    """

    runs: tuple[CheckRun, ...]
    container: Container
    stop: Callable[[], tuple[CheckRun, ...]]

    @property
    def running(self) -> bool:
        """Whether there is anything to stop."""
        return len(self.runs) > 1


@contextmanager
def observe(rig: Rig, side: Side, asked: Endpoints, *, answers: bool = True) -> Iterator[Observed]:
    """Start `side` and observe it; its container lasts as long as the context.

    `answers` is false where the baseline did not speak HTTP, so that nothing is compared; the
    application is watched for as long as the baseline was.
    """
    with rig.engine.start(_spec(side, asked, rig.policy)) as container:
        if container.refused:
            refused = (_refused(container.refused),)
            yield Observed(runs=refused, container=container, stop=lambda: refused)
            return
        runs = _watched(container, side, asked, rig.policy, answers=answers)
        stop = partial(_ended, container, runs, rig.policy)
        yield Observed(runs=runs, container=container, stop=stop)


def check(rig: Rig, side: Side, asked: Endpoints, *, answers: bool = True) -> tuple[CheckRun, ...]:
    """Start `side`, observe it and stop it."""
    with observe(rig, side, asked, answers=answers) as observed:
        return observed.stop()


def steady(first: CheckRun, again: CheckRun | None) -> CheckRun:
    """Mark the facts of `first` that came out otherwise `again` as changing by themselves.

    A status never does, and a second look that failed shows nothing.
    """
    if again is None or again.state is not CheckState.PASSED:
        return first
    now = dict(again.facts)
    facts = tuple(
        (name, old if now.get(name) == old or name.endswith(_STATUS) else CHANGES)
        for name, old in first.facts
    )
    return msgspec.structs.replace(first, facts=facts)


def _watched(
    container: Container, side: Side, asked: Endpoints, policy: Policy, *, answers: bool
) -> tuple[CheckRun, ...]:
    began = time.monotonic()
    state = _wait(container, asked, policy.start_timeout)
    started = _start(container, state, time.monotonic() - began)
    if not state.running:
        return (started,)
    port = asked.port if answers else None
    return (started, _http(container, asked, port), _health(container, side, policy))


def _ended(
    container: Container, runs: tuple[CheckRun, ...], policy: Policy
) -> tuple[CheckRun, ...]:
    """Stop what was running; only then the output is whole."""
    every = (*runs, _stop(container, policy)) if len(runs) > 1 else runs
    output = Message(channel=Channel.LOG, text=container.output())
    return tuple(_with(run, output) for run in every)


def _spec(side: Side, asked: Endpoints, policy: Policy) -> ContainerSpec:
    health = side.config.healthcheck
    return ContainerSpec(
        image=side.image,
        role=f"{side.role}-start",
        environment=policy.environment,
        healthcheck=health and _brisk(health, policy),
        ports=() if asked.port is None else (asked.port,),
    )


def _brisk(health: Healthcheck, policy: Policy) -> Healthcheck:
    """Ask every second: the usual 30 seconds would only make both sides wait."""
    return Healthcheck(
        test=health.test,
        interval=1,
        timeout=health.timeout or _ANSWER,
        start_period=health.start_period,
        retries=max(health.retries, int(policy.start_timeout)),
    )


def _refused(reason: str) -> CheckRun:
    return CheckRun(
        check=START,
        state=CheckState.FAILED,
        summary=f"the engine could not start it: {reason}",
        facts=(("state", "refused"),),
        messages=(Message(channel=Channel.DAEMON, text=reason),),
    )


def _with(run: CheckRun, output: Message) -> CheckRun:
    if run.check in (STOP, HEALTH) and run.state is not CheckState.FAILED:
        return run
    return msgspec.structs.replace(run, messages=(*run.messages, output))


def _wait(container: Container, asked: Endpoints, limit: float) -> ContainerState:
    """Wait until the application answers, ends, or has been up for long enough."""
    port, path = asked.port, asked.paths[0]
    deadline = time.monotonic() + (_SETTLE if port is None else limit)
    while True:
        state = container.state()
        if not state.running or time.monotonic() >= deadline:
            return state
        if port is not None and container.http(port, path, 1.0) is not None:
            return state
        time.sleep(_POLL)


def _start(container: Container, state: ContainerState, seconds: float) -> CheckRun:
    state = container.state()
    good = state.running or state.exit_code == 0
    end = "running" if state.running else f"exit {state.exit_code}"
    memory = ", out of memory" if state.out_of_memory else ""
    return CheckRun(
        check=START,
        state=CheckState.PASSED if good else CheckState.FAILED,
        summary="it stays up" if state.running else f"it ended with {end}{memory}",
        seconds=seconds,
        facts=(("state", end), *(() if state.running else _printed(container.output()))),
        exit_code=state.exit_code,
    )


def _printed(output: str) -> tuple[tuple[str, str], ...]:
    """Return what a job printed, which is often all that it does; the order is left to chance.

    Where a number changes from run to run, the rest still has to be the same.
    """
    lines = sorted(line.rstrip() for line in output.splitlines())
    text = "\n".join(line for line in lines if line)
    return (("output", _short(text)), ("output but numbers", _short(_NUMBER.sub("0", text))))


def _short(text: str) -> str:
    if len(text) <= _SHOWN:
        return text or "nothing"
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
    return f"{text[:_SHOWN]}... ({text.count(chr(10)) + 1} lines, sha256 {digest})"


def _http(container: Container, asked: Endpoints, port: int | None) -> CheckRun:
    if port is None:
        return CheckRun(
            check=HTTP, state=CheckState.ABSENT, summary="no port is known to answer HTTP"
        )
    began = time.monotonic()
    facts: list[tuple[str, str]] = []
    silent = []
    for path in asked.paths:
        first, second = (container.http(port, path, _ANSWER) for _ in range(2))
        if first is None or second is None:
            silent.append(path)
        else:
            facts += _observed(path, first, second)
    statuses = [value for name, value in facts if name.endswith(_STATUS)]
    broken = bool(statuses) and all(int(status) >= _SERVER_ERROR for status in statuses)
    shown = ", ".join(f"{k} {v}" for k, v in facts if k.endswith(_STATUS))
    summary = f"port {port}: {shown}".replace(f"{_STATUS} ", " ")
    if silent:
        summary = f"no HTTP answer on port {port} for {', '.join(silent)}"
    return CheckRun(
        check=HTTP,
        state=CheckState.FAILED if silent or broken else CheckState.PASSED,
        summary=summary,
        seconds=time.monotonic() - began,
        facts=tuple(facts),
        messages=tuple(Message(channel=Channel.HTTP, text=f"{k}: {v}") for k, v in facts),
    )


def _observed(path: str, first: HttpAnswer, second: HttpAnswer) -> list[tuple[str, str]]:
    """Return what is compared; of a body that changes by itself only whether it is empty."""
    headers = {name.lower(): value for name, value in first.headers}
    digest = hashlib.sha256(first.body).hexdigest()[:16]
    same = first.body == second.body
    return [
        (f"GET {path}{_STATUS}", str(first.status)),
        (f"GET {path} content type", headers.get("content-type", "none")),
        (f"GET {path} empty body", "no" if first.body else "yes"),
        (f"GET {path} body", f"{len(first.body)} bytes, sha256 {digest}" if same else CHANGES),
    ]


def _health(container: Container, side: Side, policy: Policy) -> CheckRun:
    test = side.config.healthcheck.test if side.config.healthcheck else ()
    if not test or test[0] == "NONE":
        return CheckRun(check=HEALTH, state=CheckState.ABSENT, summary="there is no HEALTHCHECK")
    began = time.monotonic()
    state = container.state()
    while state.running and state.health != "healthy" and not _hopeless(state):
        if time.monotonic() - began > policy.start_timeout:
            break
        time.sleep(_POLL)
        state = container.state()
    log = tuple(Message(channel=Channel.HEALTH, text=text) for _, text in state.health_log[-3:])
    good = state.health == "healthy"
    return CheckRun(
        check=HEALTH,
        state=CheckState.PASSED if good else CheckState.FAILED,
        summary="healthy" if good else f"it does not become healthy: {_last(state)}",
        seconds=time.monotonic() - began,
        messages=() if good else log,
    )


def _hopeless(state: ContainerState) -> bool:
    recent = state.health_log[-_PROBES:]
    failed = len(recent) == _PROBES and all(code != 0 for code, _ in recent)
    return state.health == "unhealthy" or failed


def _last(state: ContainerState) -> str:
    return state.health_log[-1][1].strip() if state.health_log else "no probe ended in time"


def _stop(container: Container, policy: Policy) -> CheckRun:
    state = container.state()
    if not state.running:
        return CheckRun(
            check=STOP,
            state=CheckState.FAILED,
            summary=f"it ended by itself (exit {state.exit_code}) while it was being checked",
            exit_code=state.exit_code,
        )
    stopped = container.stop(policy.stop_timeout)
    how = "had to be killed" if stopped.killed else "ended by itself"
    return CheckRun(
        check=STOP,
        state=CheckState.FAILED if stopped.killed else CheckState.PASSED,
        summary=f"{how} after {stopped.seconds:.1f} s (exit {stopped.exit_code})",
        seconds=stopped.seconds,
        exit_code=stopped.exit_code,
    )
