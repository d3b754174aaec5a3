import msgspec
import outcomes
import pytest

from stepdown.model.image import Tier
from stepdown.model.surface import Known, SurfaceDelta
from stepdown.report import card, text

BEFORE = outcomes.surface("node:24", outcomes.NODE_24)
AFTER = outcomes.surface("node:24-slim", outcomes.SLIM)


def cells(written: str, title: str) -> list[str]:
    line = next(line for line in written.splitlines() if line.strip().startswith(title))
    return line.removeprefix(f"  {title}").split()


def test_one_image_has_its_numbers_and_its_lists_when_asked() -> None:
    short, long = card.surface_text(BEFORE), card.surface_text(BEFORE, verbose=True)
    assert cells(short, "Shells") == ["4"]
    assert "rbash" not in short
    assert "Shells: bash, dash, rbash, sh" in long
    assert "<details>" in card.surface_markdown(BEFORE)


def test_what_is_not_known_says_why() -> None:
    unsure = outcomes.unsure(BEFORE, "os_packages", Known.UNKNOWN, "no package database")
    written = card.surface_text(unsure)
    assert cells(written, "Packages of the operating system") == ["unknown"]
    assert "Packages of the operating system: unknown: no package database." in written


def test_a_state_without_a_reason_still_says_so() -> None:
    unsure = outcomes.unsure(BEFORE, "os_packages", Known.PARTIAL, "")
    written = card.surface_text(unsure)
    assert cells(written, "Packages of the operating system") == ["≥", "414"]
    assert "Packages of the operating system: a lower bound: no reason was given." in written


def test_a_number_that_is_called_unknown_is_not_shown() -> None:
    assert card.value("shells", 0, known=Known.UNKNOWN) == "unknown"
    assert card.value("shells", None, known=Known.MEASURED) == "unknown"
    assert card.value("shells", None, known=Known.PARTIAL) == "unknown"


def test_an_empty_card_names_what_it_does_not_know() -> None:
    bare = msgspec.structs.replace(BEFORE, os="", libc="", architecture="", user="", measures=())
    assert "unknown system, unknown C library, unknown architecture, user root" in (
        card.surface_text(bare)
    )
    assert card.figure(bare, "shells") == card.figure(None, "shells") == "unknown"


def test_a_row_that_grew_is_marked_and_named_even_when_all_others_shrank() -> None:
    grown = outcomes.surface("b", outcomes.SLIM | {"network_tools": 12})
    written = card.delta_text(outcomes.delta(BEFORE, grown))
    assert cells(written, "Network tools") == ["9", "12", "▲", "LARGER"]
    assert "Network tools, new: network_tools-00, network_tools-01, network_tools-02" in written
    assert written.count("LARGER") == 1


def test_new_things_come_before_those_that_are_gone() -> None:
    written = card.delta_text(outcomes.delta(AFTER, BEFORE), verbose=True)
    changed = outcomes.surface("c", outcomes.SLIM)
    first = changed.measures[0]
    other = msgspec.structs.replace(first, value=300, items=("new-command",))
    measures = (other, *changed.measures[1:])
    delta = outcomes.delta(AFTER, msgspec.structs.replace(changed, measures=measures))
    written = card.delta_text(delta, verbose=True)
    assert written.index("New in the candidate") < written.index("Gone from the image")
    assert "Commands that can be called: new-command" in written
    assert "new-command" not in card.delta_text(delta)
    markdown = card.delta_markdown(delta)
    assert markdown.index("New in the candidate") < markdown.index("Gone from the image")


def test_a_row_s_own_reason_is_told() -> None:
    made = outcomes.delta(BEFORE, AFTER)
    row = msgspec.structs.replace(made.rows[0], reason="the two databases differ")
    delta = SurfaceDelta(before=BEFORE, after=AFTER, rows=(row,), warnings=("built last year",))
    written = card.delta_text(delta)
    assert "Commands that can be called: the two databases differ." in written
    assert "Read with care\n  - built last year." in written


def test_a_row_that_no_card_has_is_shown_as_it_is() -> None:
    made = outcomes.delta(BEFORE, AFTER)
    row = msgspec.structs.replace(made.rows[0], key="new", title="news")
    written = card.delta_text(msgspec.structs.replace(made, rows=(row,)))
    assert cells(written, "news") == ["801", "400", "smaller"]


def test_alpine_tells_which_shell_it_has() -> None:
    run = outcomes.checks(outcomes.ALL_PASS)
    trial = outcomes.works(Tier.ALPINE, outcomes.SLIM, run)
    report = text.render(outcomes.outcome(outcomes.baseline(run), trial, answer=0))
    assert "busybox ash" in report
    assert "kubectl" not in report


@pytest.mark.parametrize("known", [Known.UNKNOWN, Known.PARTIAL])
def test_what_was_not_seen_is_not_called_gone_or_new(known: Known) -> None:
    unread = outcomes.unsure(AFTER, "shells", known, "cut")
    empty = msgspec.structs.replace(
        unread,
        measures=tuple(
            msgspec.structs.replace(m, items=()) if m.key == "shells" else m
            for m in unread.measures
        ),
    )
    assert "rbash" not in card.delta_text(outcomes.delta(BEFORE, empty), verbose=True)
    assert "rbash" not in card.delta_text(outcomes.delta(empty, BEFORE), verbose=True)
