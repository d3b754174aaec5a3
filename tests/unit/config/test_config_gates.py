"""Gates: from words, judged on a card, waived for a time, told in reports."""

import msgspec
import pytest

from stepdown.errors import UsageError
from stepdown.flow import catalog, gates
from stepdown.measure.gates import judge
from stepdown.measure.surface import surface
from stepdown.model.config import Gates, Most
from stepdown.model.gate import Gate, GateResult, GateState, Waiver
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Known, Measure, Surface
from stepdown.report import gates as report
from stepdown.rootfs import image as rootfs_image

TODAY = "2026-11-30"


def card(*measures: Measure) -> Surface:
    return Surface(
        image="app", image_id="1", os="", libc="", architecture="", user="", measures=measures
    )


def commands(value: int | None, known: Known = Known.MEASURED, *items: str) -> Surface:
    reason = "" if known is Known.MEASURED else "a box could not be read"
    return card(
        Measure(
            key="commands", title="Commands", value=value, known=known, items=items, reason=reason
        )
    )


def judged(found: Surface | None, *words: str, waivers: tuple[Waiver, ...] = ()) -> GateResult:
    (result,) = judge(found, gates.with_words((), words), waivers, TODAY)
    return result


@pytest.mark.parametrize(
    ("value", "known", "state"),
    [
        (100, Known.MEASURED, GateState.PASSED),
        (101, Known.MEASURED, GateState.FAILED),
        (101, Known.PARTIAL, GateState.FAILED),
        (100, Known.PARTIAL, GateState.UNKNOWN),
        (0, Known.PARTIAL, GateState.UNKNOWN),
        (None, Known.UNKNOWN, GateState.UNKNOWN),
        (0, Known.UNKNOWN, GateState.UNKNOWN),
    ],
)
def test_only_a_known_number_passes(value: int | None, known: Known, state: GateState) -> None:
    result = judged(commands(value, known), "max.commands=100")
    assert result.state is state
    assert result.kept == (state is GateState.PASSED)


def test_what_was_not_measured_is_unknown() -> None:
    assert judged(None, "max.commands=100").state is GateState.UNKNOWN
    assert judged(card(), "forbid.shell").state is GateState.UNKNOWN


def test_a_forbidden_tool_is_looked_for_by_name() -> None:
    found = commands(2, Known.MEASURED, "curl", "/opt/bin/nc")
    assert judged(found, "forbid.tool.curl").state is GateState.FAILED
    assert judged(found, "forbid.tool.nc").items == ("/opt/bin/nc",)
    assert judged(found, "forbid.tool.wget").state is GateState.PASSED
    part = commands(2, Known.PARTIAL, "curl")
    assert judged(part, "forbid.tool.curl").state is GateState.FAILED
    assert judged(part, "forbid.tool.wget").state is GateState.UNKNOWN
    assert judged(commands(None, Known.UNKNOWN), "forbid.tool.wget").state is GateState.UNKNOWN


def test_a_waiver_counts_up_to_its_day_and_for_its_gate() -> None:
    def state(gate: str, expires: str) -> GateState:
        waiver = Waiver(gate=gate, reason="later", expires=expires)
        return judged(commands(101), "max.commands=100", waivers=(waiver,)).state

    assert state("max.commands", TODAY) is GateState.WAIVED
    assert state("max.commands", "2026-11-29") is GateState.FAILED
    assert state("max.shells", "2027-11-29") is GateState.FAILED
    waiver = Waiver(gate="max.commands", reason="later", expires="2099-01-01")
    assert judge(commands(101), (Gate(id="max.commands", measure="commands"),), (waiver,), "")[
        0
    ].state is (GateState.FAILED)


def test_words_of_flags() -> None:
    known = gates.with_words((), ["max.commands=5", "max.size-visible=1.5 MB", "forbid.root"])
    assert [(gate.measure, gate.limit) for gate in known] == [
        ("commands", 5),
        ("size_visible", 1_500_000),
        ("runs_as_root", 0),
    ]
    assert gates.with_words(known, ["forbid.root=false", "max.commands=7"])[-1].limit == 7
    assert "forbid.root" not in {g.id for g in gates.with_words(known, ["forbid.root=false"])}


@pytest.mark.parametrize(
    "word", ["max.comands=1", "max.commands", "shell", "forbid.tool.", "x.y=1"]
)
def test_what_is_no_gate(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        gates.with_words((), [word])
    assert "max.commands" in f"{caught.value.hint}{caught.value.details}"


def test_each_number_of_the_card_has_a_gate() -> None:
    nothing = rootfs_image.read([bytes(1024)])
    found = surface(nothing, ImageConfig(id="", architecture=""), catalog.load(), "")
    keys = {measure.key for measure in found.measures}
    assert set(Most.__struct_fields__) == keys - {"runs_as_root"}
    words = [f"{name}" for name in gates.ids() if name.startswith("forbid.")]
    assert {gate.measure for gate in gates.with_words((), words)} <= keys


def test_an_empty_part_is_no_gate() -> None:
    assert gates.of(Gates()) == ()
    assert gates.of(msgspec.convert({"max": {}, "forbid": {"shell": False}}, Gates)) == ()


def test_the_report_tells_the_number_and_why() -> None:
    waiver = Waiver(gate="max.commands", reason="until the resizer ships", expires="2027-01-31")
    results = (
        judged(commands(101), "max.commands=100"),
        judged(commands(3, Known.PARTIAL), "max.commands=9"),
        judged(commands(7), "max.commands=5", waivers=(waiver,)),
    )
    text = report.text(results)
    assert "max.commands: 101, allowed 100" in text
    assert "≥ 3" in text
    assert "unknown never passes" in text
    assert "waived until 2027-01-31: until the resizer ships." in text
    assert report.summary(results[2:]) == ""
    assert "FAILED" in report.markdown(results)
