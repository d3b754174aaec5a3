"""Two cards side by side."""

import pytest

from stepdown.measure import compare
from stepdown.model.surface import Change, Known, Measure, Surface


def card(*measures: Measure) -> Surface:
    return Surface(
        image="i", image_id="i", os="", libc="", architecture="", user="", measures=measures
    )


def number(value: int | None, known: Known = Known.MEASURED, key: str = "k") -> Measure:
    reason = "" if known is Known.MEASURED else f"{known.value}, because."
    return Measure(key=key, title="T", value=value, known=known, reason=reason)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (number(5), number(3), Change.SMALLER),
        (number(3), number(5), Change.LARGER),
        (number(4), number(4), Change.SAME),
        (number(None, Known.UNKNOWN), number(3), Change.UNKNOWN),
        (number(3), number(None, Known.UNKNOWN), Change.UNKNOWN),
        (number(5, Known.PARTIAL), number(3), Change.SMALLER),
        (number(3, Known.PARTIAL), number(5), Change.UNKNOWN),
        (number(5), number(3, Known.PARTIAL), Change.UNKNOWN),
        (number(3), number(5, Known.PARTIAL), Change.LARGER),
        (number(4), number(4, Known.PARTIAL), Change.UNKNOWN),
        (number(4, Known.PARTIAL), number(4, Known.PARTIAL), Change.UNKNOWN),
        (number(0), number(0), Change.SAME),
    ],
)
def test_only_what_the_numbers_carry(before: Measure, after: Measure, change: Change) -> None:
    (row,) = compare(card(before), card(after)).rows
    assert (row.change, row.before, row.after) == (change, before.value, after.value)
    assert bool(row.reason) == (Known.MEASURED is not before.known or after.known != "measured")


def test_lists_and_order() -> None:
    old = card(
        Measure(key="b", title="B", value=2, items=("x", "y")),
        Measure(key="a", title="A", value=0),
    )
    new = card(
        Measure(key="c", title="C", value=1, items=("z",)),
        Measure(key="a", title="A", value=0),
        Measure(key="b", title="B", value=2, items=("w", "y")),
    )
    rows = compare(old, new).rows
    assert [row.key for row in rows] == ["b", "a", "c"]
    assert (rows[0].added, rows[0].removed, rows[0].change) == (("w",), ("x",), Change.SAME)
    assert (rows[2].change, rows[2].reason) == (Change.UNKNOWN, "Before: not measured.")
    assert compare(new, old).rows[0].reason == "After: not measured."


@pytest.mark.parametrize(
    "after", [number(None, Known.UNKNOWN, "os_packages"), number(0, Known.PARTIAL, "os_packages")]
)
def test_a_database_that_goes_away_is_a_warning_and_no_gain(after: Measure) -> None:
    delta = compare(card(number(88, key="os_packages")), card(after))
    assert delta.rows[0].change is Change.UNKNOWN
    (warning,) = delta.warnings
    assert "no gain" in warning
    assert "because" in warning


def test_images_for_different_processors_are_told() -> None:
    cards = [
        Surface(image="i", image_id="i", os="", libc="", architecture=a, user="", measures=())
        for a in ("amd64", "arm64", "")
    ]
    assert "amd64 and arm64" in compare(cards[0], cards[1]).warnings[0]
    assert compare(cards[0], cards[0]).warnings == ()
    assert compare(cards[0], cards[2]).warnings == ()


def test_no_warning_where_nothing_went_away() -> None:
    for before, after in ((88, 16), (0, None)):
        known = Known.MEASURED if after is not None else Known.UNKNOWN
        old, new = number(before, key="os_packages"), number(after, known, "os_packages")
        assert compare(card(old), card(new)).warnings == ()
