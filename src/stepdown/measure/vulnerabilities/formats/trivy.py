"""trivy's JSON: `trivy image --format json --list-all-pkgs`."""

from collections.abc import Iterator

import msgspec

from stepdown.measure.vulnerabilities.formats import purls
from stepdown.measure.vulnerabilities.formats.form import Report
from stepdown.measure.vulnerabilities.severity import of_word
from stepdown.model.vulnerability import Fix, Vulnerability

_SYSTEM = "os-pkgs"
_NO_FIX = frozenset(("affected", "will_not_fix", "fix_deferred", "end_of_life"))
_KINDS = {"python-pkg": "pypi", "node-pkg": "npm", "gemspec": "gem", "gobinary": "golang"}
_KINDS |= {"jar": "maven", "rustbinary": "cargo", "debian": "deb", "ubuntu": "deb", "alpine": "apk"}


class _Database(msgspec.Struct, rename="pascal"):
    updated_at: str = ""


class _Version(msgspec.Struct, rename="pascal"):
    version: str = ""
    vulnerability_d_b: _Database | None = None


class _Identifier(msgspec.Struct):
    purl: str = msgspec.field(name="PURL", default="")


class _Vulnerability(msgspec.Struct, rename="pascal"):
    vulnerability_i_d: str
    pkg_name: str
    installed_version: str = ""
    fixed_version: str = ""
    status: str = ""
    severity: str = ""
    vendor_i_ds: tuple[str, ...] = ()
    pkg_identifier: _Identifier | None = None


class _Result(msgspec.Struct, rename="pascal"):
    class_: str = msgspec.field(name="Class", default="")
    type: str = ""
    packages: tuple[msgspec.Raw, ...] | None = None
    vulnerabilities: tuple[_Vulnerability, ...] | None = None


class _System(msgspec.Struct):
    family: str = msgspec.field(name="Family", default="")
    name: str = msgspec.field(name="Name", default="")
    eosl: bool = msgspec.field(name="EOSL", default=False)


class _Metadata(msgspec.Struct):
    system: _System | None = msgspec.field(name="OS", default=None)
    layers: tuple[str, ...] = msgspec.field(name="DiffIDs", default=())


class _Report(msgspec.Struct, rename="pascal"):
    schema_version: int
    created_at: str = ""
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    results: tuple[_Result, ...] | None = None
    trivy: _Version | None = None


def read(document: bytes, about: bytes = b"") -> Report:
    """Read a report; `about` is what `trivy version --format json` prints.

    Raises msgspec.DecodeError where the document is no report of trivy's.
    """
    report = msgspec.json.decode(document, type=_Report)
    version = msgspec.json.decode(about, type=_Version) if about else report.trivy or _Version()
    database = version.vulnerability_d_b
    date = database.updated_at if database else ""
    results = report.results or ()
    system = report.metadata.system
    return Report(
        scanner=f"trivy {version.version}".strip(),
        data=f"trivy-db {date}" if date else "",
        data_date=date[:10],
        packages=_packages(results),
        system=system.family if system else "",
        layers=report.metadata.layers,
        found=tuple(_found(results)),
        notes=tuple(_notes(system)),
        failure="" if results else "trivy reports no results: it saw no packages.",
    )


def _packages(results: tuple[_Result, ...]) -> int | None:
    """Count the distribution's packages; a report without --list-all-pkgs does not have them."""
    of_system = [one for one in results if one.class_ == _SYSTEM]
    if any(one.packages is None for one in of_system):
        return None
    return sum(len(one.packages or ()) for one in of_system)


def _found(results: tuple[_Result, ...]) -> Iterator[Vulnerability]:
    for result in results:
        for one in result.vulnerabilities or ():
            yield _vulnerability(one, result)


def _vulnerability(one: _Vulnerability, result: _Result) -> Vulnerability:
    purl = one.pkg_identifier.purl if one.pkg_identifier else ""
    return Vulnerability(
        id=one.vulnerability_i_d,
        kind=purls.kind(purl) or _KINDS.get(result.type, result.type),
        package=one.pkg_name,
        version=one.installed_version,
        severity=of_word(one.severity),
        fix=_fix(one),
        fixed_in=one.fixed_version,
        aliases=tuple(sorted(one.vendor_i_ds)),
        binaries=(one.pkg_name,),
    )


def _fix(one: _Vulnerability) -> Fix:
    if one.fixed_version:
        return Fix.AVAILABLE
    return Fix.NONE if one.status in _NO_FIX else Fix.UNKNOWN


def _notes(system: _System | None) -> Iterator[str]:
    if system and system.eosl:
        yield (
            f"{system.family} {system.name} is past its end of life, so that nobody publishes "
            "advisories about it any more."
        )
