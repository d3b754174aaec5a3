"""The description: our part between its markers, and what people wrote around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepdown.deliver.branch import request_branch
from stepdown.deliver.description import Mark, around, digest, found, replaced, room, written
from stepdown.deliver.identity import identity, with_trailers

MARK = Mark(identity="abc", facts=(("Base", "a--b -->"), ("Tests", "12")), pushed="c0ffee")


def test_what_is_written_is_found() -> None:
    body = f"Above.\n\n{written(MARK, 'The report.')}\n\nBelow."
    part = found(body)
    assert part is not None
    assert (part.text, part.touched) == ("The report.", False)
    assert (part.mark.identity, part.mark.facts) == (MARK.identity, MARK.facts)


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=80))
def test_any_report_and_any_words_around_it_survive(text: str, above: str, below: str) -> None:
    if "<!-- stepdown:" in above + below or "\r" in text + above + below:
        return
    first = f"{above}{written(MARK, text)}{below}"
    part = found(first)
    assert part is not None
    assert not part.touched
    assert replaced(first, written(MARK, "new")) == f"{above}{written(MARK, 'new')}{below}"


def test_a_log_line_that_looks_like_a_marker_is_none() -> None:
    text = 'One\n<!-- stepdown: end -->\n<!-- stepdown: {"identity": "evil"} -->\nTwo'
    part = found(written(MARK, text))
    assert part is not None
    assert part.mark.identity == "abc"
    assert part.text.endswith("Two")
    assert not part.touched


def test_values_cannot_end_the_comment() -> None:
    first = written(MARK, "text").partition("\n")[0]
    assert first.count("--") == 2


def test_forges_that_change_line_ends_and_blanks_touch_nothing() -> None:
    body = written(MARK, "One\n\nTwo").replace("\n", "\r\n").replace("One", "One  ")
    part = found(body)
    assert part is not None
    assert not part.touched


def test_a_word_of_a_person_in_our_part_is_seen() -> None:
    part = found(written(MARK, "One two").replace("two", "three"))
    assert part is not None
    assert part.touched


@pytest.mark.parametrize(
    "body",
    ["", "Text", "<!-- stepdown: end -->", '<!-- stepdown: {"x": } -->\n<!-- stepdown: end -->'],
)
def test_where_there_is_no_part(body: str) -> None:
    assert found(body) is None


def test_without_a_part_it_comes_after_what_is_there() -> None:
    part = written(MARK, "text")
    assert replaced("", part) == f"{part}\n"
    assert replaced("Mine.\n", part) == f"Mine.\n\n{part}\n"
    assert around(f"Mine.\n{part}") == 6


def test_a_later_version_may_know_more() -> None:
    body = written(MARK, "text").replace('{"identity"', '{"more":1,"identity"')
    assert found(body) is not None


def test_facts_give_way_to_a_small_limit() -> None:
    many = Mark(identity="a", facts=tuple((f"Fact {n}", "value") for n in range(100)))
    kept = room(many, 2000)
    assert 0 < len(kept.facts) < 100
    assert len(written(kept, "").encode()) < 700
    assert room(many, 60_000) == many


def test_a_digest_is_of_the_words() -> None:
    assert digest("a \r\nb\n") == digest("a\nb")
    assert digest("a b") != digest("ab")


def test_an_identity_is_of_path_and_content() -> None:
    assert identity("a", b"b") == identity("a", b"b")
    assert len({identity("a", b"bc"), identity("ab", b"c"), identity("a", b"")}) == 3
    assert with_trailers("Subject\n\nText.\n", "x") == "Subject\n\nText.\n\nStepdown-Id: x\n"


@pytest.mark.parametrize(
    ("dockerfile", "target", "branch"),
    [
        ("Dockerfile", "", "stepdown/dockerfile"),
        ("services/API/Dockerfile", "", "stepdown/services-api-dockerfile"),
        ("Dockerfile", "release/1.x", "stepdown/dockerfile-into-release-1-x"),
    ],
)
def test_a_request_has_one_branch_for_each_file(dockerfile: str, target: str, branch: str) -> None:
    assert request_branch(dockerfile, target) == branch
