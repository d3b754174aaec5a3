"""A saved record in the forms that machines read."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from stories import Stepdown

RECORD = Path(__file__).parents[1] / "unit" / "record" / "outcome.json"


def test_sarif_and_junit_of_a_record(stepdown: Stepdown) -> None:
    log = json.loads(stepdown("report", RECORD, "--format", "sarif").stdout)
    (first, *_) = log["runs"][0]["results"]
    assert first["ruleId"] == "smaller-base"
    said = stepdown("report", RECORD, "--format", "junit")
    assert said.returncode == 0
    assert ET.fromstring(said.stdout.encode()).tag == "testsuites"
    assert said.stdout == stepdown("report", RECORD, "--format", "junit").stdout


def test_html_of_a_record(stepdown: Stepdown) -> None:
    said = stepdown("report", RECORD, "--format", "html")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("<!doctype html>\n")
    assert said.stdout == stepdown("report", RECORD, "--format", "html").stdout


def test_the_schema_of_records(stepdown: Stepdown) -> None:
    said = stepdown("report", "--schema")
    assert json.loads(said.stdout)["$id"] == "urn:stepdown:record:1"
    asked = stepdown("report")
    assert asked.returncode == 2
    assert "RECORD" in asked.stderr


def test_a_record_without_packages_gives_no_empty_bill(stepdown: Stepdown) -> None:
    for form in ("cyclonedx", "spdx"):
        said = stepdown("report", RECORD, "--format", form)
        assert (said.returncode, said.stdout) == (1, "")
        assert "The record holds no list of packages." in said.stderr


def test_an_unknown_suffix_is_refused_before_any_work(stepdown: Stepdown, tmp_path: Path) -> None:
    said = stepdown("migrate", tmp_path, "--yes", "--report", tmp_path / "report.pdf")
    assert said.returncode == 2
    assert ".cdx.json" in said.stderr
