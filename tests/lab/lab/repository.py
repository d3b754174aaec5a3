"""The local apk repository: what Alpine shipped, and what was made for musl here.

`main` is there early: the real packages, the C++ runtime, npm's Node.js and a few small programs.
`community` holds what takes longer to compile. Folders of both are served as one tree.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from lab import apkfile, apt, node, process, serve
from lab.apkfile import Entry, Package
from lab.step import LabError

if TYPE_CHECKING:
    from lab.place import Lab
    from lab.step import Step

KEY = "lab.rsa.pub"
RELEASE = "v3.23"
LIBRARY = re.compile(r"(?:usr/)?lib/[^/]+\.so\.[^/]+")
PROGRAM = re.compile(r"(?:usr/)?s?bin/[^/]+")
FULL_VERSION = re.compile(r"\.so\.([\d.]+)$")
BUNDLED = re.compile(r"-[0-9a-f]{8}(\.so)(.*)$")
SHORT = re.compile(r"(\.so\.\d+)\..*$")
LIBC = {"libc.so": "libc.musl-x86_64.so.1"}


@dataclass(frozen=True)
class Recipe:
    """What is said about a package; what it needs and provides is read from its files."""

    version: str
    description: str
    license: str
    depends: str = ""
    provides: str = ""


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


def pack(name: str, recipe: Recipe, tree: Path, where: Path, note: str) -> str:
    """Make a package of a tree, with the dependencies that Alpine's builder would find."""
    entries = sorted(_entries(tree), key=lambda entry: entry.path)
    depends, provides = _linkage(entries, tree, recipe.version)
    fields = {
        "P": name,
        "V": recipe.version,
        "T": recipe.description,
        "A": "x86_64",
        "L": recipe.license,
        "o": name,
        "m": f"lab ({note})",
        "t": "0",
        "D": " ".join(sorted({*depends, *recipe.depends.split()})),
        "p": " ".join(sorted({*provides, *recipe.provides.split()})),
    }
    return apkfile.write(Package(fields, entries), where)


def _entries(tree: Path) -> list[Entry]:
    found = []
    for path in tree.rglob("*"):
        name, mode = str(path.relative_to(tree)), path.lstat().st_mode & 0o7777
        if path.is_symlink():
            found.append(Entry(name, tarfile.SYMTYPE, str(path.readlink()).encode(), 0o777))
        elif path.is_dir():
            found.append(Entry(name, tarfile.DIRTYPE, b"", mode))
        else:
            found.append(Entry(name, tarfile.REGTYPE, path.read_bytes(), mode))
    return found


def _linkage(entries: list[Entry], tree: Path, version: str) -> tuple[set[str], set[str]]:
    depends: set[str] = set()
    provides: set[str] = set()
    for entry in entries:
        if PROGRAM.fullmatch(entry.path) and entry.kind != tarfile.DIRTYPE:
            provides.add(f"cmd:{Path(entry.path).name}={version}")
        if entry.kind == tarfile.REGTYPE and entry.content.startswith(b"\x7fELF"):
            needed, soname = dynamic(tree / entry.path)
            depends |= {f"so:{LIBC.get(name, name)}" for name in needed}
            if soname and LIBRARY.fullmatch(entry.path):
                full = FULL_VERSION.search(entry.path)
                provides.add(f"so:{soname}={full[1] if full else '0'}")
    own = {name.partition("=")[0] for name in provides}
    return depends - own, provides


