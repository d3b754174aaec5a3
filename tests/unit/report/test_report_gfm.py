import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from stepdown.report import gfm
from stepdown.report.document import (
    Block,
    Bullets,
    Code,
    Document,
    Fold,
    Listing,
    Names,
    Paragraph,
    Section,
    Table,
)
from stepdown.report.words import visible

ORACLE = MarkdownIt("commonmark").enable(["table", "strikethrough"])

HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- hidden",
    "</details>",
    "*a* _b_ **c** ~~d~~ `e` ``f``",
    "[link](http://x) ![image](http://y)",
    "a | b \\| c \\",
    "`a | b`",
    "# heading",
    "- item",
    "1. item",
    "2) item",
    "> quote",
    "===",
    "/close",
    "&lt; &#64; &amp;",
    "\\*",
    "$PATH and $HOME",
    "```",
    " `` ",
    "| --- |",
    "http_proxy=a_b_c",
    "http://a_b|c) www.a_b",
    "`",
    "\x1b[1mbold",
    "\udcff",
]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.sampled_from("ab `|\\*_<>[]()&#!@/$~-+.=1\"'"), min_size=1),
    st.text(st.characters(codec=None), min_size=1),
)


def seen(markdown: str) -> str:
    """Return the text that a reader sees, without zero-width spaces and with single spaces."""
    page = re.sub(r"<[^>]+>", "", ORACLE.render(markdown))
    return " ".join(html.unescape(page).replace("\u200b", "").split())


def single(text: str) -> str:
    return " ".join(visible(text).replace("\u200b", "").split())


def write(*blocks: Block) -> str:
    return gfm.write(Document((), (Section("t", blocks),)))


@settings(deadline=None)
@given(texts)
def test_foreign_prose_is_seen_as_it_is(text: str) -> None:
    shown = seen(write(Bullets((("x ", text),))))
    assert shown.replace("`", "") == single(f"t x {single(text)}").replace("`", "")


@settings(deadline=None)
@given(texts)
def test_foreign_code_is_seen_as_it_is_even_in_a_table(text: str) -> None:
    expected = single(text) or "(empty)"
    assert seen(write(Paragraph(("is ", Code(text))))) == single(f"t is {expected}")
    table = write(Table(("h",), (((Code(text),),),)))
    assert seen(table) == single(f"t h {expected}")


@settings(deadline=None)
@given(texts, texts)
def test_a_table_keeps_its_cells(first: str, second: str) -> None:
    table = write(Table(("a", "b"), (((first,), (Code(second),)),)))
    page = ORACLE.render(table)
    assert page.count("<td>") == 2
    assert page.count("<tr>") == 2


@settings(deadline=None)
@given(st.lists(texts, max_size=5))
def test_a_listing_cannot_be_left(lines: list[str]) -> None:
    page = ORACLE.render(write(Listing(tuple(lines)), Paragraph(("after",))))
    assert page.count("<pre>") == 1
    assert page.endswith("<p>after</p>\n")


@settings(deadline=None)
@given(texts)
def test_no_foreign_text_makes_an_element(text: str) -> None:
    page = ORACLE.render(write(Bullets(((text,),)), Paragraph((text,)), Names(text, (text,))))
    assert set(re.findall(r"<(\w+)", page)) <= {"h3", "ul", "li", "p", "code"}


def test_prose_in_backticks_becomes_code() -> None:
    assert gfm.marked("run `a_b` now") == "run `a_b` now"
    assert gfm.marked("one ` only") == "one \\` only"
    assert gfm.marked("``two``") == "\\`\\`two\\`\\`"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("thanks @ada", "thanks @&#8203;ada"),
        ("fixes #12", "fixes #&#8203;12"),
        ("see !7", "see !&#8203;7"),
        ("node@sha256", "node@sha256"),
        ("write to ada@example.org", "write to ada@&#8203;example.org"),
        ("at https://x_y", "at https&#58;//x\\_y"),
        ("at www.x", "at www&#46;x"),
    ],
)
def test_nobody_is_mentioned_and_nothing_is_linked(text: str, safe: str) -> None:
    assert gfm.escaped(text) == safe


