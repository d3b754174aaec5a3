"""How much is published when: a budget that holds across runs.

One turn is one change that reaches a forge: a request opened or brought up to date. That is what
costs a pipeline and a reviewer's attention; the forge's own limits on single calls are obeyed by
its adapter.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Protocol

from stepdown.errors import UsageError
from stepdown.model.image import Value
from stepdown.model.request import Offer, RequestState

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"(?P<count>[1-9]\d*)/(?P<unit>second|minute|hour|day)")
_WINDOW = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?,(?P<start>\d{1,2})-(?P<end>\d{1,2})"
)
_MIDNIGHT = 24
_FRESH = 3600.0
"""Seconds for which it is believed that a request is as it was seen."""


class Rate(Value, frozen=True, kw_only=True):
    """At most `count` turns in any `seconds`."""

    count: int
    seconds: float


class Window(Value, frozen=True, kw_only=True):
    """Days of the week (0 is Monday) and the hours in which a turn may begin, `end` excluded.

    A window whose end is not after its start goes past midnight.
    """

    days: tuple[int, ...]
    start: int
    end: int


class Limits(Value, frozen=True, kw_only=True):
    """What the user allows; None and empty are no limit.

    `most_open` bounds the requests that are open on a forge at one time. `canary` is the same bound
    for those of one campaign, until a first one of them is merged.
    """

    rate: Rate | None = None
    windows: tuple[Window, ...] = ()
    most_open: int | None = None
    canary: int | None = None


class Book(Protocol):
    """What was published before, by any run of this user. Times are seconds since 1970."""

    def claim(self, host: str, now: float, count: int, seconds: float) -> float:
        """Take one of `count` turns in `seconds` and return 0, or the seconds until the next."""

    def hold(self, host: str, until: float) -> None:
        """Remember that a forge does not want to be asked before."""

    def held(self, host: str) -> float:
        """Return until when, 0 for never."""

    def note(self, offer: Offer, state: RequestState, now: float) -> None:
        """Remember where a request was seen to stand."""

    def count(self, host: str, state: RequestState, campaign: str = "") -> int:
        """Return how many requests stand there, as far as is known; of all campaigns for none."""

    def unseen(self, host: str, since: float) -> tuple[Offer, ...]:
        """Return the requests that were open when they were seen last, before `since`."""


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """Waits for a turn. `clock`, `sleep` and `zone` (of the windows) are the world's.

    `campaign` is the batch that is published, empty for none.
    """

    book: Book
    limits: Limits
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    zone: tzinfo | None = None
    campaign: str = ""

    def pause(self, host: str) -> float:
        """Take a turn and return 0, or return the seconds after which to ask again."""
        now = self.clock()
        waiting = max(self.book.held(host) - now, until_open(now, self.limits.windows, self.zone))
        if waiting > 0:
            return waiting
        rate = self.limits.rate
        return self.book.claim(host, now, rate.count, rate.seconds) if rate else 0

    def full(self, host: str) -> str:
        """Say why no further request may be opened, empty where one may."""
        opened = self.book.count(host, RequestState.OPEN)
        most, canary = self.limits.most_open, self.limits.canary
        if most is not None and opened >= most:
            return f"{opened} requests are open on {host}, and --max-open is {most}."
        if canary is None or self.book.count(host, RequestState.MERGED, self.campaign):
            return ""
        ours = self.book.count(host, RequestState.OPEN, self.campaign)
        if ours < canary:
            return ""
        which = f"{ours} requests of this batch" if self.campaign else f"{ours} requests"
        return (
            f"{which} are open on {host} and none is merged yet: --canary {canary} waits for the "
            "first."
        )

    def doubtful(self, host: str) -> tuple[Offer, ...]:
        """Return the requests that may no longer be open: nobody has looked for a while."""
        return self.book.unseen(host, self.clock() - _FRESH)

    def note(self, offer: Offer, state: RequestState) -> None:
        """Remember where a request stands now."""
        self.book.note(offer, state, self.clock())


def until_open(now: float, windows: tuple[Window, ...], zone: tzinfo | None = None) -> float:
    """Return the seconds until a window is open, 0 within one or without any."""
    if not windows:
        return 0
    moment = datetime.fromtimestamp(now, tz=zone).astimezone(zone)
    spans = [span for window in windows for span in _spans(moment, window)]
    if any(start <= moment < end for start, end in spans):
        return 0
    return min(start.timestamp() for start, _ in spans if start > moment) - now


def _spans(moment: datetime, window: Window) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the window is open, from the day before to a week ahead."""
    midnight = datetime.combine(moment.date(), time(), tzinfo=moment.tzinfo)
    hours = window.end - window.start
    for day in range(-1, 9):
        start = midnight + timedelta(days=day, hours=window.start)
        if (midnight + timedelta(days=day)).weekday() in window.days:
            yield start, start + timedelta(hours=hours if hours > 0 else hours + _MIDNIGHT)


def read_rate(text: str) -> Rate:
    """Read a rate like 60/hour. Raises UsageError."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise UsageError(f"--rate {text} is no rate.", hint="Give it like --rate 60/hour.")
    return Rate(count=int(match["count"]), seconds=_UNITS[match["unit"]])


def read_window(text: str) -> Window:
    """Read a window like mon-fri,9-17. Raises UsageError."""
    match = _WINDOW.fullmatch(text.lower())
    if match is None or not {match["first"], match["last"] or "mon"} <= {*_DAYS}:
        raise _no_window(text)
    first, last = (_DAYS.index(match[name] or match["first"]) for name in ("first", "last"))
    start, end = int(match["start"]), int(match["end"])
    if start >= _MIDNIGHT or end > _MIDNIGHT:
        raise _no_window(text)
    length = (last - first) % len(_DAYS) + 1
    return Window(
        days=tuple((first + day) % len(_DAYS) for day in range(length)), start=start, end=end
    )


def _no_window(text: str) -> UsageError:
    return UsageError(
        f"--window {text} is no window.",
        hint="Give it like --window mon-fri,9-17: days, then full hours of your own time zone.",
    )