def dynamic(program: Path) -> tuple[list[str], str]:
    """The libraries that an ELF file needs, and its own name; nothing for a static program."""

    def ask(option: str) -> str:
        command = ["patchelf", option, str(program)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return ask("--print-needed").split(), ask("--print-soname")


def unbundle(step: Step, libraries: Path, target: Path) -> dict[str, str]:
    """Give libraries of a wheel their names back, which it changed (libpq-30a40521.so.5.17).

    Returns the old and new names. One change in a call, or Debian 12's patchelf mixes them up.
    """
    target.mkdir(parents=True, exist_ok=True)
    names = {path.name: BUNDLED.sub(r"\1\2", path.name) for path in sorted(libraries.iterdir())}
    for old, full in names.items():
        library = target / full
        shutil.copyfile(libraries / old, library)
        library.chmod(0o755)
        soname = short_name(full)
        step.run("patchelf", "--set-soname", soname, library)
        step.run("patchelf", "--remove-rpath", library)
        for needed in dynamic(library)[0]:
            if needed in names:
                step.run("patchelf", "--replace-needed", needed, short_name(names[needed]), library)
        if soname != full:
            (target / soname).symlink_to(full)
    return names


def short_name(library: str) -> str:
    """libpq.so.5.17 is found as libpq.so.5."""
    return SHORT.sub(r"\1", library)


LIBRARIES = {
    "libgcc": Recipe(
        "14.2.0-r90", "GNU C compiler runtime libraries", "GPL-2.0-or-later AND LGPL-2.1-or-later"
    ),
    "libstdc++": Recipe(
        "14.2.0-r90", "GNU C++ standard runtime library", "GPL-2.0-or-later AND LGPL-2.1-or-later"
    ),
}
TOOLS = {
    "tini": Recipe("0.19.0-r3", "A tiny but valid init for containers", "MIT"),
    "tini-static": Recipe("0.19.0-r3", "A tiny but valid init for containers (static)", "MIT"),
    "dumb-init": Recipe("1.2.5-r3", "Minimal init system for Linux containers", "MIT"),
    "su-exec": Recipe("0.2-r3", "Switch user and group id, setgroups and exec", "MIT"),
}
COMPILED_PACKAGES = {
    "bash": Recipe("5.2.37-r0", "The GNU Bourne Again shell", "GPL-3.0-or-later"),
    "libbz2": Recipe("1.0.8-r6", "Shared library for bz2", "bzip2-1.0.6"),
    "libffi": Recipe(
        "3.4.8-r0", "Portable, high level programming interface to calling conventions", "MIT"
    ),
    "readline": Recipe("8.2.13-r2", "GNU readline library", "GPL-3.0-or-later"),
    "sqlite-libs": Recipe("3.46.1-r0", "SQLite3 library", "blessing"),
}
COMPILED = "compiled here with musl-gcc"
LIBPQ_WHEEL = "psycopg2-binary==2.9.13"
LIBPQ = {
    "libldap": (["libldap", "liblber"], Recipe("2.6.10-r0", "OpenLDAP libraries", "OLDAP-2.8")),
    "libsasl": (["libsasl2"], Recipe("2.1.28-r9", "Cyrus SASL library", "BSD-4-Clause")),
    "keyutils-libs": (
        ["libkeyutils"],
        Recipe("1.6.3-r4", "Key utilities library", "LGPL-2.0-or-later"),
    ),
    "krb5-libs": (
        ["libgssapi_krb5", "libkrb5", "libk5crypto", "libkrb5support"],
        Recipe("1.22.1-r0", "The shared libraries used by Kerberos 5", "MIT"),
    ),
    "libpq": (["libpq"], Recipe("17.11-r0", "PostgreSQL client library", "PostgreSQL")),
}


def main(step: Step) -> str:
    """The folder `main` with its index, and an empty `community`."""
    results, where = step.lab.results, folder(step.scratch, "main")
    paragraphs = (results / "alpine-vm/index").read_text().split("\n\n")
    for package in (results / "alpine-vm/packages").iterdir():
        os.link(package, where / package.name)
    trees = step.scratch / "trees"
    unbundle(step, results / "node-musl/libraries", trees / "all")
    for name, recipe in LIBRARIES.items():
        library = trees / name / "usr/lib"
        library.mkdir(parents=True)
        for file in (trees / "all").glob(f"{name}[_.]*"):
            file.rename(library / file.name)
        paragraphs.append(
            pack(name, recipe, trees / name, where, "Alpine's library, from a musl wheel")
        )
    for name, recipe in TOOLS.items():
        paragraphs.append(pack(name, recipe, results / "tools" / name, where, COMPILED))
    version = (results / "tzdata/version").read_text()
    zones = Recipe(f"{version}-r0", "Timezone data", "Public-Domain")
    paragraphs.append(pack("tzdata", zones, results / "tzdata/tree", where, "Debian's data"))
    shutil.rmtree(trees)
    index(step, paragraphs, where)
    index(step, [], folder(step.scratch, "community"))
    return f"{len(paragraphs)} apk packages"


def community(step: Step) -> str:
    """The folder `community`: what is compiled, Node.js, and PostgreSQL's client library."""
    results, where = step.lab.results, folder(step.scratch, "community")
    paragraphs = [
        pack(
            name,
            recipe,
            results / ("bash" if name == "bash" else "libraries") / name,
            where,
            COMPILED,
        )
        for name, recipe in COMPILED_PACKAGES.items()
    ]
    trees = step.scratch / "trees"
    paragraphs += _node(results / "node-musl/usr/local", trees, where)
    paragraphs += _libpq(step, trees, where)
    shutil.rmtree(trees)
    index(step, paragraphs, where)
    return f"{len(paragraphs)} apk packages"


def _node(local: Path, trees: Path, where: Path) -> list[str]:
    """nodejs and npm, as Alpine divides them."""
    program, modules = trees / "nodejs/usr/bin", trees / "npm/usr/lib/node_modules"
    program.mkdir(parents=True)
    modules.mkdir(parents=True)
    os.link(local / "bin/node", program / "node")
    shutil.copytree(local / "lib/node_modules/npm", modules / "npm", symlinks=True)
    (trees / "npm/usr/bin").mkdir()
    for name in ("npm", "npx"):
        (trees / f"npm/usr/bin/{name}").symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")
    version = json.loads((modules / "npm/package.json").read_text())["version"]
    note = "npm's files, from a musl wheel"
    nodejs = Recipe(
        f"{node.VERSION}-r0", "JavaScript runtime built on V8 engine - LTS version", "MIT"
    )
    npm = Recipe(
        f"{version}-r0", "The package manager for JavaScript", "Artistic-2.0", depends="nodejs"
    )
    return [
        pack("nodejs", nodejs, trees / "nodejs", where, note),
        pack("npm", npm, trees / "npm", where, note),
    ]


def _libpq(step: Step, trees: Path, where: Path) -> list[str]:
    """PostgreSQL's client library and the libraries that it needs, as Alpine divides them."""
    wheel = next((step.lab.results / "psycopg").glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(trees / "wheel")
    bundled = next((trees / "wheel").glob("*.libs"))
    unbundle(step, bundled, trees / "all")
    paragraphs = []
    for name, (stems, recipe) in LIBPQ.items():
        library = trees / name / "usr/lib"
        library.mkdir(parents=True)
        for stem in stems:
            for file in (trees / "all").glob(f"{stem}.so.*"):
                file.rename(library / file.name)
        note = "from a musl wheel of psycopg2"
        paragraphs.append(pack(name, recipe, trees / name, where, note))
    return paragraphs


def tzdata(step: Step) -> str:
    """Debian's time zones, without what Alpine leaves out."""
    deb = apt.download(step, "trixie", ["tzdata"], step.scratch / "deb")["tzdata"]
    tree = step.scratch / "tree"
    tree.mkdir()
    step.run("dpkg-deb", "-x", deb, tree)
    for path in tree.iterdir():
        if path.name != "usr":
            shutil.rmtree(path)
    for path in (tree / "usr/share").iterdir():
        if path.name != "zoneinfo":
            shutil.rmtree(path)
    version = deb.name.split("_")[1].partition("-")[0]
    (step.scratch / "version").write_text(version)
    shutil.rmtree(deb.parent)
    return version


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
