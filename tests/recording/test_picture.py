"""The picture in the README shows the recording that is shipped, and nothing else."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import picture
import pytest

ROOT = Path(__file__).parents[2]
RECORDING = (ROOT / "src/stepdown/help/recording-node.md").read_text("utf-8")
SHIPPED = ROOT / ".github/recording.svg"


def test_the_picture_is_that_of_the_recording() -> None:
    write = "python tests/recording/picture.py src/stepdown/help/recording-node.md"
    assert SHIPPED.read_text("utf-8") == picture.draw(RECORDING), f"{write} {SHIPPED}"


def test_every_line_was_on_the_screen() -> None:
    texts = [one.text or "" for one in ET.fromstring(SHIPPED.read_text("utf-8")).iter() if one.text]
    lines = [text for text in texts if text.strip() and text != picture.LEFT_OUT]
    assert len(lines) > 30
    assert [line for line in lines if line not in RECORDING] == []


def test_the_picture_loads_nothing() -> None:
    made = SHIPPED.read_text("utf-8")
    assert re.findall(r"https?://[^\"]+", made) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in made
    assert "href" not in made


def test_another_recording_is_refused() -> None:
    with pytest.raises(SystemExit, match="no line"):
        picture.draw("```text\n$ stepdown\nsomething else\n```\n")


def test_the_readme_shows_it() -> None:
    assert "](.github/recording.svg)" in (ROOT / "README.md").read_text("utf-8")
