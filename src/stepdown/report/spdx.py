"""SPDX 2.3 as JSON: what an image is made of."""

import hashlib
import json
from typing import Any

from stepdown.model.vulnerability import Component, Inventory

_UNKNOWN_TIME = "1970-01-01T00:00:00Z"


def render(inventory: Inventory, *, version: str, time: str = "") -> str:
    """Return the document; its name space comes from its content, so that bytes are the same."""
    packages = [_package(one) for one in inventory.components]
    body = json.dumps([inventory.image, inventory.system, inventory.release, packages])
    digest = hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
    image: dict[str, Any] = {
        "SPDXID": "SPDXRef-Image",
        "name": inventory.image,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "primaryPackagePurpose": "CONTAINER",
    }
    if inventory.reason:
        image["comment"] = f"Packages {inventory.known}: {inventory.reason}"
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": inventory.image,
        "documentNamespace": f"https://spdx.org/spdxdocs/stepdown-{digest[:32]}",
        "creationInfo": {
            "created": time or _UNKNOWN_TIME,
            "creators": [f"Tool: stepdown-{version}"],
        },
        "packages": [image, *packages],
        "relationships": [
            _relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"),
            *(_relationship("SPDXRef-Image", "CONTAINS", one["SPDXID"]) for one in packages),
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _package(one: Component) -> dict[str, Any]:
    reference = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": one.purl,
    }
    return {
        "SPDXID": f"SPDXRef-{hashlib.sha256(one.purl.encode()).hexdigest()[:20]}",
        "name": one.name,
        "versionInfo": one.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [reference],
    }


def _relationship(subject: str, kind: str, related: str) -> dict[str, str]:
    return {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": related}
