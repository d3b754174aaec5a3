"""The packages of the local apk repository: what Alpine shipped, and what was made for musl here.

`main` is there early: the real packages, the C++ runtime, time zones and a few small programs.
`community` holds what takes longer: compiled programs, Node.js, PostgreSQL's client library.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from typing import TYPE_CHECKING

from lab import apkpack, apt, node, repository
from lab.apkpack import About

if TYPE_CHECKING:
    from pathlib import Path

    from lab.step import Step

LIBRARIES = {
    "libgcc": About(
        "14.2.0-r90", "GNU C compiler runtime libraries", "GPL-2.0-or-later AND LGPL-2.1-or-later"
    ),
    "libstdc++": About(
        "14.2.0-r90", "GNU C++ standard runtime library", "GPL-2.0-or-later AND LGPL-2.1-or-later"
    ),
}
TOOLS = {
    "tini": About("0.19.0-r3", "A tiny but valid init for containers", "MIT"),
    "tini-static": About("0.19.0-r3", "A tiny but valid init for containers (static)", "MIT"),
    "dumb-init": About("1.2.5-r3", "Minimal init system for Linux containers", "MIT"),
    "su-exec": About("0.2-r3", "Switch user and group id, setgroups and exec", "MIT"),
}
COMPILED_PACKAGES = {
    "bash": About("5.2.37-r0", "The GNU Bourne Again shell", "GPL-3.0-or-later"),
    "libbz2": About("1.0.8-r6", "Shared library for bz2", "bzip2-1.0.6"),
    "libffi": About(
        "3.4.8-r0", "Portable, high level programming interface to calling conventions", "MIT"
    ),
    "readline": About("8.2.13-r2", "GNU readline library", "GPL-3.0-or-later"),
    "sqlite-libs": About("3.46.1-r0", "SQLite3 library", "blessing"),
}
COMPILED = "compiled here with musl-gcc"
LIBPQ_WHEEL = "psycopg2-binary==2.9.13"
LIBPQ = {
    "libldap": (["libldap", "liblber"], About("2.6.10-r0", "OpenLDAP libraries", "OLDAP-2.8")),
    "libsasl": (["libsasl2"], About("2.1.28-r9", "Cyrus SASL library", "BSD-4-Clause")),
    "keyutils-libs": (
        ["libkeyutils"],
        About("1.6.3-r4", "Key utilities library", "LGPL-2.0-or-later"),
    ),
    "krb5-libs": (
        ["libgssapi_krb5", "libkrb5", "libk5crypto", "libkrb5support"],
        About("1.22.1-r0", "The shared libraries used by Kerberos 5", "MIT"),
    ),
    "libpq": (["libpq"], About("17.11-r0", "PostgreSQL client library", "PostgreSQL")),
}


def main(step: Step) -> str:
    """The folder `main` with its index, and an empty `community`."""
    results, where = step.lab.results, repository.folder(step.scratch, "main")
    paragraphs = (results / "alpine-vm/index").read_text().split("\n\n")
    for package in (results / "alpine-vm/packages").iterdir():
        os.link(package, where / package.name)
    trees = step.scratch / "trees"
    apkpack.unbundle(step, results / "node-musl/libraries", trees / "all")
    for name, about in LIBRARIES.items():
        library = trees / name / "usr/lib"
        library.mkdir(parents=True)
        for file in (trees / "all").glob(f"{name}[_.]*"):
            file.rename(library / file.name)
        paragraphs.append(
            apkpack.pack(name, about, trees / name, where, "Alpine's library, from a musl wheel")
        )
    for name, about in TOOLS.items():
        paragraphs.append(apkpack.pack(name, about, results / "tools" / name, where, COMPILED))
    version = (results / "tzdata/version").read_text()
    zones = About(f"{version}-r0", "Timezone data", "Public-Domain")
    paragraphs.append(
        apkpack.pack("tzdata", zones, results / "tzdata/tree", where, "Debian's data")
    )
    shutil.rmtree(trees)
    repository.index(step, paragraphs, where)
    repository.index(step, [], repository.folder(step.scratch, "community"))
    return f"{len(paragraphs)} apk packages"


def community(step: Step) -> str:
    """The folder `community`: what is compiled, Node.js, and PostgreSQL's client library."""
    results, where = step.lab.results, repository.folder(step.scratch, "community")
    paragraphs = [
        apkpack.pack(
            name,
            about,
            results / ("bash" if name == "bash" else "libraries") / name,
            where,
            COMPILED,
        )
        for name, about in COMPILED_PACKAGES.items()
    ]
    trees = step.scratch / "trees"
    paragraphs += _node(results / "node-musl/usr/local", trees, where)
    paragraphs += _libpq(step, trees, where)
    shutil.rmtree(trees)
    repository.index(step, paragraphs, where)
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
    nodejs = About(
        f"{node.VERSION}-r0", "JavaScript runtime built on V8 engine - LTS version", "MIT"
    )
    npm = About(
        f"{version}-r0", "The package manager for JavaScript", "Artistic-2.0", depends="nodejs"
    )
    return [
        apkpack.pack("nodejs", nodejs, trees / "nodejs", where, note),
        apkpack.pack("npm", npm, trees / "npm", where, note),
    ]


def _libpq(step: Step, trees: Path, where: Path) -> list[str]:
    """PostgreSQL's client library and the libraries that it needs, as Alpine divides them."""
    wheel = next((step.lab.results / "psycopg").glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(trees / "wheel")
    bundled = next((trees / "wheel").glob("*.libs"))
    apkpack.unbundle(step, bundled, trees / "all")
    paragraphs = []
    for name, (stems, about) in LIBPQ.items():
        library = trees / name / "usr/lib"
        library.mkdir(parents=True)
        for stem in stems:
            for file in (trees / "all").glob(f"{stem}.so.*"):
                file.rename(library / file.name)
        note = "from a musl wheel of psycopg2"
        paragraphs.append(apkpack.pack(name, about, trees / name, where, note))
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
