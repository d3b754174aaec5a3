"""eclipse-temurin:21: OpenJDK 21 as Debian builds it, at the place that Temurin's images have it.

The same files, without the tools, are the runtime of distroless' Java image.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apt, images

if TYPE_CHECKING:
    from lab.step import Step

SUITE = "trixie"
MAJOR = "21"
HOME = f"usr/lib/jvm/java-{MAJOR}-openjdk-amd64"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
PASSWORD = "changeit"
"""The one that every Java has; it keeps nothing secret."""
STORE_MAGIC, STORE_VERSION, TRUSTED = 0xFEEDFEED, 2, 2
UNUSED = ("docs", "man", "src.zip", "jmods")
"""What Debian's packages have beside the program, or as links to what other packages bring."""


def trees(step: Step) -> str:
    """The folders `jre` and `jdk`, each a whole Java home, and `cacerts`."""
    names = {kind: f"openjdk-{MAJOR}-{kind}-headless" for kind in ("jre", "jdk")}
    wanted = [*names.values(), "ca-certificates"]
    debs = apt.download(step, SUITE, wanted, step.scratch / "debs")
    root = step.scratch / "root"
    root.mkdir()
    for kind, name in names.items():  # a JDK is a JRE with more beside it
        step.run("dpkg-deb", "-x", debs[name], root)
        home(root, step.scratch / kind, jmods=kind == "jdk")
    version = debs[names["jre"]].name.split("_")[1].partition("-")[0]
    (step.scratch / "version").write_text(version.replace("%2b", "+"))
    step.run("dpkg-deb", "-x", debs["ca-certificates"], root)
    (step.scratch / "cacerts").write_bytes(store(root / "usr/share/ca-certificates"))
    shutil.rmtree(root)
    shutil.rmtree(step.scratch / "debs")
    return f"OpenJDK {version}"


def home(root: Path, target: Path, *, jmods: bool) -> None:
    """Copy a Java home; the settings, which Debian keeps in /etc, go where links name them."""
    unused = [name for name in UNUSED if not (jmods and name == "jmods")]
    shutil.copytree(root / HOME, target, symlinks=True, ignore=shutil.ignore_patterns(*unused))
    for path in [path for path in target.rglob("*") if path.is_symlink()]:
        text = str(path.readlink())
        if not text.startswith("/"):
            continue
        path.unlink()
        if (source := root / text.lstrip("/")).is_file():
            shutil.copy(source, path)


def store(folder: Path) -> bytes:
    """Every authority of a folder as a Java key store of the old form, which needs no library."""
    entries = [
        (file.stem.lower(), base64.b64decode(found[1]))
        for file in sorted(folder.rglob("*.crt"))
        if (found := CERTIFICATE.search(file.read_text()))
    ]
    body = struct.pack(">III", STORE_MAGIC, STORE_VERSION, len(entries))
    for alias, content in entries:
        body += struct.pack(">I", TRUSTED) + _text(alias) + struct.pack(">Q", 0) + _text("X.509")
        body += struct.pack(">I", len(content)) + content
    salt = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite"  # the format's own constant
    return body + hashlib.sha1(salt + body, usedforsecurity=False).digest()


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value.encode())) + value.encode()


def image(step: Step, tags: list[str], *, kind: str) -> str:
    """The JDK or the JRE."""
    java = step.lab.results / "java"
    step.run("cp", "-al", java / kind, step.scratch / "openjdk")
    step.run("cp", "-a", java / "cacerts", step.scratch / "cacerts")
    version = f"jdk-{(java / 'version').read_text()}"
    images.build(step, "java", tags, java_version=version)
    return tags[0]
