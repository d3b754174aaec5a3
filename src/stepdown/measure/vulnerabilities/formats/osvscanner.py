"""osv-scanner's JSON: `osv-scanner scan image --format json --all-packages`."""

from collections.abc import Iterator

import msgspec

from stepdown.measure.vulnerabilities.formats.form import Report
from stepdown.measure.vulnerabilities.severity import of_advisory, of_score
from stepdown.model.advisory import Advisory
from stepdown.model.vulnerability import Fix, Severity, Vulnerability

_SYSTEMS = {"Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Wolfi": "wolfi"}
_SYSTEMS |= {"Chainguard": "chainguard", "Rocky Linux": "rocky", "AlmaLinux": "almalinux"}
_KINDS = {"Debian": "deb", "Ubuntu": "deb", "Alpine": "apk", "Wolfi": "apk", "Chainguard": "apk"}
_KINDS |= {"Rocky Linux": "rpm", "AlmaLinux": "rpm", "Red Hat": "rpm", "PyPI": "pypi"}
_KINDS |= {"npm": "npm", "RubyGems": "gem", "Go": "golang", "crates.io": "cargo", "Maven": "maven"}


class _Package(msgspec.Struct):
    name: str
    version: str = ""
    ecosystem: str = ""
    os_package_name: str = ""

    @property
    def family(self) -> str:
        return self.ecosystem.partition(":")[0]


class _Group(msgspec.Struct):
    ids: tuple[str, ...]
    aliases: tuple[str, ...] | None = None
    max_severity: str = ""


class _Found(msgspec.Struct):
    package: _Package
    vulnerabilities: tuple[Advisory, ...] | None = None
    groups: tuple[_Group, ...] | None = None


class _Result(msgspec.Struct):
    packages: tuple[_Found, ...]


class _Report(msgspec.Struct):
    results: tuple[_Result, ...]


def read(document: bytes) -> Report:
    """Read a report. Raises msgspec.DecodeError where the document is none of osv-scanner's.

    A group holds the records that mean the same vulnerability, so groups are counted.
    """
    report = msgspec.json.decode(document, type=_Report)
    found = [one for result in report.results for one in result.packages]
    systems = sorted({_SYSTEMS[f] for one in found if (f := one.package.family) in _SYSTEMS})
    return Report(
        scanner="osv-scanner",
        packages=_packages(found),
        system=systems[0] if systems else "",
        found=tuple(v for one in found for v in _vulnerabilities(one)),
        notes=("osv-scanner does not tell which data it used.",),
    )


def _packages(found: list[_Found]) -> int | None:
    """Count the distribution's packages; without --all-packages only affected ones are listed."""
    if all(one.groups for one in found):
        return None
    seen = {
        (one.package.os_package_name or one.package.name, one.package.version)
        for one in found
        if one.package.family in _SYSTEMS
    }
    return len(seen)


def _vulnerabilities(found: _Found) -> Iterator[Vulnerability]:
    records = {record.id: record for record in found.vulnerabilities or ()}
    package = found.package
    for group in found.groups or ():
        members = [records[name] for name in group.ids if name in records]
        fixed = sorted({version for one in members for version in _fixes(one, package)})
        others = {*group.ids, *(group.aliases or ())}
        cves = sorted(name for name in others if name.startswith("CVE-"))
        name = cves[0] if cves else group.ids[0]
        yield Vulnerability(
            id=name,
            kind=_KINDS.get(package.family, package.family.lower()),
            package=package.name,
            version=package.version,
            severity=_severity(group, members),
            fix=Fix.AVAILABLE if fixed else Fix.NONE if members else Fix.UNKNOWN,
            fixed_in=", ".join(fixed),
            aliases=tuple(sorted(others - {name})),
            binaries=(package.os_package_name or package.name,),
        )


def _severity(group: _Group, members: list[Advisory]) -> Severity:
    found = of_score(group.max_severity)
    if found is not Severity.UNKNOWN or not members:
        return found
    return min(map(of_advisory, members), key=lambda severity: severity.rank)


def _fixes(record: Advisory, package: _Package) -> Iterator[str]:
    for affected in record.affected:
        subject = affected.package
        if subject and (subject.name, subject.ecosystem) == (package.name, package.ecosystem):
            yield from (e.fixed for one in affected.ranges for e in one.events if e.fixed)
