"""The HTML report in a real browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab.browser import find
from pages import PAGES, POISON
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)

WIDTHS = (360, 800, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STORIES = [name for name in PAGES if not name.startswith("crowded")]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find()
    assert program, "There is no Chromium on PATH: run ./tests/lab/up browser"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write a page once and return its path."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(PAGES[name](), "utf-8")
        return path

    return write


@pytest.fixture
def open_page(browser: Browser, written: Callable[[str], Path]) -> Iterator[Open]:
    """Open a page; the test fails where it asks for anything else, or complains."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []

    def watch(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    def open_(name: str, *, width: int = 1280, scheme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.route("**/*", watch)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(written(name).as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert len(asked) == len(contexts), asked
    assert complaints == []


def grid(page: Page, name: str) -> Locator:
    """Return the folded table with this id, opened."""
    found = page.locator(f"#{name} details.grid")
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def firsts(table: Locator) -> list[str]:
    """Return the names of the rows that are shown, from the top."""
    shown = table.locator("tbody tr:visible th").all_inner_texts()
    return [text.strip() for text in shown]


@pytest.mark.parametrize("name", STORIES)
def test_a_page_fits_its_window(open_page: Open, name: str) -> None:
    page = open_page(name)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width, scheme


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("scanned", 360, "dark"),
        ("scanned", 1280, "light"),
        ("failure", 360, "light"),
        ("failure", 1280, "dark"),
        ("red", 800, "light"),
        ("saved", 800, "dark"),
        ("fleet", 360, "light"),
        ("fleet", 800, "light"),
        ("fleet", 1280, "dark"),
    ],
)
def test_axe_finds_nothing(open_page: Open, name: str, width: int, scheme: str) -> None:
    page = open_page(name, width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []


def test_light_and_dark_are_two_looks(open_page: Open) -> None:
    look = "getComputedStyle(document.documentElement).backgroundColor"
    looks = {open_page("scanned", scheme=scheme).evaluate(look) for scheme in ("light", "dark")}
    assert len(looks) == 2


def test_a_table_is_sorted_by_mouse(open_page: Open) -> None:
    table = grid(open_page("saved"), "commands")
    header = table.locator("thead th").first
    header.get_by_role("button", name="Command").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    names = firsts(table)
    assert len(names) > 20
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert firsts(table) == names[::-1]
    other = table.locator("thead th").nth(1)
    other.get_by_role("button").click()
    expect(table.locator("[aria-sort]")).to_have_count(1)
    assert sorted(firsts(table)) == sorted(names)


def test_a_severity_is_sorted_by_its_weight(open_page: Open) -> None:
    table = grid(open_page("scanned"), "cves")
    table.get_by_role("button", name="Severity").click()
    order = ["critical", "high", "medium", "low", "none", "unknown"]
    said = table.locator("tbody td[data-label=Severity]").all_inner_texts()
    ranks = [order.index(text.split()[-1]) for text in said]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 1


def test_a_table_is_filtered_and_sorted_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("crowded")
    page.locator("#packages summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("name-12")
    table = page.locator("#packages details.grid")
    shown = firsts(table)
    assert len(shown) == 100
    assert all("name-12" in name for name in shown)
    expect(table.locator("output")).to_have_text(re.compile(rf"^{len(shown)} of \d+ rows shown$"))
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(table.locator("thead th").first).to_have_attribute("aria-sort", "ascending")
    assert table.locator("output").inner_text() == "sorted by Package, ascending"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_only_one_state_is_shown(open_page: Open) -> None:
    table = grid(open_page("scanned"), "cves")
    table.locator("select").select_option("new")
    states = table.locator("tbody tr:visible td:last-child").all_inner_texts()
    assert {text.split()[-1] for text in states} == {"new"}


def test_new_rows_stand_first_before_anybody_sorts(open_page: Open) -> None:
    table = grid(open_page("scanned"), "cves")
    assert table.locator("tbody tr").first.locator("td").last.inner_text().endswith("new")


def test_the_skip_link_is_the_first_stop(open_page: Open) -> None:
    page = open_page("scanned")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the report")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_without_the_script_all_is_there(open_page: Open) -> None:
    page = open_page("scanned", script=False)
    expect(page.locator("h1")).to_contain_text("works: 12 of 12 tests passed on both.")
    assert grid(page, "commands").locator("tbody tr:visible").count() > 20
    expect(page.locator(".tools").first).to_be_hidden()
    expect(page.locator("#commands thead")).to_contain_text("Command")


def test_the_printed_page_holds_the_answer(open_page: Open) -> None:
    page = open_page("scanned", scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_hostile_text_is_only_text(open_page: Open) -> None:
    page = open_page("hostile")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    seen = POISON.partition("\x00")[0]
    assert page.locator("main").inner_text().count(seen) > 20
    assert "\\x00" in page.locator("main").inner_text()


def test_a_crowded_page_opens_fast_and_filters_and_is_printed_whole(open_page: Open) -> None:
    page = open_page("crowded")
    timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    assert page.evaluate(timing) < 10_000  # a busy machine; about 0.5 s on a quiet one
    table = grid(page, "commands")
    table.locator("input").fill("command-2999")
    expect(table.locator("output")).to_have_text("1 of 3000 rows shown")
    table.locator("input").fill("")
    rows = page.locator("#commands tbody tr:not([hidden])")
    expect(rows).to_have_count(500)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(rows).to_have_count(3000)


def test_five_thousand_entries_are_usable(open_page: Open) -> None:
    page = open_page("crowded-fleet")
    took = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert took < 10_000  # a busy machine; about 0.7 s on a quiet one
    table = grid(page, "entries")
    assert len(firsts(table)) == 500
    sorting_reaches_the_rows_that_are_not_shown(table)
    table.locator("input").fill("name-00123")
    expect(table.locator("output")).to_have_text("1 of 5000 rows shown")
    table.locator("input").fill("")
    table.locator("select").select_option("no base works")
    expect(table.locator("output")).to_have_text("500 of 5000 rows shown")
    table.get_by_role("button", name="Show all 1000 rows").click()
    expect(table.locator("output")).to_have_text("1000 of 5000 rows shown")
    expect(table.locator(".more")).to_be_hidden()


def sorting_reaches_the_rows_that_are_not_shown(table: Locator) -> None:
    header = table.locator("thead th").first
    header.get_by_role("button").click()
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert firsts(table)[0] == "team-39/service-with-a-long-name-04999"


def test_a_fleet_shows_first_what_needs_somebody(open_page: Open) -> None:
    page = open_page("fleet")
    expect(page.locator("h1")).to_contain_text("4 of 20 entries in 20 repositories work on a")
    table = grid(page, "entries")
    assert firsts(table)[:2] == ["pay/ledger", "pay/risk"]
    table.locator("select").select_option("infrastructure")
    assert firsts(table) == ["ops/net", "ops/net2"]
    table.locator("select").select_option("")
    table.locator("input").fill("tier-1")
    assert firsts(table) == ["shop/cart"]


def test_hostile_text_of_a_fleet_is_only_text(open_page: Open) -> None:
    page = open_page("hostile-fleet")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.locator("main").inner_text().count(POISON.partition("\x00")[0]) > 10


def test_a_link_to_a_table_opens_it(open_page: Open) -> None:
    page = open_page("scanned")
    page.get_by_role("navigation").get_by_role("link", name="Commands").click()
    expect(page.locator("#commands tbody tr").first).to_be_visible()


def test_what_is_drawn_in_colour_is_said_in_words(open_page: Open) -> None:
    page = open_page("scanned")
    ladder = page.locator("#ladder").inner_text()
    for word in ("works", "regression", "not proposed", "the answer", "passes its checks"):
        assert word in ladder
    grown = page.locator(".bars tr.larger").first
    expect(grown).to_contain_text("▲ LARGER")
