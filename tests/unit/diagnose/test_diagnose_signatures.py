"""Every signature against lines as programs print them, and against ordinary logs."""

from pathlib import Path

import pytest

from stepdown.flow.catalog import load
from stepdown.model.image import Tier
from stepdown.model.recipe import Channel
from stepdown.model.trial import Message
from stepdown.verify.diagnose import diagnose

HERE = Path(__file__).parent
ROWS = [
    tuple(line.split("\t"))
    for line in (HERE / "signatures.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
ORDINARY = (HERE / "ordinary.log").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("wanted", "channel", "tier", "line"), ROWS)
def test_a_line_shows_its_breakage(wanted: str, channel: str, tier: str, line: str) -> None:
    message = Message(channel=Channel(channel), text=line)
    found = diagnose([("check", message)], load().breakages, tier=Tier(tier))
    assert [finding.breakage for finding in found] == [wanted]
    assert found[0].evidence in line
    assert found[0].checks == ("check",)


def test_the_corpus_is_large_enough_and_names_only_known_breakages() -> None:
    ids = {breakage.id for breakage in load().breakages}
    assert len(ROWS) >= 60
    assert {row[0] for row in ROWS} <= ids
    assert len(ORDINARY) > 300


@pytest.mark.parametrize("channel", Channel)
def test_ordinary_logs_show_nothing(channel: Channel) -> None:
    messages = [(line, Message(channel=channel, text=line)) for line in ORDINARY]
    found = diagnose(messages, load().breakages)
    assert [(f.breakage, f.evidence) for f in found if f.breakage != "unknown"] == []
