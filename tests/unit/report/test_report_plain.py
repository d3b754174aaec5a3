from stepdown.report import plain
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
    bullets,
    fold,
    paragraph,
    section,
)


def write(*blocks: Block, width: int = 40, verbose: bool = False) -> list[str]:
    document = Document((), (Section("Title", blocks),))
    return plain.write(document, width=width, verbose=verbose).splitlines()


def test_paragraphs_wrap_at_the_width_and_keep_long_words() -> None:
    long = "x" * 50
    assert write(paragraph("short words that need two lines in all ", Code(long))) == [
        "Title",
        "  short words that need two lines in all",
        f"  `{long}`",
    ]


def test_bullets_hang_and_numbers_count() -> None:
    items = (("one two three four five six seven eight nine",), ("b",))
    assert write(Bullets(items), width=30)[1:] == [
        "  - one two three four five",
        "    six seven eight nine",
        "  - b",
    ]
    assert write(Bullets((("a",), ("b",)), ordered=True))[1:] == ["  1. a", "  2. b"]


def test_what_follows_an_announcement_is_close_to_it() -> None:
    lines = write(paragraph("Here:"), Listing(("x",)), paragraph("End."))
    assert lines[1:] == ["  Here:", "    x", "", "  End."]


def test_commands_are_never_wrapped_logs_are() -> None:
    long = "word " * 12
    assert write(Listing((long,)))[1:] == [f"    {long}".rstrip()]
    wrapped = write(Listing((long, "", "\tindented"), log=True))[1:]
    assert max(map(len, wrapped)) <= 40
    assert wrapped[-2:] == ["", "        indented"]


def test_names_are_counted_where_they_are_cut() -> None:
    names = Names("shells", tuple(f"s{n}" for n in range(10)))
    assert write(names, width=80)[1:] == ["  shells: s0, s1, s2, s3, s4, s5, s6, s7, and 2 more"]
    assert "s9" in write(names, width=80, verbose=True)[1]
    two = write(Names("a", ("b",)), Names("c", ("d",)))
    assert two[1:] == ["  a: b", "  c: d"]


def test_folds_open_only_when_verbose_and_an_empty_section_has_no_title() -> None:
    folded = Fold("More", (Paragraph(("text",)),))
    assert write(folded) == [""]
    assert write(folded, verbose=True) == ["Title", "  More", "    text"]


def test_tables_wrap_the_widest_column_at_the_marks_of_image_names() -> None:
    rows = (
        (("gcr.io/distroless/nodejs24-debian13:nonroot",), ("1",)),
        (("node",), ("10",)),
    )
    assert write(Table(("image", "n"), rows, frozenset({1})), width=34)[1:] == [
        "  image                          n",
        "  gcr.io/distroless/             1",
        "  nodejs24-debian13:nonroot",
        "  node                          10",
    ]


def test_a_word_without_marks_is_cut_only_as_a_last_resort() -> None:
    lines = write(Table(("", "n"), ((("y" * 30,), ("1",)),)), width=16)
    assert lines[2:] == ["  yyyyyyyyyyy  1", "  yyyyyyyyyyy", "  yyyyyyyy"]
    narrow = write(Table(("", ""), ((("y" * 9,), ("z" * 9,)),)), width=5)
    assert narrow[2:] == ["  yyyyyyyy  zzzzzzzz", "  y         z"]


def test_nothing_makes_no_block() -> None:
    assert bullets(()) == fold("a") == ()
    assert section("b") == ()


def test_a_block_without_a_section_is_flush_left() -> None:
    assert plain.blocks((paragraph("a"), Bullets((("b",),)))) == "a\n\n- b\n"
