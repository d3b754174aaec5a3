"""Work beside other work: its results, its failures, and events that come one by one."""

import threading
import time

import pytest

from stepdown.flow.beside import beside
from stepdown.flow.progress import in_turn
from stepdown.model.events import Event, Note


def test_the_context_ends_when_the_jobs_have() -> None:
    done: list[str] = []

    def job() -> str:
        time.sleep(0.2)
        done.append("job")
        return "result"

    with beside() as pool:
        future = pool.submit(job)
        done.append("main")
    assert done == ["main", "job"]
    assert future.result() == "result"


def test_an_exception_does_not_wait() -> None:
    release = threading.Event()

    def fail() -> None:
        with beside() as pool:
            pool.submit(release.wait, 30)
            raise KeyboardInterrupt

    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            fail()
        assert time.monotonic() - began < 5
    finally:
        release.set()


def test_events_come_one_after_the_other() -> None:
    inside, most = 0, 0

    def slow(_: Event) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.02)
        inside -= 1

    emit = in_turn(slow)
    with beside() as pool:
        for number in range(8):
            pool.submit(emit, Note(text=str(number)))
    assert (inside, most) == (0, 1)
