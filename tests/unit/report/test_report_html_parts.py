"""The parts of the page: bars, ladder, tables, and the diff with its reasons."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import outcomes
import outcomes_scanned
from msgspec.structs import replace
from report_pages import card, crowded, with_cards

from stepdown.model.image import Tier
from stepdown.model.plan import Edit, Rewrite
from stepdown.model.surface import Change, Known, Origin, OriginRow
from stepdown.model.trial import CheckState, Outcome
from stepdown.model.vulnerability import Fix, Severity, Undecided, Vulnerability
from stepdown.report import html
from stepdown.report.html.bars import bars
from stepdown.report.html.edits import Patch, patch
from stepdown.report.html.flaws import flaws
from stepdown.report.html.grid import MOST_ROWS, Grid, Ranked, State
from stepdown.report.html.grids import commands, files, packages
from stepdown.report.html.rungs import ladder


def test_unknown_is_drawn_as_unknown_and_a_lower_bound_as_one() -> None:
    before = outcomes.surface("node:24", outcomes.NODE_24)
    after = outcomes.surface("scratch", outcomes.DISTROLESS)
    after = outcomes.unsure(after, "os_packages", Known.UNKNOWN, "no package database")
    after = outcomes.unsure(after, "shells", Known.PARTIAL, "one file could not be read")
    drawn = {pair.title: pair for pair in bars(outcomes.delta(before, after), "a", "b").pairs}
    packages_row = drawn["Packages of the operating system"]
    assert (packages_row.after.drawn, packages_row.after.text) == ("unknown", "unknown")
    assert packages_row.change is Change.UNKNOWN
    assert (drawn["Shells"].after.drawn, drawn["Shells"].after.text) == ("least", "≥ 0")
    assert drawn["Runs as root"].after.drawn == "none"
    assert drawn["Commands that can be called"].before.length == "100.0"
    assert drawn["Commands that can be called"].after.length == "0.4"
    assert drawn["Debuggers and tracers"].after.length == "0"


def test_what_grew_is_shown_as_grown() -> None:
    page = html.render(outcomes.success())
    row = re.search(r'<tr role="row" class="larger">.*?</tr>', page, re.DOTALL)
    assert row is not None
    assert "Binaries that belong to no package" in row[0]
    assert "▲ LARGER" in row[0]


def rows(grid: Grid | None) -> dict[str, Ranked]:
    assert grid is not None
    return {row.cells[0].text: row.state for row in grid.rows}


def test_new_rows_come_first_and_each_says_what_became_of_it() -> None:
    before = card(
        "a",
        os_packages=("bash 5.2", "libc6 2.36", "tar 1.34"),
        language_packages=("npm left-pad 1.0", "npm yallist 4.0", "npm yallist 5.0"),
    )
    after = card(
        "b",
        os_packages=("libc6 2.41", "media-types 13", "tar 1.34"),
        language_packages=("npm left-pad 1.0", "npm yallist 4.0"),
    )
    grid = packages(with_cards(before, after))
    assert list(rows(grid).items()) == [
        ("media-types", State.NEW),
        ("libc6", State.CHANGED),
        ("yallist", State.CHANGED),
        ("tar", State.KEPT),
        ("left-pad", State.KEPT),
        ("bash", State.GONE),
    ]
    assert grid is not None
    assert [cell.text for cell in grid.rows[2].cells] == ["yallist", "npm", "4.0, 5.0", "4.0"]


def test_a_list_that_is_not_complete_proves_no_absence() -> None:
    whole, part = card("a", commands=("curl", "sh")), card("b", Known.PARTIAL, commands=("sh", "x"))
    assert rows(commands(with_cards(whole, part))) == {
        "x": State.NEW,
        "sh": State.KEPT,
        "curl": State.ONLY_BEFORE,
    }
    assert rows(commands(with_cards(part, whole)))["curl"] is State.ONLY_AFTER


def test_commands_say_what_they_are_and_files_why_they_are_listed() -> None:
    before = card(
        "a",
        commands=("busybox", "cat"),
        shells=("busybox",),
        network_tools=("/usr/lib/git-core/git", "busybox"),
        setuid_setgid=("/usr/bin/su",),
    )
    made = with_cards(before, card("b", commands=(), shells=(), network_tools=(), setuid_setgid=()))
    listed = commands(made)
    assert listed is not None
    assert [row.cells[1].text for row in listed.rows] == ["shell, network tool", ""]
    stand_out = files(made)
    assert stand_out is not None
    assert [[cell.text for cell in row.cells] for row in stand_out.rows] == [
        ["/usr/bin/su", "setuid or setgid"],
        ["/usr/lib/git-core/git", "network tool"],
    ]


def test_what_comes_with_the_base_is_told_where_that_is_known() -> None:
    split = OriginRow(key="commands", title="Commands", base=1, added=1, added_items=("serve",))
    packed = OriginRow(key="os_packages", title="Packages", base=1, added=0)
    after = replace(
        card("b", commands=("serve", "sh"), os_packages=("musl 1.2",), runtimes=("node 24",)),
        origin=Origin(base="alpine:3.23", rows=(split, packed)),
    )
    made = with_cards(card("a", commands=(), os_packages=(), runtimes=()), after)
    listed, packed_rows = commands(made), packages(made)
    assert listed is not None
    assert packed_rows is not None
    assert [row.cells[-1].text for row in listed.rows] == ["the application", "the base"]
    assert [row.cells[-1].text for row in packed_rows.rows] == ["the base", "unknown"]
    assert "Base and application" in html.render(made)


def test_without_an_answer_the_image_of_today_is_listed() -> None:
    assert set(rows(packages(outcomes.failure())).values()) == {State.TODAY}
    assert commands(outcomes.baseline_not_built()) is None or outcomes.red().baseline.surface


def test_long_lists_are_cut_and_counted() -> None:
    names = tuple(f"command-{n:05}" for n in range(MOST_ROWS + 7))
    grid = commands(with_cards(card("a", commands=names), card("b", commands=())))
    assert grid is not None
    assert (len(grid.rows), grid.left_out, grid.count) == (MOST_ROWS, 7, MOST_ROWS + 7)
    assert "and 7 more rows" in html.render(
        with_cards(card("a", commands=names), card("b", commands=()))
    )


def test_the_end_of_a_log_is_kept() -> None:
    made = outcomes.success()

    def page(log: str) -> str:
        noisy = outcomes.check("start", CheckState.PASSED, "", output=log)
        return html.render(
            replace(made, trials=(replace(made.trials[0], checks=(noisy,)), *made.trials[1:]))
        )

    assert "(700 earlier lines not shown)" in page("\n".join(f"line {n}" for n in range(1000)))
    wide = page("\n".join(f"line {n} {'x' * 993}" for n in range(100)))
    assert "line 99 x" in wide
    assert "(81 earlier lines not shown)" in wide
    assert "y… (26000 more characters)" in page("first\n" + "y" * 30_000)


def test_a_crowded_report_stays_small() -> None:
    page = html.render(crowded())
    assert len(page.encode()) < 2_300_000
    assert "earlier lines not shown" in page
    assert page.count("<tr") > 6000


def edited(before: str, after: str, *edits: Edit) -> Patch:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), "a/D", "b/D"
    )
    made = Rewrite(text=after, argument="BASE", original="x", edits=edits, diff="".join(lines))
    trial = replace(outcomes.works(Tier.SLIM, outcomes.SLIM, ()), rewrite=made)
    first, *_ = patch(trial, before)
    assert isinstance(first, Patch)
    return first


def edit(text: str, at: str, reason: str, *, end: str = "") -> Edit:
    """Return an edit from `at` to the end of `end`, else an insertion before `at`."""
    start = text.index(at) if at else len(text)
    stop = text.index(end) + len(end) if end else start
    return Edit(start=start, end=stop, text="", line=1, fixer="f", reason=reason)


def told(shown: Patch) -> Iterator[tuple[list[str], list[str]]]:
    for chunk in shown.chunks:
        if chunk.changed:
            yield [f"{x.sign}{x.text}" for x in chunk.lines], [why.text for why in chunk.reasons]


def test_each_reason_stands_beside_its_change() -> None:
    before = "".join(f"line {n}.\n" for n in range(1, 41))
    after = before.replace("line 2.\n", "new\nline 2.\n").replace("line 20.\n", "other\nmore\n")
    after = after.replace("line 29.\n", "") + "last\n"
    shown = edited(
        before,
        after,
        edit(before, "line 2.", "insert"),
        edit(before, "line 18.", "replace", end="line 20."),
        edit(before, "line 21.", "follow"),
        edit(before, "line 29.", "drop", end="line 29.\n"),
        edit(before, "", "append"),
    )
    assert list(told(shown)) == [
        (["+new"], ["insert."]),
        (["-line 20.", "+other", "+more"], ["replace.", "follow."]),
        (["-line 29."], ["drop."]),
        (["+last"], ["append."]),
    ]
    gone = [line for chunk in shown.chunks for line in chunk.lines if line.sign == "-"]
    assert [(line.old, line.new) for line in gone] == [(20, 0), (29, 0)]
    gaps = [(chunk.skipped, chunk.lines[0].text) for chunk in shown.chunks if chunk.skipped]
    assert gaps == [(12, "line 17."), (2, "line 26."), (5, "line 38.")]


def test_one_reason_is_told_once_and_none_is_lost() -> None:
    shown = edited("a\n", "b\n", *[edit("a\n", "a", "why", end="a")] * 2)
    assert list(told(shown)) == [(["-a", "+b"], ["why."])]
    other = edited("a\n", "a\n", edit("a\n", "a", "no diff")).other
    assert [why.text for why in other] == ["no diff."]


def test_the_ladder_has_every_rung_with_its_outcome() -> None:
    made = outcomes.success()
    shown = [
        (rung.tier, one.verdict, one.answer) for rung in ladder(made).rungs for one in rung.tries
    ]
    assert shown[0] == ("full", "today's base, passes its checks", False)
    assert sum(answer for _, _, answer in shown) == 1
    assert {trial.candidate.tier.value for trial in made.trials} <= {tier for tier, _, _ in shown}


def test_nothing_is_said_to_work_beside_a_red_baseline() -> None:
    made = replace(outcomes.red(), trials=(outcomes.works(Tier.SLIM, outcomes.SLIM, ()),))
    looks = {one.look for rung in ladder(made).rungs for one in rung.tries}
    assert "works" not in looks


def test_an_unknown_size_is_drawn_as_unknown() -> None:
    made = outcomes.success()
    assert made.baseline.surface is not None
    blind = outcomes.unsure(made.baseline.surface, "size_visible", Known.UNKNOWN, "not read")
    changed = replace(made, baseline=replace(made.baseline, surface=blind))
    size = ladder(changed).rungs[0].tries[0].size
    assert size is not None
    assert (size.drawn, size.text) == ("unknown", "unknown")


def scans(**changes: Any) -> Outcome:
    made = outcomes_scanned.scanned()
    assert made.scans is not None
    return replace(made, scans=replace(made.scans, **changes))


def test_new_vulnerabilities_come_first() -> None:
    grid = flaws(outcomes_scanned.scanned())
    assert grid is not None
    assert grid.rows[0].state is State.NEW
    states = [row.state.rank for row in grid.rows]
    assert states == sorted(states)


def test_scans_that_do_not_compare_call_nothing_new_or_gone() -> None:
    grid = flaws(scans(comparable=False, reason="Two scanners.", new=(), there=(), gone=()))
    assert grid is not None
    assert not {row.state for row in grid.rows} & {State.NEW, State.KEPT, State.GONE}


def test_a_partial_scan_proves_no_absence() -> None:
    made = outcomes_scanned.scanned().scans
    assert made is not None
    grid = flaws(scans(before=replace(made.before, known=Known.PARTIAL)))
    assert grid is not None
    assert not {row.state for row in grid.rows} & {State.NEW, State.GONE}


def test_remarks_of_a_vulnerability() -> None:
    made = outcomes_scanned.scanned().scans
    assert made is not None
    one = Vulnerability(
        id="CVE-1",
        kind="deb",
        package="p",
        version="1",
        severity=Severity.LOW,
        fix=Fix.NONE,
        exploited=True,
        unimportant=True,
        suppressed="not_affected",
    )
    doubt = Undecided(id="CVE-2", package="q", version="2", reason="no range")
    scan = replace(made.before, vulnerabilities=(one,), undecided=(doubt,))
    grid = flaws(replace(outcomes.failure(), scan=scan, scans=None))
    assert grid is not None
    cells = [[cell.text for cell in row.cells] for row in grid.rows]
    assert [row.state for row in grid.rows] == [State.UNDECIDED, State.RULED_OUT]
    assert cells[0] == ["CVE-2", "unknown", "q", "2", "unknown", "no range"]
    assert cells[1][4:] == [
        "no fix",
        "known to be exploited; unimportant to the distribution; not_affected",
    ]


def test_a_listing_and_a_list_of_names_are_cut_and_counted() -> None:
    made = outcomes.success()
    assert made.best is not None
    names = tuple(f"tool-{n}" for n in range(1003))
    diff = "--- a\n+++ b\n" + "".join(f"+{n}\n" for n in range(2005))
    before = card("a", network_tools=names)
    best = replace(made.best, delta=outcomes.delta(before, card("b", network_tools=())))
    broken = replace(outcomes.regression(), rewrite=replace(best.rewrite, diff=diff))
    page = html.render(replace(made, trials=(best, broken), answer=0))
    assert "… and 3 more" in page
    assert "… (7 more lines not shown)" in page
