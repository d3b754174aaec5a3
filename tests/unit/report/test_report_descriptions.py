"""Descriptions under the limit of each forge: short enough, whole, and with what matters in them.

They are read by GitHub's own renderer.
"""

from functools import cache

import pytest
from gfm_page import Page
from outcomes_scanned import scanned
from report_worst import readable, worst

from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.opening import open_forge
from stepdown.adapters.forges.place import KINDS
from stepdown.deliver.description import found
from stepdown.flow.publish.papers import Papers
from stepdown.model.trial import Outcome

MADE = {"worst": cache(worst), "readable": cache(readable), "scanned": cache(scanned)}
ROOTS = {"azure": "https://azure.example/tfs/acme"}
SHORT = 4000


def limit(kind: str) -> int:
    root = ROOTS.get(kind, "https://forge.example")
    forge = open_forge(f"{root}/acme/app.git", Login("t"), kind=kind, root=root)
    return min(forge.body_limit, 60_000)


@cache
def described(name: str, room: int, before: str = "") -> str:
    return papers(name, room).body(before, "stepdown/dockerfile", "a" * 40)


@cache
def seen(name: str, room: int) -> Page:
    """The description as its readers see it: forges with one limit have the same."""
    return Page(described(name, room))


def papers(name: str, room: int) -> Papers:
    outcome: Outcome = MADE[name]()
    return Papers(outcome=outcome, limit=room)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MADE)
def test_it_is_short_enough_and_whole(name: str, kind: str) -> None:
    body = described(name, limit(kind))
    assert len(body.encode()) < limit(kind)
    page = seen(name, limit(kind))
    assert page.faults == []
    assert [one.strip().partition(" ")[0] for one in page.comments] == ["stepdown:"] * 2
    assert [rows for rows in page.tables if len(set(rows)) != 1 or len(rows) < 2] == []
    assert page.counts.get("details", 0) == page.counts.get("summary", 0)
    part = found(body)
    assert part is not None
    assert not part.touched


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["readable", "scanned"])
def test_the_answer_the_numbers_and_the_way_back_are_kept(name: str, kind: str) -> None:
    page = seen(name, limit(kind))
    assert {"Surface, before and after", "Ladder", "Roll back"} <= set(page.titles)
    assert "works: 12 of 12 tests passed" in page.text
    if "Left out" not in page.titles:
        assert {"Evidence", "What this does not say", "About this description"} <= set(page.titles)


def test_a_short_limit_keeps_all_rows_of_the_card() -> None:
    page = Page(described("scanned", SHORT))
    card = page.tables[1]
    assert len(card) == 15
    assert "Alpine: regression, try 2; " in page.text


def test_hostile_text_is_seen_and_is_nothing_else() -> None:
    page = Page(described("worst", 60_000))
    assert "<script>alert(1)</script> <img src=x onerror=alert(1)>" in page.text
    assert "[x](http://evil.example) ![y](http://evil.example/y.png)" in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize("room", [SHORT, 32_000, 60_000])
def test_what_people_wrote_is_kept_and_counted(room: int) -> None:
    first = described("scanned", room)
    note = "Please look at this first: größer 🧨.\n" * (room // 160)
    there = f"{note}\n{first}\nAnd after the report, too.\n"
    body = described("readable", room, there)
    assert len(body.encode()) < room
    assert body.startswith(note)
    assert body.endswith("And after the report, too.\n")
    assert Page(body).faults == []
