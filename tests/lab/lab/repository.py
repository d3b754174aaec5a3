"""The local apk repository: its key, its folders, its index, and the server for containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from lab import apkfile, process, serve
from lab.step import LabError

if TYPE_CHECKING:
    from lab.place import Lab
    from lab.step import Step

KEY = "lab.rsa.pub"
RELEASE = "v3.23"


def keys(step: Step) -> str:
    """The key pair that signs the repository; the public part goes into the image."""
    private = step.scratch / "lab.rsa"
    step.run("openssl", "genrsa", "-out", private, "2048")
    step.run("openssl", "rsa", "-in", private, "-pubout", "-out", step.scratch / KEY)
    return "a key for the apk repository"


def folder(root: Path, name: str) -> Path:
    """Where apk looks for the packages of `main` or `community`."""
    path = root / "alpine" / RELEASE / name / "x86_64"
    path.mkdir(parents=True, exist_ok=True)
    return path


def urls(address: str, port: int) -> str:
    """The lines of /etc/apk/repositories."""
    base = f"http://{address}:{port}/alpine/{RELEASE}"
    return f"{base}/main\n{base}/community\n"


def index(step: Step, paragraphs: list[str], where: Path) -> None:
    """Write the signed index of a folder."""
    private = step.lab.results / "apk-keys" / "lab.rsa"

    def sign(content: bytes) -> bytes:
        command = ["openssl", "dgst", "-sha256", "-sign", str(private)]
        return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout

    apkfile.write_index(paragraphs, where, KEY, sign)


def base(step: Step) -> Path:
    """A signed repository of Alpine's own packages alone, for the making of the image."""
    where = step.scratch / "repository/x86_64"
    where.mkdir(parents=True)
    packages = step.lab.results / "alpine-vm"
    for package in (packages / "packages").iterdir():
        os.link(package, where / package.name)
    index(step, (packages / "index").read_text().split("\n\n"), where)
    return where.parent


def start(step: Step) -> str | None:
    """Serve the repository on the address that containers know as their gateway."""
    lab = step.lab
    address, port = where(lab)
    if answers(lab):
        return None
    process.stop(lab.root / "apk-server.process")
    folders = [str(lab.results / name) for name in ("apk-community", "apk-main")]
    command = [sys.executable, "-BP", serve.__file__, address, str(port), *folders]
    process.start(lab.root / "apk-server.process", command, lab.logs / "apk-server.log")
    for _ in range(50):
        if answers(lab):
            return f"served at http://{address}:{port}"
        time.sleep(0.1)
    raise LabError(f"the apk repository is not served, see {lab.logs / 'apk-server.log'}")


def choose(step: Step) -> str | None:
    """Choose the address, once: it is written into the Alpine images."""
    gateway = step.read(
        *("docker", "network", "inspect", "bridge"),
        *("--format", "{{range .IPAM.Config}}{{println .Gateway}}{{end}}"),
    ).split()[0]
    record = step.lab.root / "apk-server.json"
    if where(step.lab)[0] == gateway:
        return None
    record.write_text(json.dumps({"address": gateway, "port": serve.free_port(gateway)}))
    return f"apk repository will be at {gateway}"


def where(lab: Lab) -> tuple[str, int]:
    """The chosen address and port."""
    try:
        saved = json.loads((lab.root / "apk-server.json").read_text())
        return saved["address"], saved["port"]
    except (OSError, ValueError, KeyError):
        return "", 0


def answers(lab: Lab) -> bool:
    """Whether our server runs and serves."""
    address, port = where(lab)
    url = f"http://{address}:{port}/alpine/{RELEASE}/main/x86_64/APKINDEX.tar.gz"
    if not process.alive(lab.root / "apk-server.process"):
        return False
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5):
            return True
    except (URLError, OSError):
        return False
