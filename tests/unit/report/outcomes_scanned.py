"""A run whose images were listed and scanned."""

from typing import Any

import msgspec
import outcomes

from stepdown.measure.vulnerabilities.delta import delta
from stepdown.model.surface import Known
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import (
    Component,
    Fix,
    Inventory,
    Scan,
    Severity,
    Undecided,
    Vulnerability,
)


def component(kind: str, name: str, version: str, source: str = "", **more: Any) -> Component:
    namespace = {"deb": "debian/", "apk": "alpine/"}.get(kind, "")
    qualifiers = {"deb": "?arch=amd64&distro=debian-12", "apk": "?arch=x86_64&distro=alpine-3.23.6"}
    escaped = version.replace(":", "%3A").replace("+", "%2B")
    purl = f"pkg:{kind}/{namespace}{name}@{escaped}{qualifiers.get(kind, '')}"
    fields: dict[str, Any] = {"source": source or name, "source_version": version, **more}
    return Component(kind=kind, name=name, version=version, purl=purl, **fields)


BEFORE = Inventory(
    image="node:24",
    system="debian",
    release="12",
    components=(
        component("deb", "libssl3", "3.0.15-1~deb12u1", "openssl", architecture="amd64"),
        component("deb", "xserver-common", "2:21.1.7+b1"),
        component("npm", "lodash", "4.17.20"),
    ),
)
AFTER = Inventory(
    image="node:24-slim",
    system="debian",
    release="12",
    components=(component("deb", "libssl3", "3.0.15-1~deb12u1", "openssl"),),
)


def vulnerability(
    name: str, severity: Severity, fix: Fix = Fix.AVAILABLE, **more: Any
) -> Vulnerability:
    fields: dict[str, Any] = {
        "kind": "deb",
        "package": "openssl",
        "version": "3.0.15-1~deb12u1",
        "fixed_in": "3.0.17-1~deb12u1" if fix is Fix.AVAILABLE else "",
    }
    return Vulnerability(id=name, severity=severity, fix=fix, **{**fields, **more})


LODASH = vulnerability(
    "CVE-2021-23337", Severity.HIGH, kind="npm", package="lodash", version="4.17.20",
    fixed_in="4.17.21", aliases=("GHSA-35jh-r3h4-6jhm",),
)  # fmt: skip
SUPPRESSED = vulnerability(
    "CVE-2024-5535",
    Severity.CRITICAL,
    suppressed="not_affected: vulnerable_code_not_present (vex.json)",
)
OLD = Scan(
    image="node:24",
    system="debian",
    scanner="trivy 0.74.0",
    known=Known.MEASURED,
    data="trivy-db 2026-11-21",
    data_date="2026-11-21",
    evaluated=2,
    inventory=2,
    vulnerabilities=(
        vulnerability("CVE-2024-6119", Severity.HIGH, exploited=True),
        LODASH,
        SUPPRESSED,
        vulnerability("CVE-2024-13176", Severity.MEDIUM, Fix.NONE),
        vulnerability("CVE-2010-0001", Severity.LOW, Fix.NONE, unimportant=True),
    ),
    notes=("Debian also lists what it has not fixed.",),
)
NEW = msgspec.structs.replace(
    OLD,
    image="node:24-slim",
    evaluated=1,
    inventory=1,
    vulnerabilities=(
        vulnerability("CVE-2024-6119", Severity.HIGH, exploited=True),
        vulnerability("CVE-2026-0001", Severity.LOW),
        vulnerability("CVE-2024-13176", Severity.MEDIUM, Fix.NONE),
    ),
    undecided=(Undecided(id="DSA-1", package="odd", version="x", reason="No version."),),
)


def scanned() -> Outcome:
    """Return the success with lists of packages and scans."""
    outcome = outcomes.success()
    assert outcome.answer is not None
    trials = list(outcome.trials)
    trials[outcome.answer] = msgspec.structs.replace(trials[outcome.answer], inventory=AFTER)
    return msgspec.structs.replace(
        outcome,
        baseline=msgspec.structs.replace(outcome.baseline, inventory=BEFORE),
        trials=tuple(trials),
        scans=delta(OLD, NEW),
    )
