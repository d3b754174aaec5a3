"""`measure` and `compare` as processes: what they print, what they keep, and bad input."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stories import Said, Stepdown

pytestmark = pytest.mark.engine

FOREIGN = "FROM scratch\nCOPY file /file\n"


def complains(said: Said, code: int, *words: str) -> None:
    """One sentence, a hint, no trace, nothing on standard output."""
    assert said.returncode == code, said.stderr
    assert "Traceback" not in said.stderr
    assert "hint:" in said.stderr
    assert not said.stdout
    for word in words:
        assert word in said.stderr


@pytest.mark.parametrize("words", [("measure",), ("compare", "busybox:musl")])
def test_no_such_image(stepdown: Stepdown, words: tuple[str, ...]) -> None:
    missing = "localhost:1/stepdown/missing:1"
    complains(stepdown(*words, missing), 1, missing, "cannot be had")


@pytest.mark.parametrize("name", ["Not An Image", "a:b:c", "-x/", "image@sha256:1"])
def test_what_is_no_name_of_an_image(stepdown: Stepdown, name: str) -> None:
    complains(stepdown("measure", "--", name), 2, "no name of an image")


def test_flags_that_contradict_each_other(stepdown: Stepdown) -> None:
    said = stepdown("measure", "--quick", "--base", "alpine:3.23", "alpine:3.23")
    complains(said, 2, "--quick")


@pytest.mark.parametrize("content", [b"", b"nonsense", b'{"matches": 7}'])
def test_a_scanner_report_that_is_nonsense(
    stepdown: Stepdown, tmp_path: Path, content: bytes
) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(content)
    said = stepdown("measure", "busybox:musl", "--scan-report", report)
    assert "Traceback" not in said.stderr
    assert said.returncode or "unknown" in said.stdout


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[str]:
    """An image for a processor that this machine does not have."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(FOREIGN)
    (folder / "file").write_text("x")
    name = f"stepdown-test/foreign:{os.getpid()}"
    words = ["--platform", "linux/arm64", "--load", "--quiet", "--tag", name, str(folder)]
    subprocess.run(["docker", "buildx", "build", *words], check=True, capture_output=True)
    yield name
    subprocess.run(["docker", "image", "rm", name], check=True, capture_output=True)


def test_an_image_for_another_processor(stepdown: Stepdown, foreign: str) -> None:
    said = stepdown("measure", foreign)
    assert said.returncode == 0, said.stderr
    assert "arm64" in said.stdout
    compared = stepdown("compare", "busybox:musl", foreign)
    assert "different processors" in compared.stdout


def test_a_card_is_kept_and_the_same_again(stepdown: Stepdown, home: Path) -> None:
    first = stepdown("measure", "alpine:3.23", "--json")
    (card,) = (home / "stepdown" / "cards").iterdir()
    again = stepdown("measure", "alpine:3.23", "--json")
    assert json.loads(again.stdout) == json.loads(first.stdout)
    damaged = card.read_bytes()[:50]
    card.write_bytes(damaged)
    assert json.loads(stepdown("measure", "alpine:3.23", "--json").stdout)["image"] == "alpine:3.23"
    assert card.read_bytes() != damaged


def test_what_comes_with_the_base_and_the_layers(stepdown: Stepdown) -> None:
    said = stepdown("measure", "python:3.13-alpine", "--base", "alpine:3.23", "--verbose")
    assert said.returncode == 0, said.stderr
    assert "of the base" in said.stdout
    assert "Added to alpine:3.23" in said.stdout
    assert "Size by layer" in said.stdout
    rows = {line[:40].strip(): line.split()[-3:] for line in said.stdout.splitlines() if line}
    packages = [int(n) for n in rows["Packages of the operating system"]]
    assert packages[0] == packages[1] + packages[2]
    assert packages[1] > 10


def test_a_comparison_as_json_has_the_lists(stepdown: Stepdown) -> None:
    delta = json.loads(stepdown("compare", "alpine:3.23", "busybox:musl", "--json").stdout)
    rows = {row["key"]: row for row in delta["rows"]}
    assert rows["commands"]["added"]
    assert rows["commands"]["removed"]
    assert rows["os_packages"]["change"] == "unknown"
    assert any("no gain" in warning for warning in delta["warnings"])
