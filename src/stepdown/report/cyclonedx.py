"""CycloneDX 1.6: what an image is made of, and what is known about it.

The bill has no serial number and no time of its own, so that the same image gives the same bytes.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from stepdown.errors import StepdownError
from stepdown.model.vulnerability import Fix, Inventory, Scan, Vulnerability

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component as Part
    from cyclonedx.model.vulnerability import BomTarget, VulnerabilityAnalysis, VulnerabilityRating
    from cyclonedx.model.vulnerability import Vulnerability as Entry

_NAMESPACE = "stepdown"


def render(inventory: Inventory, scan: Scan | None, *, version: str, time: str = "") -> str:
    """Return the bill as JSON; `time` is when the image was looked at (ISO 8601), empty for none.

    Raises StepdownError where the library for it is not installed.
    """
    try:
        from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415  (an extra, and slow to load)
    except ImportError as missing:
        raise StepdownError(
            "CycloneDX needs a library that is not installed.",
            hint="Install it: pip install 'stepdown[cyclonedx]'.",
        ) from missing
    bom = _bom(inventory, scan, version=version, time=time)
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _bom(inventory: Inventory, scan: Scan | None, *, version: str, time: str) -> "Bom":
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from cyclonedx.model.tool import ToolRepository  # noqa: PLC0415

    image = Component(
        type=ComponentType.CONTAINER, name=inventory.image, bom_ref="image",
        properties=list(_properties(inventory)),
    )  # fmt: skip
    tool = Component(type=ComponentType.APPLICATION, name="stepdown", version=version)
    metadata = BomMetaData(component=image, tools=ToolRepository(components=[tool]))
    metadata.timestamp = datetime.fromisoformat(time) if time else None  # type: ignore[assignment]
    bom = Bom(
        metadata=metadata,
        components=[*_system(inventory), *_parts(inventory)],
        vulnerabilities=[*_entries(inventory, scan)] if scan else [],
    )
    bom.register_dependency(image, bom.components)
    bom.serial_number = None  # type: ignore[assignment]  # it would be random
    return bom


def _properties(inventory: Inventory) -> Iterator["Property"]:
    from cyclonedx.model import Property  # noqa: PLC0415

    yield Property(name=f"{_NAMESPACE}:packages", value=inventory.known.value)
    if inventory.reason:
        yield Property(name=f"{_NAMESPACE}:reason", value=inventory.reason)


def _system(inventory: Inventory) -> Iterator["Part"]:
    """Scanners take the distribution, and so which advisories apply, from this component."""
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415

    if inventory.system:
        yield Component(
            type=ComponentType.OPERATING_SYSTEM,
            name=inventory.system,
            version=inventory.release or None,
            bom_ref="operating-system",
        )


def _parts(inventory: Inventory) -> Iterator["Part"]:
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from packageurl import PackageURL  # noqa: PLC0415

    for one in inventory.components:
        purl = PackageURL.from_string(one.purl)
        scope = purl.namespace if not one.of_system else None
        yield Component(
            type=ComponentType.LIBRARY,
            group=scope,
            name=purl.name,
            version=one.version,
            purl=purl,
            bom_ref=one.purl,
        )


def _entries(inventory: Inventory, scan: Scan) -> Iterator["Entry"]:
    from cyclonedx.model.vulnerability import Vulnerability as Entry  # noqa: PLC0415
    from cyclonedx.model.vulnerability import VulnerabilitySource  # noqa: PLC0415

    by_source: dict[tuple[str, str, str], list[str]] = {}
    for part in inventory.components:
        for name, version in {(part.source, part.source_version), (part.name, part.version)}:
            by_source.setdefault((part.kind, name, version), []).append(part.purl)
    for one in scan.vulnerabilities:
        affected = by_source.get((one.kind, one.package, one.version), [])
        yield Entry(
            bom_ref=f"{one.id}/{one.kind}/{one.package}@{one.version}",
            id=one.id,
            source=VulnerabilitySource(name=scan.scanner),
            ratings=[_rating(one)],
            recommendation=f"Update to {one.fixed_in}." if one.fix is Fix.AVAILABLE else None,
            affects=[_target(purl) for purl in affected],
            analysis=_analysis(one),
        )


def _rating(one: Vulnerability) -> "VulnerabilityRating":
    from cyclonedx.model.vulnerability import (  # noqa: PLC0415
        VulnerabilityRating,
        VulnerabilitySeverity,
    )

    return VulnerabilityRating(severity=VulnerabilitySeverity(one.severity.value))


def _target(purl: str) -> "BomTarget":
    from cyclonedx.model.vulnerability import BomTarget  # noqa: PLC0415

    return BomTarget(ref=purl)


def _analysis(one: Vulnerability) -> "VulnerabilityAnalysis | None":
    from cyclonedx.model.impact_analysis import ImpactAnalysisState  # noqa: PLC0415
    from cyclonedx.model.vulnerability import VulnerabilityAnalysis  # noqa: PLC0415

    if not one.suppressed:
        return None
    state = ImpactAnalysisState.NOT_AFFECTED
    if one.suppressed.startswith("fixed"):
        state = ImpactAnalysisState.RESOLVED
    return VulnerabilityAnalysis(state=state, detail=one.suppressed)
