"""Vulnerabilities and updates of real images, with scanners that are small programs here."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from packageurl import PackageURL

from stories import Said, Stepdown

pytestmark = pytest.mark.engine

DEBIAN, ALPINE = "debian:bookworm-slim", "alpine:3.23"
# Prints a report on as many packages as it is told to see, with one vulnerability.
TRIVY = """\
import json, sys
if sys.argv[1] == "version":
    database = {"UpdatedAt": "2026-11-21T00:00:00Z"}
    print(json.dumps({"Version": "0.74.0", "VulnerabilityDB": database}))
    sys.exit()
hit = {"VulnerabilityID": "CVE-2024-6119", "PkgName": "%(package)s", "InstalledVersion": "1",
       "PkgIdentifier": {"PURL": "pkg:%(kind)s/%(family)s/%(package)s@1"},
       "FixedVersion": "99", "Severity": "HIGH"}
packages = [{"Name": str(n)} for n in range(%(packages)d)]
result = {"Class": "os-pkgs", "Type": "%(family)s", "Packages": packages, "Vulnerabilities": [hit]}
print(json.dumps({"SchemaVersion": 2, "Metadata": {"OS": {"Family": "%(family)s"}},
                  "Results": [result]}))
"""


def trivy(folder: Path, packages: int, family: str = "alpine") -> dict[str, str]:
    """Put a trivy on PATH; return the variables with which it is found."""
    kind, package = {"alpine": ("apk", "musl"), "debian": ("deb", "tar")}[family]
    folder.mkdir()
    told = {"packages": packages, "family": family, "kind": kind, "package": package}
    (folder / "trivy").write_text(f"#!{sys.executable}\n{TRIVY % told}")
    (folder / "trivy").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def dump(folder: Path, *records: tuple[str, str, str, str]) -> Path:
    """Write a dump of (ecosystem, package, CVE, fixed version)."""
    by_family: dict[str, list[dict[str, Any]]] = {}
    for ecosystem, package, name, fixed in records:
        events = [{"introduced": "0"}, {"fixed": fixed}]
        affected = {
            "package": {"ecosystem": ecosystem, "name": package},
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        }
        one = {"id": f"X-{name}", "modified": "2026-11-20T00:00:00Z", "affected": [affected]}
        by_family.setdefault(ecosystem.partition(":")[0], []).append(one)
    for family, some in by_family.items():
        (folder / family).mkdir(parents=True)
        with zipfile.ZipFile(folder / family / "all.zip", "w") as archive:
            for number, one in enumerate(some):
                archive.writestr(f"{number}.json", json.dumps(one))
    return folder


def repositories_of(image: str) -> list[str]:
    """Return the package repositories that an image of Alpine names itself."""
    command = ["docker", "run", "--rm", image, "cat", "/etc/apk/repositories"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def scan(said: Said) -> dict[str, Any]:
    assert said.returncode == 0, said.stderr
    found: dict[str, Any] = json.loads(said.stdout)["scan"]
    return found


def test_the_embedded_scan_judges_every_package(stepdown: Stepdown, tmp_path: Path) -> None:
    records = (
        ("Debian:12", "util-linux", "CVE-2024-28085", "99:0-1"),
        ("Debian:12", "tar", "CVE-2005-2541", "0"),
        ("Debian:11", "openssl", "CVE-2020-1111", "99:0-1"),
    )
    said = stepdown("measure", DEBIAN, "--osv", dump(tmp_path / "osv", *records), "--json")
    found = scan(said)
    assert [(one["id"], one["package"]) for one in found["vulnerabilities"]] == [
        ("CVE-2024-28085", "util-linux")
    ]
    assert len(found["vulnerabilities"][0]["binaries"]) >= 5
    assert found["known"] == "measured"
    assert found["evaluated"] == found["inventory"] > 80


def test_data_of_another_release_are_unknown_not_clean(stepdown: Stepdown, tmp_path: Path) -> None:
    place = dump(tmp_path / "osv", ("Debian:11", "openssl", "CVE-2020-1111", "99:0-1"))
    found = scan(stepdown("measure", DEBIAN, "--osv", place, "--json"))
    assert (found["known"], found["evaluated"]) == ("unknown", 0)
    text = stepdown("measure", DEBIAN, "--osv", place).stdout
    assert "Unknown: The data has nothing about Debian:12." in text


def test_two_distributions_compare_by_what_is_fixable(stepdown: Stepdown, tmp_path: Path) -> None:
    records = (
        ("Debian:12", "tar", "CVE-2024-0001", "99:0-1"),
        ("Debian:12", "perl", "CVE-2024-0002", "99:0-1"),
        ("Alpine:v3.23", "busybox", "CVE-2024-0003", "99-r0"),
    )
    place = dump(tmp_path / "osv", *records)
    said = stepdown("compare", DEBIAN, ALPINE, "--osv", place, "--json")
    assert said.returncode == 0, said.stderr
    scans = json.loads(said.stdout)["scans"]
    assert scans["comparable"] is True
    assert [one["id"] for one in scans["new"]] == ["CVE-2024-0003"]
    assert [one["id"] for one in scans["gone"]] == ["CVE-2024-0001", "CVE-2024-0002"]
    rows = {row["key"]: (row["before"], row["after"], row["change"]) for row in scans["rows"]}
    assert rows["vulnerabilities_fixable"] == (2, 1, "smaller")
    assert rows["vulnerabilities_unfixed"][2] == "unknown"


def test_a_scanner_that_sees_everything_is_believed(stepdown: Stepdown, tmp_path: Path) -> None:
    said = stepdown(
        "measure", ALPINE, "--scanner", "trivy", "--json", env=trivy(tmp_path / "b", 16)
    )
    found = scan(said)
    assert (found["known"], found["evaluated"], found["data_date"]) == (
        "measured",
        16,
        "2026-11-21",
    )
    assert [one["id"] for one in found["vulnerabilities"]] == ["CVE-2024-6119"]


def test_a_scanner_that_sees_less_is_not(stepdown: Stepdown, tmp_path: Path) -> None:
    said = stepdown("measure", ALPINE, "--scanner", "trivy", env=trivy(tmp_path / "b", 15))
    assert said.returncode == 0
    words = " ".join(said.stdout.split())
    assert "Fixable unknown" in words
    assert "Unknown: trivy 0.74.0 saw 15 of 16 packages of the system." in words


def test_a_scanner_that_looked_at_something_else_is_not(stepdown: Stepdown, tmp_path: Path) -> None:
    environment = trivy(tmp_path / "b", 100, "debian")
    found = scan(stepdown("measure", ALPINE, "--scanner", "trivy", "--json", env=environment))
    assert found["known"] == "unknown"
    assert "the image is alpine" in found["reasons"][0]


def test_a_bill_lists_what_the_card_counts(stepdown: Stepdown) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415  (takes seconds)

    said = stepdown("measure", DEBIAN, "--format", "cyclonedx")
    assert said.returncode == 0, said.stderr
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(said.stdout) is None
    assert said.stdout == stepdown("measure", DEBIAN, "--format", "cyclonedx").stdout
    parts = [one for one in json.loads(said.stdout)["components"] if one["type"] == "library"]
    purls = [PackageURL.from_string(one["purl"]) for one in parts]
    assert {(purl.type, purl.namespace) for purl in purls} == {("deb", "debian")}
    assert {dict(purl.qualifiers)["distro"] for purl in purls} == {"debian-12"}
    card = json.loads(stepdown("measure", DEBIAN, "--json").stdout)
    (measure,) = (one for one in card["measures"] if one["key"] == "os_packages")
    assert [f"{purl.name} {purl.version}" for purl in purls] == measure["items"]
    bsdutils = next(purl for purl in purls if purl.name == "bsdutils")
    assert dict(bsdutils.qualifiers)["upstream"].startswith("util-linux@")


def test_updates_pending_by_the_distribution_own_index(stepdown: Stepdown) -> None:
    repositories = repositories_of(ALPINE)
    indexes = [f"{one}/x86_64/APKINDEX.tar.gz" for one in repositories]
    words = [word for index in indexes for word in ("--updates", index)]
    said = stepdown("measure", ALPINE, *words, "--json")
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)["pending"]
    assert (found["listed"], found["inventory"]) == (16, 16)
    assert found["known"] == "measured"


def test_an_older_image_has_updates_pending(stepdown: Stepdown, tmp_path: Path) -> None:
    index = tmp_path / "Packages"
    index.write_text("Package: tar\nArchitecture: amd64\nVersion: 99\n")
    said = stepdown("measure", DEBIAN, "--updates", index)
    words = " ".join(said.stdout.split())
    assert "1, by " in words
    assert "Rebuild the image before bases are compared." in words


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--scanner", "grype"), "The scanner grype is not installed."),
        (("--scan-report", "missing.json"), "missing.json cannot be read."),
        (("--kev", "missing.json"), "there is none"),
    ],
)
def test_a_wrong_flag_stops_before_the_image_is_read(
    stepdown: Stepdown, flags: tuple[str, ...], why: str
) -> None:
    said = stepdown("measure", ALPINE, *flags)
    assert said.returncode == 2
    assert why in said.stderr
    assert not said.stdout