def test_a_quick_action_does_not_start_a_line() -> None:
    assert "\n/close" not in write(Paragraph(("/close",)))
    assert write(Paragraph(("/close",))).endswith("&#8203;/close\n")


def test_the_first_paragraph_is_strong_and_the_others_are_not() -> None:
    document = Document((Paragraph(("a",)), Paragraph(("b",))), ())
    assert gfm.write(document) == "**a**\n\nb\n"


@pytest.mark.parametrize("rows", [20, 21])
def test_more_than_twenty_rows_are_folded(rows: int) -> None:
    names = tuple(f"n{n}" for n in range(rows))
    items: tuple[tuple[Code], ...] = tuple((Code(name),) for name in names)
    for block in (
        Names("names", names),
        Bullets(items),
        Listing(names),
        Table(("h",), tuple((item,) for item in items)),
    ):
        assert ("<details>" in write(block)) == (rows > 20)


def test_a_fold_has_its_title_escaped() -> None:
    written = write(Fold("a <b> `c`", (Paragraph(("text",)),)))
    assert "<details><summary>a &#60;b&#62; &#96;c&#96;</summary>\n\ntext\n\n</details>" in written


def test_what_is_cut_is_counted() -> None:
    many = tuple(f"name-{n:04}" * 20 for n in range(400))
    written = write(Names("names", many), Bullets(tuple((n,) for n in many)), Listing(many))
    assert len(written.encode()) < gfm.MAX_BYTES
    assert re.search(r"… and \d+ more", written)
    assert re.search(r"\(\d+ more lines not shown\)", written)


def test_the_end_of_a_log_is_kept() -> None:
    lines = tuple(f"line {n}" for n in range(400))
    written = write(Listing(lines, tail=True))
    assert "line 399" in written
    assert "line 1\n" not in written
    assert "(100 earlier lines not shown)" in written


def test_a_long_span_says_how_much_is_missing() -> None:
    written = write(Paragraph((Code("x" * 1500),)), Table(("h",), (((("y" * 1200),),),) * 301))
    assert "… (500 more characters)" not in written  # the table made all limits tighter
    assert re.search(r"x… \(\d+ more characters\)", written)
    assert re.search(r"… and \d+ more", written)


def test_sections_are_left_out_by_name_as_a_last_resort() -> None:
    blocks = tuple(Paragraph(("z" * 190,)) for _ in range(200))
    sections = tuple(Section(f"part {n}", blocks) for n in range(4))
    written = gfm.write(Document((Paragraph(("lead",)),), sections))
    assert len(written.encode()) < gfm.MAX_BYTES
    assert "### part 0" in written
    assert "Too long for a description: part 1; part 2; part 3." in written


def test_the_highest_rank_goes_first_and_the_order_stays() -> None:
    blocks = tuple(Paragraph(("z" * 190,)) for _ in range(100))
    sections = tuple(Section(f"part {n}", blocks, rank=rank) for n, rank in enumerate((2, 1, 0, 3)))
    written = gfm.write(Document((), sections))
    titles = [line for line in written.splitlines() if line.startswith("### ")]
    assert titles == ["### part 0", "### part 1", "### part 2", "### Left out"]


def test_many_sections_that_are_left_out_are_counted() -> None:
    sections = tuple(Section(f"section {n:03}", (Paragraph(("z" * 99,)),)) for n in range(300))
    written = gfm.write(Document((), sections), limit=2000)
    assert len(written.encode()) < 2000
    assert re.search(r"section 0\d\d; \d+ other sections\.$", written)


def test_a_lead_that_is_too_long_is_said_too() -> None:
    lead = tuple(Paragraph(("z" * 190,)) for _ in range(400))
    assert gfm.write(Document(lead, ())) == "The report is too long for a description.\n"
