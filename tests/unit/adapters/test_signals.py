"""Signals become exceptions, and wait while things are put away."""

import asyncio
import signal
import threading

import pytest

from stepdown.adapters.signals import stops_raise, stops_told, stops_wait
from stepdown.errors import Interrupted


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_is_an_exception_with_its_exit_code(number: signal.Signals) -> None:
    with stops_raise(), pytest.raises(Interrupted, match=f"Stopped by {number.name}") as caught:
        signal.raise_signal(number)
    assert caught.value.exit_code == 130
    assert signal.getsignal(number) is signal.SIG_DFL


def test_an_event_loop_does_not_swallow_a_stop() -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(signal.raise_signal, signal.SIGHUP)
        await asyncio.sleep(60)

    with stops_raise(), pytest.raises(Interrupted, match="Stopped by SIGHUP"):
        asyncio.run(ask())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_is_told_at_once_and_raised_at_the_end(number: signal.Signals) -> None:
    heard: list[str] = []

    def work() -> None:
        with stops_told(lambda: heard.append("told")):
            signal.raise_signal(number)
            heard.append("after")
        heard.append("never")

    with pytest.raises(Interrupted, match=f"Stopped by {number.name}"):
        work()
    assert heard == ["told", "after"]


def test_an_ignored_signal_stays_ignored() -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stops_raise(), stops_wait():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, old)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Interrupted)]
)
def test_clean_up_is_finished_first(number: signal.Signals, raised: type[BaseException]) -> None:
    done = []

    def clean_up() -> None:
        with stops_wait():
            signal.raise_signal(number)
            signal.raise_signal(number)
            done.append("all of it")

    with stops_raise(), pytest.raises(raised):
        clean_up()
    assert done == ["all of it"]


def test_the_first_fault_is_not_lost() -> None:
    def clean_up() -> None:
        with stops_wait():
            signal.raise_signal(signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt) as caught:
        clean_up()
    assert isinstance(caught.value.__context__, ValueError)


def test_other_threads_leave_signals_alone() -> None:
    seen = []

    def work() -> None:
        with stops_raise(), stops_wait():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
