"""The reports of scanners as one record, and doubt where a scanner may have been blind."""

from typing import Any

import pytest
from scanner_reports import (
    TRIVY_VERSION,
    dumped,
    grype,
    grype_hit,
    osv_package,
    osv_scanner,
    packages,
    scout,
    trivy,
    trivy_hit,
)
from vulnerability_samples import alpine, apk, deb, debian

from stepdown.measure.vulnerabilities import reading
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Fix, Inventory, Scan, Severity
from stepdown.ports import ScannerReport

IMAGE = debian(
    deb("libssl3", "3.0.15", "openssl", "3.0.15-1"), deb("openssl", "3.0.15", "openssl", "3.0.15-1")
)


def told(scanner: str, document: Any, image: Inventory = IMAGE, **more: Any) -> Scan:
    return reading.scan(image, ScannerReport(scanner=scanner, document=dumped(document), **more))


def one_line(scan: Scan) -> list[tuple[str, str, str, Fix, str]]:
    return [(v.id, v.package, v.severity, v.fix, v.fixed_in) for v in scan.vulnerabilities]


def test_trivy() -> None:
    document = trivy(
        trivy_hit("CVE-2024-1", fixed="3.0.17"),
        trivy_hit("CVE-2024-1", "openssl", fixed="3.0.17"),
        trivy_hit("CVE-2024-2", Severity="CRITICAL", Status="will_not_fix"),
        trivy_hit("CVE-2024-3", Severity="UNKNOWN", Status="under_investigation"),
    )
    scan = told("trivy", document, about=dumped(TRIVY_VERSION))
    assert one_line(scan) == [
        ("CVE-2024-2", "openssl", "critical", Fix.NONE, ""),
        ("CVE-2024-1", "openssl", "high", Fix.AVAILABLE, "3.0.17"),
        ("CVE-2024-3", "openssl", "unknown", Fix.UNKNOWN, ""),
    ]
    assert scan.vulnerabilities[1].binaries == ("libssl3", "openssl")
    assert (scan.known, scan.evaluated, scan.inventory) == (Known.MEASURED, 2, 2)
    assert (scan.scanner, scan.data_date) == ("trivy 0.74.0", "2026-11-21")
    assert scan.data == "trivy-db 2026-11-21T18:30:12.5Z"


def test_grype() -> None:
    document = grype(
        grype_hit("CVE-2024-1"),
        grype_hit("GHSA-1", "wont-fix", ("CVE-2024-2",)),
        grype_hit("CVE-2024-2", "unknown"),
        grype_hit("CVE-2024-3", "unknown"),
    )
    scan = told("grype", document)
    assert [(v.id, v.fix) for v in scan.vulnerabilities] == [
        ("CVE-2024-1", Fix.AVAILABLE),
        ("CVE-2024-2", Fix.NONE),
        ("CVE-2024-3", Fix.UNKNOWN),
    ]
    assert scan.vulnerabilities[1].aliases == ("GHSA-1",)
    assert scan.known is Known.MEASURED
    assert (scan.data, scan.data_date) == ("grype-db 2026-11-21T04:00:00Z", "2026-11-21")
    assert "grype does not tell how many packages it saw." in scan.notes


def test_an_older_grype_has_the_date_elsewhere() -> None:
    older = grype(descriptor={"name": "grype", "version": "0.80", "db": {"built": "2024-01-02T0"}})
    assert told("grype", older).data_date == "2024-01-02"


def test_osv_scanner_counts_groups() -> None:
    records = [
        {"id": "DSA-1", "upstream": ["CVE-2024-1"]},
        {
            "id": "DEBIAN-CVE-2024-1",
            "affected": [
                {
                    "package": {"name": "openssl", "ecosystem": "Debian:12"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "3.0.17"}]}],
                },
                {
                    "package": {"name": "openssl", "ecosystem": "Debian:14"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "3.9"}]}],
                },
            ],
        },
    ]
    group = {
        "ids": ["DSA-1", "DEBIAN-CVE-2024-1"],
        "aliases": ["CVE-2024-1"],
        "max_severity": "9.8",
    }
    document = osv_scanner(
        osv_package("openssl", "libssl3", group, vulnerabilities=records),
        osv_package("openssl", "openssl"),
    )
    scan = told("osv-scanner", document)
    assert one_line(scan) == [("CVE-2024-1", "openssl", "critical", Fix.AVAILABLE, "3.0.17")]
    assert scan.known is Known.MEASURED
    assert scan.data == ""


def test_docker_scout() -> None:
    document = scout(("CVE-2024-1", "HIGH", "3.0.17"), ("CVE-2024-2", "", None))
    scan = told("docker-scout", document, packages=dumped(packages(2)))
    assert one_line(scan) == [
        ("CVE-2024-1", "openssl", "high", Fix.AVAILABLE, "3.0.17"),
        ("CVE-2024-2", "openssl", "high", Fix.NONE, ""),
    ]
    assert (scan.known, scan.scanner) == (Known.MEASURED, "docker scout 1.23.1")


