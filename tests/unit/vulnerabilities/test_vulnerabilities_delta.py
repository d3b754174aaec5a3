"""Two scans side by side, exploited vulnerabilities and statements that rule some out."""

import json
from datetime import date
from typing import Any

import msgspec
import pytest
from vulnerability_samples import alpine, debian

from stepdown.errors import UsageError
from stepdown.measure.vulnerabilities import exploited, notes, statements
from stepdown.measure.vulnerabilities.delta import delta
from stepdown.model.surface import Change, Known, Measure
from stepdown.model.vulnerability import Fix, Scan, ScanDelta, Severity, Vulnerability


def vulnerability(name: str, **more: Any) -> Vulnerability:
    fields: dict[str, Any] = {
        "kind": "deb",
        "package": "openssl",
        "version": "3.0.15",
        "severity": Severity.HIGH,
        "fix": Fix.AVAILABLE,
        "fixed_in": "3.0.17",
        "binaries": ("libssl3",),
    }
    return Vulnerability(id=name, **{**fields, **more})


def scan(*names: str, **more: Any) -> Scan:
    fields: dict[str, Any] = {
        "image": "registry.example.org/team/app:1",
        "system": "debian",
        "scanner": "trivy 0.74.0",
        "known": Known.MEASURED,
        "data": "trivy-db 1",
        "vulnerabilities": tuple(map(vulnerability, names)),
    }
    return Scan(**{**fields, **more})


def change(found: ScanDelta, key: str = "vulnerabilities_fixable") -> tuple[Any, ...]:
    (row,) = (row for row in found.rows if row.key == key)
    return row.before, row.after, row.change


def test_new_there_and_gone() -> None:
    found = delta(scan("CVE-1", "CVE-2"), scan("CVE-2", "CVE-3"))
    assert found.comparable
    assert [[v.id for v in some] for some in (found.new, found.there, found.gone)] == [
        ["CVE-3"],
        ["CVE-2"],
        ["CVE-1"],
    ]
    assert change(found) == (2, 2, Change.SAME)
    assert change(found, "vulnerabilities_fixable_high") == (2, 2, Change.SAME)
    assert change(found, "vulnerabilities_fixable_critical") == (0, 0, Change.SAME)


def test_one_vulnerability_in_two_packages_is_counted_once() -> None:
    twice = (vulnerability("CVE-1"), vulnerability("CVE-1", package="other"))
    found = delta(scan(vulnerabilities=twice), scan())
    assert change(found) == (1, 0, Change.SMALLER)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (scan(scanner="grype 1"), scan(), "Two scanners do not compare"),
        (scan(data="trivy-db 0"), scan(), "The data differ"),
        (scan(data=""), scan(data=""), "does not say which data it used"),
        (
            scan(known=Known.UNKNOWN, reasons=("It failed.",)),
            scan(),
            "before is unknown: It failed.",
        ),
        (scan(), scan(known=Known.UNKNOWN), "after is unknown: no reason was given."),
    ],
)
def test_without_ground_no_difference_is_claimed(before: Scan, after: Scan, why: str) -> None:
    left = msgspec.structs.replace(before, vulnerabilities=(vulnerability("CVE-1"),))
    found = delta(left, after)
    assert not found.comparable
    assert why in found.reason
    assert {row.change for row in found.rows} == {Change.UNKNOWN}
    assert (found.new, found.there, found.gone) == ((), (), ())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (scan("CVE-1"), scan(known=Known.PARTIAL), Change.UNKNOWN),
        (scan("CVE-1", known=Known.PARTIAL), scan(), Change.SMALLER),
        (scan(), scan("CVE-1", known=Known.PARTIAL), Change.LARGER),
        (scan(known=Known.PARTIAL), scan("CVE-1"), Change.UNKNOWN),
        (scan("CVE-1"), scan("CVE-1", known=Known.PARTIAL), Change.UNKNOWN),
    ],
)
def test_a_partial_scan_is_a_lower_bound(before: Scan, after: Scan, expected: Change) -> None:
    found = delta(before, after)
    assert change(found)[2] is expected
    assert not found.gone
    assert bool(found.new) is (expected is Change.LARGER)


