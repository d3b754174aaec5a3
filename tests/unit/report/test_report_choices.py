"""What the wizard shows to choose from."""

import msgspec
import outcomes
import pytest
from rich.console import Console

from stepdown.model.plan import Hazard, Plan, Refusal
from stepdown.report import choices

PLAN = outcomes.success().plan
HAZARD = Hazard(id="H05", evidence="sharp 0.33 has no build for musl")


def drawn(plan: Plan, width: int = 80, hazard: Hazard | None = None) -> str:
    console = Console(width=width, color_system=None)
    hazards = {step.candidate.image: (hazard,) if hazard else () for step in plan.steps}
    with console.capture() as capture:
        console.print(choices.table(plan, hazards, width))
        console.print(choices.edits(plan))
    return capture.get()


def refusing(plan: Plan, *, blocking: bool) -> Plan:
    refusal = Refusal(
        line=7, excerpt="RUN x", fixer="apt", reason="it is odd", hint="mend it", blocking=blocking
    )
    steps = tuple(
        msgspec.structs.replace(
            step, rewrite=msgspec.structs.replace(step.rewrite, refusals=(refusal,))
        )
        for step in plan.steps
    )
    return msgspec.structs.replace(plan, steps=steps)


@pytest.mark.parametrize("width", [40, 59, 60, 80, 200])
def test_it_fits_the_screen(width: int) -> None:
    assert max(map(len, drawn(PLAN, width).splitlines())) <= width


@pytest.mark.parametrize("width", [50, 120])
def test_it_names_every_base(width: int) -> None:
    shown = drawn(PLAN, width)
    assert all(step.candidate.image in shown for step in PLAN.steps)


def test_what_is_recommended_and_why() -> None:
    last = PLAN.steps[-1].candidate.image
    assert "nothing is predicted to go wrong" in drawn(PLAN).replace("\n", " ")
    words = " ".join(drawn(PLAN, hazard=HAZARD).split())
    assert f"For {last} hazard H05 is predicted: sharp 0.33 has no build for musl." in words


def test_a_base_that_cannot_be_built_is_not_recommended() -> None:
    words = " ".join(drawn(refusing(PLAN, blocking=True)).split())
    assert "blocked" in words
    assert "None of them can be built as the file stands" in words
    assert "line 7 Left as it is: it is odd. Mend it. This base cannot be built" in words


def test_a_refusal_that_blocks_nothing_is_told_too() -> None:
    words = " ".join(drawn(refusing(PLAN, blocking=False)).split())
    assert "line 7 Left as it is: it is odd. Mend it." in words
    assert "blocked" not in words


def test_an_edit_is_told_once() -> None:
    one = PLAN.steps[0]
    twice = msgspec.structs.replace(PLAN, steps=(one, one))
    reason = one.rewrite.edits[0].reason
    assert " ".join(drawn(twice).split()).count(" ".join(reason.split())) == 1


def test_nothing_to_choose_from() -> None:
    assert "No smaller base" in drawn(msgspec.structs.replace(PLAN, steps=()))