def test_sarif_of_other_tools_is_read_from_its_words() -> None:
    text = "Package: libssl3\nInstalled Version: 3.0.15\nVulnerability CVE-2024-1\n"
    text += "Severity: CRITICAL\nFixed Version: 3.0.17\nLink: https://example.org"
    results = [
        {"ruleId": "CVE-2024-1", "message": {"text": text}},
        {"ruleId": "DS002", "message": {"text": "a misconfiguration"}},
    ]
    driver = {"name": "Trivy", "rules": [{"id": "CVE-2024-1"}]}
    document = {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    scan = told("", document)
    assert [(v.id, v.version, v.severity, v.fixed_in) for v in scan.vulnerabilities] == [
        ("CVE-2024-1", "3.0.15", Severity.CRITICAL, "3.0.17")
    ]
    assert scan.known is Known.PARTIAL  # nobody knows how many packages it saw


def test_a_result_without_a_cve_counts_where_it_names_a_package() -> None:
    rule = {"id": "TEMP-0290435-0B57B5", "properties": {"purls": ["pkg:deb/debian/tar@1.34"]}}
    results = [{"ruleId": rule["id"]}, {"ruleId": "DS002"}]
    tool = {"driver": {"name": "other", "rules": [rule]}}
    document = {"version": "2.1.0", "runs": [{"tool": tool, "results": results}]}
    assert [v.id for v in told("", document).vulnerabilities] == ["TEMP-0290435-0B57B5"]


FORMS = {
    "trivy": trivy(trivy_hit("CVE-2024-1")),
    "grype": grype(grype_hit("CVE-2024-1")),
    "osv-scanner": osv_scanner(
        osv_package("a", "b", {"ids": ["CVE-2024-1"]}), osv_package("c", "d")
    ),
    "docker scout": scout(("CVE-2024-1", "LOW", None)),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_file_is_recognised_by_its_form(name: str) -> None:
    scan = told("", FORMS[name])
    assert scan.scanner.startswith(name)
    assert [v.id for v in scan.vulnerabilities] == ["CVE-2024-1"]


@pytest.mark.parametrize("scanner", ["trivy", "grype", "osv-scanner", "docker-scout", ""])
@pytest.mark.parametrize(
    "document",
    [b"", b"null", b"[]", b"{}", b'"none"', b"Error: no space", b"\xff\xfe\x00", b'{"results": 3}'],
)
def test_nonsense_is_unknown(scanner: str, document: bytes) -> None:
    scan = reading.scan(IMAGE, ScannerReport(scanner=scanner, document=document))
    assert (scan.known, scan.vulnerabilities) == (Known.UNKNOWN, ())
    assert scan.reasons[0].endswith("is no report of a known form.")


def test_a_failure_is_unknown_with_its_words() -> None:
    scan = reading.scan(IMAGE, ScannerReport(scanner="trivy", failure="trivy is not installed."))
    assert (scan.known, scan.reasons) == (Known.UNKNOWN, ("trivy is not installed.",))


def test_no_package_database_stays_unknown_whatever_the_scanner_says() -> None:
    scan = told("trivy", trivy(packages=0), debian(known=Known.UNKNOWN))
    assert (scan.known, scan.reasons) == (Known.UNKNOWN, ("There is no package database.",))


@pytest.mark.parametrize("number", [0, 1])
def test_a_scanner_that_sees_fewer_packages_is_unknown(number: int) -> None:
    scan = told("trivy", trivy(packages=number), about=dumped(TRIVY_VERSION))
    assert scan.known is Known.UNKNOWN
    assert scan.reasons == (f"trivy 0.74.0 saw {number} of 2 packages of the system.",)


def test_scout_that_sees_fewer_packages_is_unknown() -> None:
    scan = told("docker-scout", scout(), packages=dumped(packages(1)))
    assert (scan.known, scan.evaluated) == (Known.UNKNOWN, 1)


def test_a_report_without_its_list_of_packages_is_a_lower_bound() -> None:
    scan = told("trivy", trivy(trivy_hit("CVE-2024-1"), packages=None))
    assert scan.known is Known.PARTIAL
    assert "does not list the packages" in scan.reasons[0]


@pytest.mark.parametrize(
    "document",
    [
        trivy(Results=None),
        trivy(Results=[]),
        {**trivy(), "Metadata": {"DiffIDs": ["sha256:aaa", "sha256:bbb"]}},
    ],
    ids=["no results", "empty results", "no distribution"],
)
def test_a_trivy_that_saw_no_distribution_is_unknown(document: dict[str, Any]) -> None:
    assert told("trivy", document).known is Known.UNKNOWN


def test_a_grype_that_saw_no_distribution_is_unknown() -> None:
    scan = told("grype", grype(distro={"name": "", "version": ""}))
    assert scan.known is Known.UNKNOWN
    assert scan.reasons == ("grype 0.116.0 did not see which distribution the image is.",)


def test_a_report_about_another_image_is_unknown() -> None:
    other = alpine(apk("musl", "1.2.5-r9"))
    assert "debian, the image is alpine" in told("trivy", trivy(), other).reasons[0]
    document = trivy()
    document["Metadata"]["DiffIDs"] = ["sha256:ccc"]
    scan = told("trivy", document)
    assert (scan.known, scan.reasons) == (
        Known.UNKNOWN,
        ("The report is about other layers than those of app:old.",),
    )


def test_the_end_of_life_of_the_distribution_is_a_note() -> None:
    document = trivy()
    document["Metadata"]["OS"]["EOSL"] = True
    assert "past its end of life" in told("trivy", document).notes[0]