def test_what_alpine_does_not_list_is_not_compared() -> None:
    unfixed = (vulnerability("CVE-1", fix=Fix.NONE), vulnerability("CVE-2"))
    found = delta(scan(vulnerabilities=unfixed), scan(system="alpine"))
    assert change(found, "vulnerabilities_unfixed") == (1, 0, Change.UNKNOWN)
    assert change(found) == (1, 0, Change.SMALLER)
    both = delta(scan(vulnerabilities=unfixed), scan())
    assert change(both, "vulnerabilities_unfixed") == (1, 0, Change.SMALLER)


def test_unimportant_is_left_out_of_the_unfixed() -> None:
    unfixed = (vulnerability("CVE-1", fix=Fix.NONE, unimportant=True),)
    found = delta(scan(vulnerabilities=unfixed), scan())
    assert change(found, "vulnerabilities_unfixed") == (0, 0, Change.SAME)


# Exploited vulnerabilities.
def test_exploited_comes_first_also_by_an_alias() -> None:
    listed = exploited.read(b'{"vulnerabilities": [{"cveID": "CVE-2024-2"}]}', "kev.json")
    low = vulnerability("GHSA-1", aliases=("CVE-2024-2",), severity=Severity.LOW)
    marked = exploited.flagged(scan(vulnerabilities=(vulnerability("CVE-1"), low)), listed)
    assert [(v.id, v.exploited) for v in marked.vulnerabilities] == [
        ("GHSA-1", True),
        ("CVE-1", False),
    ]


def test_without_a_list_nobody_says_that_none_is_exploited() -> None:
    keys = {row.key for row in delta(scan("CVE-1"), scan()).rows}
    assert "vulnerabilities_exploited" not in keys
    none = frozenset[str]()
    watched = delta(exploited.flagged(scan("CVE-1"), none), exploited.flagged(scan(), none))
    assert change(watched, "vulnerabilities_exploited") == (0, 0, Change.SAME)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_a_wrong_list_of_exploited_vulnerabilities(content: bytes) -> None:
    with pytest.raises(UsageError, match="x is no catalogue"):
        exploited.read(content, "x")


# Statements.
def ruled(*made: dict[str, Any], one: Vulnerability | None = None) -> Vulnerability:
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "timestamp": "2026-01-01T00:00:00Z",
        "statements": list(made),
    }
    rulings = statements.read(json.dumps(document).encode(), "vex.json")
    given = one or vulnerability("CVE-1", aliases=("GHSA-1",))
    (found,) = statements.applied(scan(vulnerabilities=(given,)), rulings).vulnerabilities
    return found


def statement(product: Any, **more: Any) -> dict[str, Any]:
    named = product if isinstance(product, dict) else {"@id": product}
    return {
        "vulnerability": {"name": "CVE-1"},
        "products": [named],
        "status": "not_affected",
        **more,
    }


OPENSSL = "pkg:deb/debian/openssl"


@pytest.mark.parametrize(
    "made",
    [
        statement(OPENSSL),
        statement("pkg:deb/debian/libssl3@3.0.15?arch=amd64"),
        statement({"identifiers": {"purl": OPENSSL}}),
        statement("pkg:oci/app"),
        statement("registry.example.org/team/app:1"),
        statement({"@id": "pkg:oci/app", "subcomponents": [{"@id": OPENSSL}]}),
        statement(OPENSSL, vulnerability={"name": "GHSA-1"}),
        statement(OPENSSL, vulnerability="CVE-1"),
        statement(OPENSSL, status="fixed"),
    ],
)
def test_a_statement_rules_out(made: dict[str, Any]) -> None:
    assert ruled(made).suppressed


