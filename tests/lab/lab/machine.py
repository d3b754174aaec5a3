"""What containers need of this machine's own settings so that pip and npm work in them, too.

A machine may trust authorities of its own (files in /usr/local/share/ca-certificates), and its pip
and npm may be told to use other servers. No name or address of these is written here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

AUTHORITIES = Path("/usr/local/share/ca-certificates")
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
NPM_CA = "/usr/local/etc/npm-ca.pem"


def facts() -> str:
    """A digest of all of it: images are made anew when it changes."""
    parts = [path.read_bytes() for path in certificates()]
    parts += [settings().encode() for settings in (npmrc, pip_conf)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@cache
def certificates() -> list[Path]:
    """The authorities that somebody added to this machine."""
    found = sorted(AUTHORITIES.rglob("*.crt")) if AUTHORITIES.exists() else []
    return [path for path in found if b"BEGIN CERTIFICATE" in path.read_bytes()]


@cache
def npmrc() -> str:
    """npm's settings for the Node.js images.

    The headers are in the image: node-gyp would otherwise fetch them from a server that a machine
    without an image registry does not reach either.
    """
    lines = ["nodedir=/usr/local"]
    if certificates():
        lines.append(f"cafile={NPM_CA}")
    for line in _ask("npm", "config", "list").splitlines():
        name, _, value = line.partition(" = ")
        if name == "registry" and _remote(url := value.strip('"')):
            lines.append(f"registry={url}")
    return "\n".join([*lines, ""])


@cache
def pip_conf() -> str:
    """pip's settings for the Python images: only an index on the network helps a container."""
    lines = []
    for line in _ask("pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        setting, words = name.rpartition(".")[2], value.strip("'\"").replace("\\n", " ").split()
        if setting in ("index-url", "extra-index-url") and (urls := list(filter(_remote, words))):
            lines.append(f"{setting} = {' '.join(urls)}")
        elif setting == "trusted-host":
            lines.append(f"{setting} = {' '.join(words)}")
    return "\n".join(["[global]", *dict.fromkeys(lines), ""]) if lines else ""


def write(context: Path) -> None:
    """Put it into a build's context: `certificates`, `npm` and `pip`, empty if not needed."""
    folders = {name: context / "machine" / name for name in ("certificates", "npm", "pip")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    for number, path in enumerate(certificates()):
        shutil.copyfile(path, folders["certificates"] / f"lab-{number}.crt")
    (folders["npm"] / "npmrc").write_text(npmrc())
    if certificates():
        shutil.copyfile(BUNDLE, folders["npm"] / Path(NPM_CA).name)
    if pip_conf():
        (folders["pip"] / "pip.conf").write_text(pip_conf())


def _ask(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    ).stdout.strip()


def _remote(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
