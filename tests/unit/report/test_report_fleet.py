"""The report on a batch: what it counts, what it claims, what it never claims."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import fleets
import pytest
from fleets import improved, row, shell, wheel
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from stepdown.cli.options import FLEET_REPORTS
from stepdown.model.fleet import Result
from stepdown.report import fleet
from stepdown.report.fleet import Row, gather
from stepdown.report.fleet.facts import Move, Standing
from stepdown.report.fleet.results import ORDER, meaning

SHIPPED = Path(fleet.__file__).with_name("fleet-1.schema.json")


def totals(rows: tuple[Row, ...]) -> dict[str, tuple[int | None, int | None, int, int]]:
    return {one.key: (one.before, one.after, one.known, one.of) for one in gather(rows).sums}


def test_every_result_has_words_and_a_place() -> None:
    assert set(ORDER) == {*Result, None}
    assert all(meaning(one).title and meaning(one).next for one in ORDER)
    assert {meaning(one).standing for one in ORDER} == set(Standing)


def test_the_small_fleet_shows_every_result() -> None:
    assert {one.report.result if one.report else None for one in fleets.small()} == set(ORDER)


@pytest.mark.parametrize("form", fleet.FORMS)
def test_the_order_of_the_rows_does_not_matter(form: str) -> None:
    rows, earlier = fleets.small(), fleets.earlier()
    assert fleet.render(rows[::-1], form, earlier[::-1]) == fleet.render(rows, form, earlier)


@pytest.mark.parametrize("form", fleet.FORMS)
def test_an_empty_ledger_is_said_to_be_empty(form: str) -> None:
    text = fleet.render((), form)
    assert text.endswith("\n")
    assert form == "csv" or "0" in text


def test_an_entry_counts_once() -> None:
    first, last = row("a/b", Result.BROKEN), row("a/b", Result.SKIPPED)
    assert [one.result for one in gather((first, last)).items] == [Result.SKIPPED]


def test_unknown_is_never_nothing() -> None:
    rows = (improved("a/a", (10, 4), (7, None)), improved("a/b", (5, 1), (9, None)))
    assert totals(rows)["commands"] == (15, 5, 2, 2)
    assert totals(rows)["os_packages"] == (None, None, 0, 2)
    assert totals(rows)["shells"] == (None, None, 0, 2)
    assert "unknown" in fleet.render(rows, "text")
    assert "packages" not in fleet.render(rows, "text").split("Results")[0]


def test_a_number_known_on_one_side_is_in_no_sum() -> None:
    rows = (improved("a/a", (10, 4)), improved("a/b", (1000, None)), improved("a/c", (None, 3)))
    assert totals(rows)["commands"] == (10, 4, 1, 3)


def test_only_what_is_improved_is_summed() -> None:
    rows = (improved("a/a", (10, 4)), row("a/b", Result.BROKEN, gains=fleets.gains((99, 1))))
    assert totals(rows)["commands"] == (10, 4, 1, 1)
    assert totals((rows[1],)) == {}


def test_what_grew_is_told() -> None:
    rows = (improved("a/a", (10, 4)), improved("a/b", (4, 9)))
    assert {one.key: one.grown for one in gather(rows).sums}["commands"] == 1
    assert "larger in 1" in fleet.render(rows, "text")


def test_a_sum_that_grew_is_no_loss() -> None:
    text = fleet.render((improved("a/a", (4, 9)),), "text")
    assert "lose" not in text


def stops(*rows: Row) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return [
        (one.subject or one.breakage, one.where, one.entries, one.alone, one.blocked)
        for one in gather(rows).obstacles
    ]


def test_one_cause_of_many_entries_is_told_once() -> None:
    rows = (
        row("a/a", Result.BROKEN, causes=(wheel("grpcio"),)),
        row("a/b", Result.BROKEN, causes=(wheel("grpcio", image="python:3.12-alpine"),)),
        row("a/c", Result.BROKEN, causes=(wheel("lxml"),)),
    )
    assert stops(*rows) == [
        ("grpcio", "alpine", ("a/a", "a/b"), ("a/a", "a/b"), ("a/a", "a/b")),
        ("lxml", "alpine", ("a/c",), ("a/c",), ("a/c",)),
    ]
    text = " ".join(fleet.render(rows, "text").split())
    assert "2 entries fail on alpine: A wheel is built for glibc alone (`grpcio`)." in text


def test_a_cause_that_is_not_alone_opens_nothing() -> None:
    both = (wheel("grpcio"), wheel("lxml"))
    found = stops(row("a/a", Result.BROKEN, causes=both))
    assert [alone for _, _, _, alone, _ in found] == [(), ()]
    text = " ".join(fleet.render((row("a/a", Result.BROKEN, causes=both),), "text").split())
    assert "Nowhere is it the only known cause" in text


def test_a_cause_about_two_things_is_told_of_each_and_opened_by_neither() -> None:
    both = row("a/a", Result.BROKEN, causes=(wheel("grpcio, lxml"),))
    one = row("a/b", Result.BROKEN, causes=(wheel("lxml"),))
    assert stops(both, one) == [
        ("lxml", "alpine", ("a/a", "a/b"), ("a/b",), ("a/b",)),
        ("grpcio", "alpine", ("a/a",), (), ()),
    ]


def test_causes_on_two_images_are_each_alone() -> None:
    found = stops(row("a/a", Result.BROKEN, causes=(wheel("grpcio"), shell())))
    assert [alone for _, _, _, alone, _ in found] == [("a/a",), ("a/a",)]


def test_a_cause_above_the_answer_stops_nobody() -> None:
    assert stops(improved("a/a", tier="distroless", causes=(wheel("grpcio"),))) == []


def test_a_cause_below_the_answer_blocks_nobody_without_a_base() -> None:
    one = improved("a/a", answer="python:3.13-slim", tier="slim", causes=(wheel("grpcio"),))
    assert stops(one) == [("grpcio", "alpine", ("a/a",), ("a/a",), ())]
    assert "a larger base works there already" in fleet.render((one,), "text")


def test_without_a_tier_the_image_is_named() -> None:
    one = row("a/a", Result.BROKEN, causes=(wheel("grpcio", tier="", image="corp/small:1"),))
    assert stops(one)[0][1] == "corp/small:1"


def test_a_base_without_a_recipe_names_what_it_would_open() -> None:
    (one,) = gather(fleets.small()).unknown_bases
    assert (one.base, one.entries) == ("registry.example/java:8", ("ops/java", "ops/jobs"))


def test_a_base_that_only_the_ledger_knows_is_named() -> None:
    one, other = row("a/a", Result.UNKNOWN_BASE), row("a/b", None)
    rows = (replace(one, base="corp/java:8"), replace(other, base="node:24"))
    assert [item.base for item in gather(rows).items] == ["corp/java:8", "node:24"]
    assert gather(rows).unknown_bases[0].base == "corp/java:8"


def test_a_reason_is_shared_by_two_at_least() -> None:
    found = gather(fleets.small()).shared
    assert [one.entries for one in found] == [("ops/net", "ops/net2")]


def test_bases_are_grouped_without_their_digests() -> None:
    found = {one.name: one for one in gather(fleets.small()).bases}
    assert found["node:24"].count == 3
    assert [(one.image, one.count) for one in found["node:24"].answers] == [("node:24-alpine", 2)]


def test_an_entry_counts_in_each_of_its_labels() -> None:
    found = {one.name: one.count for one in gather(fleets.small()).labels}
    assert found == {"without a label": 13, "pay": 4, "shop": 3, "tier-1": 1}
    assert gather((row("a/b", Result.SKIPPED),)).labels == ()


def test_two_entries_never_share_a_name() -> None:
    one = row("a/b", Result.SKIPPED)
    entry = replace(one.entry, repository="https://other.example/a/b")
    other, third = replace(one, entry=entry), replace(one, entry=replace(entry, base="old"))
    names = [item.name for item in gather((one, other, third)).items]
    assert len(set(names)) == 3


def moves(rows: tuple[Row, ...], earlier: tuple[Row, ...]) -> list[tuple[Move, str]]:
    made = gather(rows, earlier).trend
    return [(one.move, one.name) for one in made.changes] if made else []


def test_a_trend_names_every_change_once() -> None:
    assert moves(fleets.small(), fleets.earlier()) == [
        (Move.BROKEN, "pay/old"),
        (Move.IMPROVED, "shop/web"),
        (Move.FURTHER, "shop/search"),
        (Move.CHANGED, "ops/slow"),
        (Move.NEW, "ops/tiny"),
        (Move.GONE, "ops/gone"),
    ]


def test_what_has_no_result_on_one_side_did_not_change() -> None:
    done, waiting = row("a/b", Result.BROKEN), row("a/b", None)
    assert moves((done,), (waiting,)) == []
    assert moves((waiting,), (done,)) == []


def test_trouble_is_not_called_newly_broken() -> None:
    now = row("a/b", Result.INFRASTRUCTURE)
    assert moves((now,), (improved("a/b"),)) == [(Move.CHANGED, "a/b")]


def test_a_new_digest_of_the_same_tag_is_no_change() -> None:
    one, other = (improved("a/b", answer=f"node:24-slim@sha256:{c * 64}") for c in "ab")
    assert moves((one,), (other,)) == []


def test_without_an_earlier_ledger_there_is_no_trend() -> None:
    assert gather(fleets.small()).trend is None
    assert "earlier" not in fleet.render(fleets.small(), "text")


def test_the_command_line_offers_every_form() -> None:
    assert FLEET_REPORTS == fleet.FORMS


def test_the_shipped_schema_is_current() -> None:
    write = f"python -m stepdown batch report --schema > {SHIPPED.name}"
    assert SHIPPED.read_bytes() == fleet.schema(), f"write it anew: {write}"


@pytest.mark.parametrize("rows", [(), fleets.small(), fleets.crowd(50), fleets.hostile("\udce9")])
def test_the_json_form_follows_its_schema(rows: Any) -> None:
    schema = json.loads(fleet.schema())
    Draft202012Validator.check_schema(schema)
    data = json.loads(fleet.render(rows, "json", fleets.earlier()))
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(data)] == []
    assert data["schema"] == 1


def test_every_process_writes_the_same_bytes() -> None:
    code = (
        "import sys, fleets; from stepdown.report import fleet;"
        "said = [fleet.render(fleets.small(), form) for form in fleet.FORMS];"
        "sys.stdout.buffer.write(''.join(said).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)},
    )
    here = [fleet.render(fleets.small(), form) for form in fleet.FORMS]
    assert done.stdout.decode() == "".join(here)


def test_five_thousand_entries_stay_within_bounds() -> None:
    rows = fleets.crowd()
    assert len(fleet.render(rows, "md").encode()) < 60_000
    page = fleet.render(rows, "html")
    assert len(page) < 4_500_000
    assert page.count('<tr role="row" class=') == 5000
