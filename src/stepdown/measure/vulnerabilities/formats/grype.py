"""grype's JSON: `grype -o json`."""

from typing import Literal

import msgspec

from stepdown.measure.vulnerabilities.formats import purls
from stepdown.measure.vulnerabilities.formats.form import Report
from stepdown.measure.vulnerabilities.severity import of_word
from stepdown.model.vulnerability import Fix, Vulnerability

_FIXES = {"fixed": Fix.AVAILABLE, "not-fixed": Fix.NONE, "wont-fix": Fix.NONE}


class _Fix(msgspec.Struct):
    versions: tuple[str, ...] | None = None
    state: str = ""


class _Named(msgspec.Struct):
    id: str


class _Vulnerability(msgspec.Struct):
    id: str
    severity: str = ""
    fix: _Fix = msgspec.field(default_factory=_Fix)


class _Upstream(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Artifact(msgspec.Struct):
    name: str
    version: str = ""
    type: str = ""
    purl: str = ""
    upstreams: tuple[_Upstream, ...] | None = None


class _Match(msgspec.Struct):
    vulnerability: _Vulnerability
    artifact: _Artifact
    related: tuple[_Named, ...] | None = msgspec.field(name="relatedVulnerabilities", default=None)


class _Status(msgspec.Struct):
    built: str = ""


class _Database(msgspec.Struct):
    built: str = ""
    status: _Status = msgspec.field(default_factory=_Status)


class _Descriptor(msgspec.Struct):
    name: Literal["grype"]
    version: str = ""
    db: _Database | None = None


class _Layer(msgspec.Struct):
    digest: str = ""


class _Target(msgspec.Struct):
    layers: tuple[_Layer, ...] | None = None


class _Source(msgspec.Struct):
    type: str = ""
    target: msgspec.Raw = msgspec.Raw(b"null")


class _Distro(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Report(msgspec.Struct):
    descriptor: _Descriptor
    matches: tuple[_Match, ...]
    distro: _Distro = msgspec.field(default_factory=_Distro)
    source: _Source | None = None


def read(document: bytes) -> Report:
    """Read a report. Raises msgspec.DecodeError where the document is no report of grype's."""
    report = msgspec.json.decode(document, type=_Report)
    database = report.descriptor.db or _Database()
    built = database.status.built or database.built
    return Report(
        scanner=f"grype {report.descriptor.version}".strip(),
        data=f"grype-db {built}" if built else "",
        data_date=built[:10],
        silent=True,
        system=report.distro.name,
        layers=_layers(report.source),
        found=tuple(_vulnerability(match) for match in report.matches),
        notes=("grype does not tell how many packages it saw.",),
    )


def _layers(source: _Source | None) -> tuple[str, ...]:
    if source is None or source.type != "image":
        return ()
    target = msgspec.json.decode(source.target, type=_Target | None)
    return tuple(layer.digest for layer in (target.layers or ())) if target else ()


def _vulnerability(match: _Match) -> Vulnerability:
    one, artifact = match.vulnerability, match.artifact
    fixes = one.fix.versions or ()
    return Vulnerability(
        id=one.id,
        kind=purls.kind(artifact.purl) or artifact.type,
        package=artifact.name,
        version=artifact.version,
        severity=of_word(one.severity),
        fix=_FIXES.get(one.fix.state, Fix.UNKNOWN),
        fixed_in=", ".join(fixes),
        aliases=tuple(sorted({other.id for other in match.related or ()} - {one.id})),
        binaries=(artifact.name,),
    )
