"""Reports in the forms of the scanners, and small programs that print them."""

import json
from pathlib import Path
from typing import Any

LAYERS = ["sha256:aaa", "sha256:bbb"]


def trivy(
    *vulnerabilities: dict[str, Any], packages: int | None = 2, **more: Any
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "Target": "app:old (debian 12.8)",
        "Class": "os-pkgs",
        "Type": "debian",
        "Vulnerabilities": list(vulnerabilities),
    }
    if packages is not None:
        result["Packages"] = [{"Name": f"p{number}"} for number in range(packages)]
    return {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.74.0"},
        "CreatedAt": "2026-11-22T10:00:00Z",
        "ArtifactName": "app:old",
        "Metadata": {"OS": {"Family": "debian", "Name": "12.8"}, "DiffIDs": LAYERS},
        "Results": [result],
        **more,
    }


def trivy_hit(name: str, package: str = "libssl3", fixed: str = "", **more: Any) -> dict[str, Any]:
    return {
        "VulnerabilityID": name,
        "PkgName": package,
        "PkgIdentifier": {"PURL": f"pkg:deb/debian/{package}@3.0.15?arch=amd64&distro=debian-12.8"},
        "InstalledVersion": "3.0.15",
        **({"FixedVersion": fixed} if fixed else {}),
        "Status": "fixed" if fixed else "affected",
        "Severity": "HIGH",
        **more,
    }


TRIVY_VERSION = {
    "Version": "0.74.0",
    "VulnerabilityDB": {"Version": 2, "UpdatedAt": "2026-11-21T18:30:12.5Z"},
}


def grype(*matches: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "matches": list(matches),
        "source": {"type": "image", "target": {"layers": [{"digest": d} for d in LAYERS]}},
        "distro": {"name": "debian", "version": "12"},
        "descriptor": {
            "name": "grype",
            "version": "0.116.0",
            "db": {"status": {"built": "2026-11-21T04:00:00Z", "valid": True}},
        },
        **more,
    }


def grype_hit(name: str, state: str = "fixed", related: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "vulnerability": {
            "id": name,
            "severity": "High",
            "fix": {"versions": ["3.0.17"] if state == "fixed" else [], "state": state},
        },
        "relatedVulnerabilities": [{"id": one} for one in related],
        "artifact": {
            "name": "libssl3",
            "version": "3.0.15",
            "type": "deb",
            "purl": "pkg:deb/debian/libssl3@3.0.15?arch=amd64&upstream=openssl&distro=debian-12",
            "upstreams": [{"name": "openssl"}],
        },
    }


def osv_scanner(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"results": [{"source": {"path": "/lib", "type": "os"}, "packages": list(packages)}]}


def osv_package(name: str, binary: str, *groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    package = {"name": name, "os_package_name": binary, "version": "3.0.15"}
    found: dict[str, Any] = {"package": {**package, "ecosystem": "Debian:12"}, **more}
    return {**found, "groups": list(groups)} if groups else found


def scout(*results: tuple[str, str, str | None]) -> dict[str, Any]:
    """Return SARIF of (CVE, severity, fixed version or None)."""
    rules = [
        {
            "id": name,
            "name": "OsPackageVulnerability",
            "properties": {
                "affected_version": "<3.0.17",
                "cvssV3_severity": severity,
                "fixed_version": fixed or "not fixed",
                "purls": ["pkg:deb/debian/libssl3@3.0.15?os_distro=bookworm&os_name=debian"],
                "security-severity": "8.1",
            },
        }
        for name, severity, fixed in results
    ]
    driver = {"name": "docker scout", "version": "1.23.1", "rules": rules}
    return {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "results": [{"ruleId": name, "message": {"text": "-"}} for name, _, _ in results],
            }
        ],
    }


def packages(number: int) -> dict[str, Any]:
    return {"artifacts": [{"type": "deb", "name": f"p{n}"} for n in range(number)]}


def dumped(document: Any) -> bytes:
    return json.dumps(document).encode()


def program(folder: Path, name: str, script: str) -> Path:
    """Put an executable shell script on a path of its own; return the folder."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return folder
