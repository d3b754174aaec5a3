"""SARIF 2.1.0 as docker scout writes it, and as far as it goes other scanners' SARIF.

`docker scout cves --format sarif`; its `sbom --format json` says how many packages it saw.
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from stepdown.measure.vulnerabilities.formats import purls
from stepdown.measure.vulnerabilities.formats.form import Report
from stepdown.measure.vulnerabilities.severity import of_score, of_word
from stepdown.model.vulnerability import Fix, Severity, Vulnerability

_CVE = re.compile(r"CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}")
_LINE = re.compile(
    r"^\W*(Package|Installed Version|Version|Fix(?:ed)? Version|Severity)\W+(.*)$", re.MULTILINE
)
_NO_FIX = frozenset(("", "none", "not fixed", "-"))


class _Text(msgspec.Struct):
    text: str = ""


class _Properties(msgspec.Struct):
    purls: tuple[str, ...] = ()
    fixed_version: str | None = None
    score: str = msgspec.field(name="security-severity", default="")
    severity: str = msgspec.field(name="cvssV3_severity", default="")


class _Rule(msgspec.Struct):
    id: str
    help: _Text = msgspec.field(default_factory=_Text)
    properties: _Properties = msgspec.field(default_factory=_Properties)


class _Driver(msgspec.Struct):
    name: str
    version: str = ""
    rules: tuple[_Rule, ...] = ()


class _Tool(msgspec.Struct):
    driver: _Driver


class _Result(msgspec.Struct):
    rule: str = msgspec.field(name="ruleId")
    message: _Text = msgspec.field(default_factory=_Text)
    level: str = "warning"


class _Run(msgspec.Struct):
    tool: _Tool
    results: tuple[_Result, ...] | None = None


class _Report(msgspec.Struct):
    version: Literal["2.1.0"]
    runs: tuple[_Run, ...]


class _Artifact(msgspec.Struct):
    type: str = ""


class _Packages(msgspec.Struct):
    artifacts: tuple[_Artifact, ...]


def read(document: bytes, packages: bytes = b"") -> Report:
    """Read a report; `packages` is scout's list of packages.

    Raises msgspec.DecodeError where a document is not of the expected form.
    """
    report = msgspec.json.decode(document, type=_Report)
    drivers = [run.tool.driver for run in report.runs]
    names = sorted({f"{driver.name} {driver.version}".strip() for driver in drivers})
    ran = all(run.results is not None for run in report.runs)
    return Report(
        scanner=", ".join(names),
        packages=_count(packages),
        found=tuple(one for run in report.runs for one in _found(run)),
        notes=("SARIF does not tell which data were used.",),
        failure="" if report.runs and ran else "The SARIF file holds no results of any run.",
    )


def _count(packages: bytes) -> int | None:
    if not packages:
        return None
    listed = msgspec.json.decode(packages, type=_Packages).artifacts
    return sum(one.type in {"deb", "apk", "rpm"} for one in listed)


def _found(run: _Run) -> Iterator[Vulnerability]:
    rules = {rule.id: rule for rule in run.tool.driver.rules}
    for result in run.results or ():
        rule = rules.get(result.rule, _Rule(id=result.rule))
        text = f"{rule.help.text}\n{result.message.text}"
        told = {match[1]: match[2].strip() for match in _LINE.finditer(text)}
        known = _CVE.search(result.rule)
        for package in _packages(rule, told, sure=known is not None):
            yield _vulnerability(known[0] if known else result.rule, package, rule, told)


def _packages(rule: _Rule, told: dict[str, str], *, sure: bool) -> list[purls.Named]:
    """Return what is affected; a result that names no package may be no vulnerability at all."""
    named = [one for text in rule.properties.purls if (one := purls.read(text)) is not None]
    version = told.get("Installed Version", told.get("Version", ""))
    spoken = purls.Named(kind="", name=told.get("Package", ""), version=version)
    return named or ([spoken] if spoken.name or sure else [])


def _vulnerability(
    name: str, package: purls.Named, rule: _Rule, told: dict[str, str]
) -> Vulnerability:
    fixed = rule.properties.fixed_version
    if fixed is None:
        fixed = told.get("Fixed Version", told.get("Fix Version"))
    listed = "" if fixed is None or fixed.strip().lower() in _NO_FIX else fixed
    return Vulnerability(
        id=name,
        kind=package.kind,
        package=package.name,
        version=package.version,
        severity=_severity(rule.properties, told),
        fix=Fix.AVAILABLE if listed else Fix.UNKNOWN if fixed is None else Fix.NONE,
        fixed_in=listed,
        binaries=(package.name,),
    )


def _severity(properties: _Properties, told: dict[str, str]) -> Severity:
    word = of_word(properties.severity or told.get("Severity", ""))
    return of_score(properties.score) if word is Severity.UNKNOWN else word
