"""Questions as plain lines: for screen readers, and terminals that cannot draw."""

import io

import pytest

from stepdown.cli.prompts import Choice, Drawn, Lines, prompts
from stepdown.cli.wizard import After, Asker
from stepdown.errors import Interrupted

CHOICES = (Choice(title="first", value="a"), Choice(title="second", value="b", on=True))


def lines(*answers: str) -> tuple[Lines, io.StringIO]:
    waiting, shown = [f"{answer}\n" for answer in answers], io.StringIO()
    return Lines(read=lambda: waiting.pop(0) if waiting else "", stream=shown), shown


@pytest.mark.parametrize(("answer", "value"), [("", "a"), ("1", "a"), ("2", "b")])
def test_a_choice_by_number(answer: str, value: str) -> None:
    asking, shown = lines(answer)
    assert asking.select("Which?", CHOICES) == value
    assert "Which?\n  1. first\n  2. second\n" in shown.getvalue()


@pytest.mark.parametrize("nonsense", ["0", "3", "x", "1 2", "-1"])
def test_nonsense_is_asked_again(nonsense: str) -> None:
    asking, _ = lines(nonsense, "2")
    assert asking.select("Which?", CHOICES) == "b"


@pytest.mark.parametrize(
    ("answer", "values"),
    [("", ("b",)), ("-", ()), ("1", ("a",)), ("2 1", ("a", "b")), ("1,2", ("a", "b"))],
)
def test_several_choices(answer: str, values: tuple[str, ...]) -> None:
    asking, _ = lines(answer)
    assert asking.several("Which?", CHOICES) == values


@pytest.mark.parametrize(
    ("answer", "default", "text"),
    [("", "x", "x"), (" y ", "x", "y"), ("-", "x", ""), ("-", "", "-"), ("", "", "")],
)
def test_a_text(answer: str, default: str, text: str) -> None:
    asking, _ = lines(answer)
    assert asking.text("What?", default) == text


@pytest.mark.parametrize(
    ("answers", "default", "said"),
    [([""], True, True), ([""], False, False), (["what", "Y"], False, True), (["no"], True, False)],
)
def test_yes_or_no(answers: list[str], default: bool, said: bool) -> None:  # noqa: FBT001
    asking, _ = lines(*answers)
    assert asking.confirm("Go on?", default=default) is said


def test_the_end_of_input_is_a_stop() -> None:
    asking, _ = lines()
    with pytest.raises(Interrupted):
        asking.confirm("Go on?")


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("TERM", "dumb", Lines), ("STEPDOWN_LINES", "1", Lines), ("TERM", "xterm", Drawn)],
)
def test_which_kind(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, kind: type[object]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("STEPDOWN_LINES", raising=False)
    monkeypatch.setenv(name, value)
    assert isinstance(prompts(), kind)


def test_a_branch_can_become_a_merge_request() -> None:
    asked = Asker(prompts=lines("2", "3", "")[0])
    assert asked.after("stepdown/x", "alpine:3") is After.REQUEST
    assert asked.after("stepdown/x", "alpine:3") is After.FURTHER
    assert asked.after("stepdown/x", "") is After.KEEP