@pytest.mark.parametrize(
    "made",
    [
        statement(OPENSSL, status="affected"),
        statement(OPENSSL, status="under_investigation"),
        statement(OPENSSL, vulnerability={"name": "CVE-2"}),
        statement("pkg:deb/debian/openssl@3.0.16"),
        statement("pkg:apk/alpine/openssl"),
        statement("pkg:deb/debian/curl"),
        statement("pkg:oci/other"),
        statement("pkg:oci/app@sha256%3Aabc"),
        statement({"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:deb/debian/curl"}]}),
        statement({"@id": "pkg:oci/other", "subcomponents": [{"@id": OPENSSL}]}),
        {"vulnerability": {"name": "CVE-1"}, "status": "not_affected"},
    ],
)
def test_a_statement_about_something_else_rules_nothing_out(made: dict[str, Any]) -> None:
    assert not ruled(made).suppressed


def test_the_latest_statement_counts() -> None:
    early = statement(OPENSSL, timestamp="2026-02-01T00:00:00Z")
    late = statement(OPENSSL, timestamp="2026-03-01T00:00:00Z", status="affected")
    assert not ruled(late, early).suppressed
    assert ruled(early, {**late, "timestamp": "2026-01-15T00:00:00Z"}).suppressed


def test_what_is_ruled_out_is_listed_and_not_counted() -> None:
    why = "vulnerable_code_not_in_execute_path"
    found = ruled(statement(OPENSSL, justification=why))
    assert found.suppressed == f"not_affected: {why} (vex.json)"
    listed = scan(vulnerabilities=(found, vulnerability("CVE-2")))
    assert [v.id for v in listed.fixable] == ["CVE-2"]
    assert len(listed.vulnerabilities) == 2


UNTIMED = {
    "@context": "openvex",
    "timestamp": "yesterday",
    "statements": [{"vulnerability": "CVE-1", "status": "fixed"}],
}


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"@context": "other", "statements": []}', b"\xff", json.dumps(UNTIMED).encode()],
)
def test_a_wrong_file_of_statements(content: bytes) -> None:
    with pytest.raises(UsageError, match="x is no OpenVEX document"):
        statements.read(content, "x")


# Notes.
def test_the_bias_of_the_data_is_always_said() -> None:
    today = date(2026, 11, 22)
    assert notes.ALPINE in notes.noted(scan(), alpine(), None, today).notes
    assert notes.DEBIAN in notes.noted(scan(), debian(), None, today).notes


@pytest.mark.parametrize(
    ("day", "warned"), [("2026-11-22", False), ("2026-11-15", False), ("2026-11-14", True)]
)
def test_old_data_are_said_to_be_old(day: str, warned: bool) -> None:  # noqa: FBT001
    found = notes.noted(scan(data_date=day), debian(), None, date(2026, 11, 22))
    assert ("The data are of 2026-11-14, 8 days old." in found.notes) is warned


@pytest.mark.parametrize(
    ("day", "made", "warned"),
    [
        ("2026-11-20", "2026-11-22", True),
        ("2026-11-22", "2026-11-22", False),
        ("2026-11-20", "1970-01-01", False),
        ("2026-11-20", "", False),
        ("2026-11-20", "0001-01-01", False),
    ],
)
def test_data_that_are_older_than_the_image(day: str, made: str, warned: bool) -> None:  # noqa: FBT001
    image = msgspec.structs.replace(debian(), created=made)
    found = notes.noted(scan(data_date=day), image, None, date(2026, 11, 22))
    assert any("older than the image" in note for note in found.notes) is warned


def test_data_without_a_date_may_be_old() -> None:
    undated = "The date of the data is not known, so that they may be old."
    today = date(2026, 11, 22)
    assert undated in notes.noted(scan(data_date=""), debian(), None, today).notes
    nothing = scan(data_date="", known=Known.UNKNOWN)
    assert undated not in notes.noted(nothing, debian(), None, today).notes


def test_binaries_of_no_package_are_named() -> None:
    paths = tuple(f"/opt/{number}" for number in range(7))
    unowned = Measure(key="unowned_binaries", title="", value=7, items=paths)
    found = notes.noted(scan(), debian(), unowned, date(2026, 11, 22))
    assert "/opt/0, /opt/1, /opt/2, /opt/3, /opt/4 and 2 more." in found.notes[-1]
