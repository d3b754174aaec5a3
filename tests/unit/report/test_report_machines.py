"""The forms that machines read: CycloneDX, SPDX, SARIF and JUnit."""

import json
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import outcomes
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from outcomes_scanned import AFTER, BEFORE, NEW, OLD, scanned
from packageurl import PackageURL
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema

from stepdown.model.surface import Change, Known
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import Inventory
from stepdown.report import cyclonedx, junit, sarif, spdx

TIME = "2026-11-22T10:00:00Z"


def bill(inventory: Inventory = BEFORE, scan: Any = OLD, time: str = TIME) -> dict[str, Any]:
    written = cyclonedx.render(inventory, scan, version="1.2.3", time=time)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    loaded: dict[str, Any] = json.loads(written)
    return loaded


# CycloneDX.
def test_a_bill_is_valid_and_carries_package_urls() -> None:
    made = bill()
    assert made["specVersion"] == "1.6"
    parts = {one["bom-ref"]: one for one in made["components"]}
    assert {one.purl for one in BEFORE.components} <= parts.keys()
    system = parts["operating-system"]
    assert (system["type"], system["name"], system["version"]) == (
        "operating-system",
        "debian",
        "12",
    )
    for one in BEFORE.components:
        purl = PackageURL.from_string(parts[one.purl]["purl"])
        assert (purl.type, purl.name, purl.version) == (one.kind, one.name, one.version)
    assert made["metadata"]["component"]["name"] == "node:24"
    assert made["metadata"]["timestamp"].startswith("2026-11-22T10:00:00")


def test_a_bill_says_which_packages_are_affected_and_what_was_ruled_out() -> None:
    found = {one["id"]: one for one in bill()["vulnerabilities"]}
    assert found.keys() == {one.id for one in OLD.vulnerabilities}
    openssl = BEFORE.components[0].purl
    assert [one["ref"] for one in found["CVE-2024-6119"]["affects"]] == [openssl]
    assert found["CVE-2024-6119"]["recommendation"] == "Update to 3.0.17-1~deb12u1."
    assert found["CVE-2024-6119"]["ratings"] == [{"severity": "high"}]
    assert found["CVE-2024-5535"]["analysis"]["state"] == "not_affected"


