"""What is to be said of a fleet, before it is written in any form."""

from enum import StrEnum

from stepdown.model.fleet import Entry, Report, Result
from stepdown.model.image import Value

SCHEMA = 1


class Row(Value, frozen=True, kw_only=True):
    """One entry of a ledger with its result, None where it has none yet.

    `base` is the one that was seen in the file, for entries whose result names none.
    """

    entry: Entry
    base: str = ""
    report: Report | None = None


class Standing(StrEnum):
    """What a result means for the people who own the repository, in the order of the tables.

    `broken`: it fails, on every smaller base or as it is. `open`: a person has to decide or to add
    something. `trouble`: it says nothing about the repository. `waiting`: no result yet.
    """

    BROKEN = "broken"
    OPEN = "open"
    TROUBLE = "trouble"
    WAITING = "waiting"
    IMPROVED = "improved"
    SETTLED = "settled"


class Item(Value, frozen=True, kw_only=True):
    """One entry: how it ended, why, and what to do next. `result` is None where it has none yet."""

    repository: str
    branch: str = ""
    dockerfile: str = ""
    context: str = ""
    name: str
    labels: tuple[str, ...] = ()
    standing: Standing
    result: Result | None
    base: str = ""
    answer: str = ""
    tier: str = ""
    commit: str = ""
    reason: str = ""
    next: str = ""
    figures: tuple["Figure", ...] = ()
    causes: tuple[str, ...] = ()


class Figure(Value, frozen=True, kw_only=True):
    """One measure of one entry; None where it is unknown. Sizes are in bytes."""

    key: str
    before: int | None
    after: int | None


class Outcomes(Value, frozen=True, kw_only=True):
    """How many entries ended with a result; `earlier` is None without an earlier ledger."""

    result: Result | None
    count: int
    earlier: int | None = None


class Part(Value, frozen=True, kw_only=True):
    """How many entries of a group stand so."""

    standing: Standing
    count: int


class Answer(Value, frozen=True, kw_only=True):
    """In how many entries this image is the smallest base that works."""

    image: str
    count: int


class Group(Value, frozen=True, kw_only=True):
    """Entries with something in common; `parts` leave out what is 0.

    `answers` are the smallest bases that work, the most frequent first.
    """

    name: str
    count: int
    parts: tuple[Part, ...]
    answers: tuple[Answer, ...] = ()


class Sum(Value, frozen=True, kw_only=True):
    """One measure over the `known` entries of all `of` improved ones whose number is known.

    `before` and `after` are None where no number is known. `grown` counts the entries in which it
    became larger. Sizes are in bytes; `runs_as_root` counts images.
    """

    key: str
    title: str
    before: int | None
    after: int | None
    known: int
    of: int
    grown: int = 0


class Obstacle(Value, frozen=True, kw_only=True):
    """One cause, and the entries in which it stops a smaller base.

    `alone` are those of them in which it is the only known cause on some image; `blocked` are those
    of `alone` that have no smaller base at all. What else waits behind it only a run can tell.
    """

    breakage: str
    title: str
    where: str
    subject: str = ""
    evidence: str = ""
    entries: tuple[str, ...]
    alone: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


class Shared(Value, frozen=True, kw_only=True):
    """A reason that several entries have in common word for word, other than a known cause."""

    result: Result
    reason: str
    next: str = ""
    entries: tuple[str, ...]


class Unknown(Value, frozen=True, kw_only=True):
    """A base that no recipe knows, and the entries that one recipe would open."""

    base: str
    entries: tuple[str, ...]


class Move(StrEnum):
    """How an entry stands against the earlier ledger, in the order of the report."""

    BROKEN = "newly broken"
    IMPROVED = "newly improved"
    FURTHER = "another base"
    CHANGED = "another result"
    NEW = "new"
    GONE = "gone"


class Change(Value, frozen=True, kw_only=True):
    """One entry that stands differently; None for the side on which it has no result."""

    move: Move
    name: str
    earlier: Result | None
    now: Result | None
    earlier_answer: str = ""
    answer: str = ""
    reason: str = ""


class Trend(Value, frozen=True, kw_only=True):
    """What changed since an earlier ledger; `same` entries stand as they did."""

    same: int
    changes: tuple[Change, ...]


class Fleet(Value, frozen=True, kw_only=True):
    """The report on a fleet: counts, sums, causes, and every entry. Names are those of `items`."""

    schema: int = SCHEMA
    entries: int
    repositories: int
    outcomes: tuple[Outcomes, ...]
    sums: tuple[Sum, ...]
    bases: tuple[Group, ...]
    labels: tuple[Group, ...]
    obstacles: tuple[Obstacle, ...]
    unknown_bases: tuple[Unknown, ...]
    shared: tuple[Shared, ...]
    trend: Trend | None = None
    items: tuple[Item, ...]
