"""Before and after as bars: one pair for each measure, each pair to its own scale."""

from typing import Literal

import msgspec

from stepdown.model.surface import Change, Known, Surface, SurfaceDelta, SurfaceRow
from stepdown.report import card, words

Drawn = Literal["bar", "least", "unknown", "none"]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One number: `text` says it, `length` is its share of the longer bar in percent.

    `drawn` is `least` for a lower bound and `none` where there is no number, as for yes and no.
    """

    text: str
    length: str
    drawn: Drawn


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the card."""

    title: str
    before: Bar
    after: Bar
    change: Change
    said: str


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """The card of two images."""

    before: str
    after: str
    pairs: tuple[Pair, ...]


def bars(delta: SurfaceDelta, before: str, after: str) -> Bars:
    """Return the card as bars; what is unknown is drawn as unknown, never as nothing.

    `before` and `after` are the bases by which people know the two images.
    """
    return Bars(
        before=before,
        after=after,
        pairs=tuple(_pair(delta, row) for row in delta.rows),
    )


def _pair(delta: SurfaceDelta, row: SurfaceRow) -> Pair:
    longest = max(row.before or 0, row.after or 0)
    before, after = card.values(delta, row)
    return Pair(
        title=row.title,
        before=_bar(delta.before, row.key, row.before, before, longest),
        after=_bar(delta.after, row.key, row.after, after, longest),
        change=row.change,
        said=card.CHANGES[row.change],
    )


def _bar(side: Surface, key: str, number: int | None, text: str, longest: int) -> Bar:
    found = card.measure(side, key)
    known = found.known if found else Known.MEASURED
    if number is None or known is Known.UNKNOWN:
        return Bar(text=text, length="100", drawn="unknown")
    if words.is_flag(key):
        return Bar(text=text, length="0", drawn="none")
    drawn: Drawn = "least" if known is Known.PARTIAL else "bar"
    return Bar(text=text, length=share(number, longest), drawn=drawn)


def share(number: int, longest: int) -> str:
    """Return the percentage; what is there is at least a hair wide."""
    return f"{max(100 * number / longest, 0.4):.1f}" if number else "0"
