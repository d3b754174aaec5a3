"""What a built image and its application show: read, started, and stopped in the background.

Reading a large image and waiting for the end of an application that ignores its stop signal take
most of the time of a small run; neither needs the other, and both sides do it the same way.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from stepdown.flow.bench import Bench, Seen, look
from stepdown.flow.beside import beside
from stepdown.flow.progress import Work, working
from stepdown.model.plan import Candidate
from stepdown.model.trial import Built, CheckRun, CheckState
from stepdown.verify import probe, session
from stepdown.verify.probe import Beside
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Side


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A built image: `role` names it in steps, `title` in sentences."""

    role: str
    title: str
    built: Built
    candidate: Candidate | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`runs` are the checks of the running application; `ended` has the one of its stop, too.

    `beside` is what was seen in its container before the stop.
    """

    seen: Seen
    asked: Endpoints
    runs: tuple[CheckRun, ...]
    beside: Future[Beside]
    ended: Future[tuple[CheckRun, ...]]


@contextmanager
def shown(
    bench: Bench,
    subject: Subject,
    ask: Callable[[Side], Endpoints],
    *,
    answers: bool = True,
    used: bool = False,
) -> Iterator[Shown]:
    """Read the image while its application starts; it is stopped while the context lasts.

    `ask` tells what the application is asked for, `answers` whether the baseline answers HTTP,
    `used` whether it is also looked for what the application did.
    """
    config = bench.rig.engine.inspect(subject.built.image)
    # It starts by its own entrypoint, so it does not matter yet where the programs are.
    side = Side(role=subject.role, image=subject.built.image, config=config)
    asked = ask(side)
    with beside() as pool, ExitStack() as stack:
        looking = pool.submit(look, bench, subject.role, subject.built, subject.candidate)
        with working(bench.emit, f"start {side.role}", f"Starting {subject.title}") as work:
            observing = session.observe(bench.rig, side, asked, answers=answers)
            observed = stack.enter_context(observing)
            _end(work, observed.runs)
        inside = pool.submit(probe.beside, bench.rig, observed.container, used=used)
        ending = pool.submit(_stop, bench, subject, observed, inside)
        yield Shown(
            seen=looking.result(), asked=asked, runs=observed.runs, beside=inside, ended=ending
        )
        wait([ending])


def _stop(
    bench: Bench, subject: Subject, observed: session.Observed, inside: Future[Beside]
) -> tuple[CheckRun, ...]:
    """Stop the application when its container has been looked into."""
    wait([inside])
    if not observed.running:
        return observed.stop()
    with working(bench.emit, f"stop {subject.role}", f"Stopping {subject.title}") as work:
        every = observed.stop()
        _end(work, every[len(observed.runs) :])
    return every


def _end(work: Work, runs: tuple[CheckRun, ...]) -> None:
    bad = any(run.state in {CheckState.FAILED, CheckState.BROKEN} for run in runs)
    told = (run.summary for run in runs if run.state is not CheckState.ABSENT)
    work.end(ok=not bad, summary="; ".join(told))
