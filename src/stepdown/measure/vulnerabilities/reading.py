"""From a scanner's report to one record, with doubt wherever the scanner may have been blind."""

from collections.abc import Callable, Iterator

import msgspec

from stepdown.measure.vulnerabilities.formats import grype, osvscanner, sarif, trivy
from stepdown.measure.vulnerabilities.formats.form import Report
from stepdown.measure.vulnerabilities.records import merged, unknown
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory, Scan, Vulnerability
from stepdown.ports import ScannerReport

_READERS: dict[str, Callable[[ScannerReport], Report]] = {
    "trivy": lambda given: trivy.read(given.document, given.about),
    "grype": lambda given: grype.read(given.document),
    "osv-scanner": lambda given: osvscanner.read(given.document),
    "docker-scout": lambda given: sarif.read(given.document, given.packages),
}
_ANY = "a scanner"


def scan(inventory: Inventory, given: ScannerReport) -> Scan:
    """Return what a report says; nothing that could hide a vulnerability is read as none.

    A report without the name of a scanner is read by its form.
    """
    name = given.scanner or _ANY
    if given.failure:
        return unknown(inventory, name, given.failure)
    if inventory.known is Known.UNKNOWN:
        return unknown(inventory, name, inventory.reason)
    report = _read(given)
    if report is None:
        return unknown(inventory, name, f"What {name} printed is no report of a known form.")
    if failure := report.failure or _other_image(report, inventory):
        return unknown(inventory, report.scanner, failure)
    if not report.data and given.asked:
        report = msgspec.structs.replace(report, data=f"as of {given.asked}")
    return _result(inventory, report)


def _read(given: ScannerReport) -> Report | None:
    readers = [_READERS[given.scanner]] if given.scanner in _READERS else _READERS.values()
    for reader in readers:
        try:
            return reader(given)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return None


def _other_image(report: Report, inventory: Inventory) -> str:
    """Compare the layers: what a name pointed to at the time of the report nobody knows."""
    if report.layers and inventory.layers and report.layers != inventory.layers:
        return f"The report is about other layers than those of {inventory.image}."
    if report.system and inventory.system and report.system != inventory.system:
        return f"The report is about {report.system}, the image is {inventory.system}."
    return ""


def _result(inventory: Inventory, report: Report) -> Scan:
    of_system = len(inventory.of_system)
    seen = of_system if report.packages is None else report.packages
    reasons = tuple(_reasons(inventory, report, of_system))
    blind = bool(of_system) and (seen < of_system or report.system == "")
    known = Known.PARTIAL if reasons else Known.MEASURED
    return Scan(
        image=inventory.image,
        system=inventory.system,
        scanner=report.scanner,
        known=Known.UNKNOWN if blind else known,
        data=report.data,
        data_date=report.data_date,
        evaluated=min(seen, of_system),
        inventory=of_system,
        reasons=reasons,
        vulnerabilities=merged(_by_source(inventory, report.found)),
        notes=report.notes,
    )


def _reasons(inventory: Inventory, report: Report, of_system: int) -> Iterator[str]:
    if inventory.known is Known.PARTIAL:
        yield inventory.reason
    if of_system and report.system == "":
        yield f"{report.scanner} did not see which distribution the image is."
    if report.packages is not None and report.packages < of_system:
        yield f"{report.scanner} saw {report.packages} of {of_system} packages of the system."
    if of_system and report.packages is None and not report.silent:
        yield f"The report of {report.scanner} does not list the packages that it saw."


def _by_source(inventory: Inventory, found: tuple[Vulnerability, ...]) -> Iterator[Vulnerability]:
    """Name the source: one vulnerability of openssl is not two because libssl was split off."""
    installed: dict[tuple[str, str], Component] = {}
    for component in inventory.of_system:
        installed.setdefault((component.kind, component.name), component)
    for one in map(_by_cve, found):
        match = installed.get((one.kind, one.package))
        if match is None:
            yield one
        else:
            yield msgspec.structs.replace(one, package=match.source, version=match.source_version)


def _by_cve(one: Vulnerability) -> Vulnerability:
    """Name the CVE: scanners call the same vulnerability by different names."""
    cves = sorted(name for name in one.names if name.startswith("CVE-"))
    if not cves or one.id in cves:
        return one
    return msgspec.structs.replace(one, id=cves[0], aliases=tuple(sorted(one.names - {cves[0]})))
