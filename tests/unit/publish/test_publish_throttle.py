"""The budget: across runs, across hosts, and within the hours that the user allows."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from stepdown.adapters.throttlebook import ThrottleBook
from stepdown.errors import StepdownError, UsageError
from stepdown.flow.publish.throttle import (
    Limits,
    Rate,
    Throttle,
    Window,
    read_rate,
    read_window,
    until_open,
)
from stepdown.model.request import Offer, RequestState

BERLIN = timezone(timedelta(hours=1))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/hour", Rate(count=60, seconds=3600)),
        ("1/second", Rate(count=1, seconds=1)),
        ("5/minute", Rate(count=5, seconds=60)),
        ("500/day", Rate(count=500, seconds=86_400)),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "60", "0/hour", "60/week", "-1/hour", "60 / hour"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(UsageError, match="is no rate"):
        read_rate(text)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("mon-fri,9-17", Window(days=(0, 1, 2, 3, 4), start=9, end=17)),
        ("SAT,22-6", Window(days=(5,), start=22, end=6)),
        ("fri-mon,0-24", Window(days=(4, 5, 6, 0), start=0, end=24)),
    ],
)
def test_windows(text: str, window: Window) -> None:
    assert read_window(text) == window


@pytest.mark.parametrize(
    "text", ["mon", "mon-fri", "abc,1-2", "mon-abc,1-2", "mon,24-25", "mon,9-25"]
)
def test_what_is_no_window(text: str) -> None:
    with pytest.raises(UsageError, match="is no window"):
        read_window(text)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-11-30 08:00", 1),  # a Monday
        ("2026-11-30 09:00", 0),
        ("2026-11-30 16:59", 0),
        ("2026-11-30 17:00", 16),
        ("2026-12-04 17:00", 64),  # a Friday
    ],
)
def test_the_next_window_is_waited_for(now: str, hours: float) -> None:
    assert until_open(at(now), (read_window("mon-fri,9-17"),), BERLIN) == hours * 3600


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    window = (read_window("sun,22-6"),)
    assert until_open(at("2026-11-30 05:00"), window, BERLIN) == 0
    assert until_open(at("2026-11-30 07:00"), window, BERLIN) == (6 * 24 + 15) * 3600


def test_without_windows_it_is_always_open() -> None:
    assert until_open(0, ()) == 0


def test_two_runs_share_one_budget_and_two_hosts_do_not(tmp_path: Path) -> None:
    first, second = (ThrottleBook(tmp_path / "throttle.db") for _ in range(2))
    assert first.claim("a", 100, 2, 60) == 0
    assert second.claim("a", 110, 2, 60) == 0
    assert first.claim("a", 120, 2, 60) == 40
    assert first.claim("b", 120, 2, 60) == 0
    assert second.claim("a", 160, 2, 60) == 0


def test_two_runs_at_once_never_take_the_same_turn(tmp_path: Path) -> None:
    taken: list[float] = []

    def take() -> None:
        book = ThrottleBook(tmp_path / "throttle.db")
        taken.extend(book.claim("a", 100, 10, 60) for _ in range(10))

    runs = [threading.Thread(target=take) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert taken.count(0) == 10


def test_a_forge_that_held_one_run_holds_the_next(tmp_path: Path) -> None:
    book = ThrottleBook(tmp_path / "throttle.db")
    book.hold("a", 1000)
    throttle = Throttle(
        book=book, limits=Limits(), clock=lambda: 940, sleep=lambda _: None, zone=UTC
    )
    assert throttle.pause("a") == 60
    assert throttle.pause("b") == 0


def test_requests_are_counted_by_batch_and_those_that_nobody_saw_are_listed(
    tmp_path: Path,
) -> None:
    book = ThrottleBook(tmp_path / "throttle.db")
    first, second = (
        Offer(host="a", repository=name, source="stepdown/d", target="main", campaign=name)
        for name in ("one", "two")
    )
    book.note(first, RequestState.OPEN, 100)
    book.note(second, RequestState.OPEN, 200)
    assert book.count("a", RequestState.OPEN) == 2
    assert book.count("a", RequestState.OPEN, "one") == 1
    assert book.unseen("a", 150) == (first,)
    assert book.unseen("a", 300) == (first, second)
    book.note(first, RequestState.MERGED, 250)
    assert book.unseen("a", 300) == (second,)
    assert book.unseen("b", 300) == ()
    assert book.count("a", RequestState.MERGED, "two") == 0


def test_a_book_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    book = ThrottleBook(tmp_path / "file" / "throttle.db")
    with pytest.raises(StepdownError, match="cannot be used"):
        book.held("a")
    (tmp_path / "no.db").write_text("This is no database, whatever its name may be.")
    with pytest.raises(StepdownError, match="cannot be used"):
        ThrottleBook(tmp_path / "no.db").held("a")