def test_a_bill_has_the_same_bytes_each_time_and_nothing_random() -> None:
    script = (
        "import outcomes_scanned as o; from stepdown.report import cyclonedx as c;"
        "import sys; sys.stdout.write(c.render(o.BEFORE, o.OLD, version='1', time=''))"
    )
    command = [sys.executable, "-c", script]
    made = {
        subprocess.run(
            command, capture_output=True, check=True, env={"PYTHONPATH": ":".join(sys.path),
                                                           "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(made) == 1
    (one,) = made
    assert b"serialNumber" not in one
    assert b"timestamp" not in one


def test_an_unknown_list_of_packages_says_so() -> None:
    lost = Inventory(image="x", known=Known.UNKNOWN, reason="There is no package database.")
    properties = {
        p["name"]: p["value"] for p in bill(lost, None)["metadata"]["component"]["properties"]
    }
    assert properties == {
        "stepdown:packages": "unknown",
        "stepdown:reason": "There is no package database.",
    }


# SPDX.
def test_spdx_describes_the_image_and_what_it_contains() -> None:
    made = json.loads(spdx.render(BEFORE, version="1.2.3", time=TIME))
    assert (made["spdxVersion"], made["dataLicense"]) == ("SPDX-2.3", "CC0-1.0")
    assert made["creationInfo"] == {"created": TIME, "creators": ["Tool: stepdown-1.2.3"]}
    image, *parts = made["packages"]
    assert [one["externalRefs"][0]["referenceLocator"] for one in parts] == [
        one.purl for one in BEFORE.components
    ]
    ids = [one["SPDXID"] for one in made["packages"]]
    assert len(set(ids)) == len(ids)
    assert all(set(one.removeprefix("SPDXRef-")) <= set("0123456789abcdefImag") for one in ids)
    contained = [one["relatedSpdxElement"] for one in made["relationships"][1:]]
    assert contained == ids[1:]
    other = json.loads(spdx.render(AFTER, version="1.2.3", time=TIME))
    assert other["documentNamespace"] != made["documentNamespace"]
    assert image["name"] == "node:24"


# SARIF.
LEVELS = {"none", "note", "warning", "error"}


def log(outcome: Outcome) -> dict[str, Any]:
    """Return the only run, after the rules of SARIF 2.1.0 and of code scanning are checked."""
    made = json.loads(sarif.render(outcome))
    StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(made)
    assert made["version"] == "2.1.0"
    assert made["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = made["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        score = rule["properties"].get("security-severity")
        assert score is None or 0 < float(score) <= 10
    fingerprints = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        (place,) = result["locations"]
        physical = place["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == outcome.plan.target.dockerfile
        assert physical["region"]["startLine"] == outcome.plan.target.base_line >= 1
        fingerprints.add(result["partialFingerprints"]["stepdown/v1"])
    assert len(fingerprints) == len(run["results"])
    assert isinstance(run, dict)
    return run


def by_rule(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {result["ruleId"]: result for result in run["results"]}


def test_sarif_places_everything_on_the_from_line() -> None:
    outcome = scanned()
    line = outcome.plan.target.text.splitlines()[outcome.plan.target.base_line - 1]
    assert line.startswith("FROM")
    results = by_rule(log(outcome))
    assert results["smaller-base"]["level"] == "note"
    assert results["CVE-2024-6119"]["level"] == "error"
    assert results["CVE-2024-13176"]["level"] == "warning"
    assert results["CVE-2010-0001"]["level"] == "note"
    assert "fixed in 3.0.17-1~deb12u1" in results["CVE-2024-6119"]["message"]["text"]


def test_sarif_says_which_vulnerabilities_go_with_the_old_base() -> None:
    results = by_rule(log(scanned()))
    assert "gone on the smaller base" in results["CVE-2021-23337"]["message"]["text"]
    assert "gone on the smaller base" not in results["CVE-2024-6119"]["message"]["text"]


def test_sarif_keeps_what_is_ruled_out_as_suppressed() -> None:
    results = by_rule(log(scanned()))
    (suppression,) = results["CVE-2024-5535"]["suppressions"]
    assert suppression["kind"] == "external"
    assert "vulnerable_code_not_present" in suppression["justification"]
    assert "suppressions" not in results["CVE-2024-6119"]


def test_sarif_of_a_run_without_a_scan_or_an_answer() -> None:
    assert by_rule(log(outcomes.failure())) == {}
    alone = msgspec.structs.replace(outcomes.failure(), scan=NEW)
    assert "CVE-2026-0001" in by_rule(log(alone))


def test_sarif_names_a_row_that_grew() -> None:
    outcome = scanned()
    best = outcome.best
    assert best is not None
    assert best.delta is not None
    rows = [
        msgspec.structs.replace(row, before=1, after=2, change=Change.LARGER)
        if row.key == "shells"
        else row
        for row in best.delta.rows
    ]
    grown = msgspec.structs.replace(
        best, delta=msgspec.structs.replace(best.delta, rows=tuple(rows))
    )
    trials = tuple(grown if one is best else one for one in outcome.trials)
    results = by_rule(log(msgspec.structs.replace(outcome, trials=trials)))
    assert results["surface-shells"]["message"]["text"].startswith("Shells: 1 → 2 on ")


def test_the_same_alert_keeps_its_mark_when_lines_move() -> None:
    outcome = scanned()
    target = msgspec.structs.replace(outcome.plan.target, base_line=40)
    moved = msgspec.structs.replace(
        outcome, plan=msgspec.structs.replace(outcome.plan, target=target)
    )
    marks = [
        {r["ruleId"]: r["partialFingerprints"] for r in log(one)["results"]}
        for one in (outcome, moved)
    ]
    assert marks[0] == marks[1]


@pytest.mark.parametrize(
    ("path", "uri"), [("a b/Docker#file", "a%20b/Docker%23file"), ("caf\udce9", "caf%E9")]
)
def test_a_strange_path_becomes_a_uri(path: str, uri: str) -> None:
    outcome = scanned()
    target = msgspec.structs.replace(outcome.plan.target, dockerfile=path)
    moved = msgspec.structs.replace(
        outcome, plan=msgspec.structs.replace(outcome.plan, target=target)
    )
    made = json.loads(sarif.render(moved))
    place = made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


# JUnit.
STORIES = (
    "success",
    "failure",
    "inconclusive",
    "no_evidence",
    "red",
    "baseline_not_built",
    "nothing_tried",
)


@pytest.mark.parametrize("story", STORIES)
def test_junit_counts_what_it_holds(story: str) -> None:
    root = ET.fromstring(junit.render(getattr(outcomes, story)()).encode())
    for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in root.iter("testsuite"):
            assert int(suite.get(key, "-1")) == len(suite.findall(f"testcase/{kind}"))
        assert int(root.get(key, "-1")) == len(root.findall(f".//testcase/{kind}"))
    assert int(root.get("tests", "-1")) == len(root.findall(".//testcase"))


def test_junit_fails_for_a_regression_and_errs_without_evidence() -> None:
    failed = ET.fromstring(junit.render(outcomes.failure()).encode())
    assert failed.findall(".//testcase[@name='verdict']/failure")
    nothing = ET.fromstring(junit.render(outcomes.no_evidence()).encode())
    assert nothing.findall(".//testcase[@name='verdict']/error")
    success = ET.fromstring(junit.render(outcomes.success()).encode())
    names = [case for case in success.iter("testcase") if case.get("name") == "verdict"]
    assert any(not list(case) for case in names)


def test_junit_of_a_success_is_green_though_another_base_failed() -> None:
    root = ET.fromstring(junit.render(outcomes.success()).encode())
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    others = root.findall("testsuite[@name='other bases']/testcase/skipped")
    assert len(others) == len(outcomes.success().trials) - 1
    assert any("regression" in (one.get("message") or "") for one in others)


def test_junit_carries_what_xml_cannot() -> None:
    outcome = outcomes.failure()
    odd = msgspec.structs.replace(outcome.trials[0], reason="a\x00\x1b[31m]]> <&\udcff")
    written = junit.render(msgspec.structs.replace(outcome, trials=(odd, *outcome.trials[1:])))
    assert "\x00" not in written
    ET.fromstring(written.encode())
