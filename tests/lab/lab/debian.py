"""debian:SUITE and debian:SUITE-slim: the packages and the settings of the official images.

mmdebstrap installs the packages; what debuerreotype, the maker of the official images, changes in
them afterwards is done here.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apt, images

if TYPE_CHECKING:
    from lab.step import Step

HOOK = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"
MERGED_USR = {"bookworm": [HOOK, "--include=usr-is-merged"], "trixie": []}
"""Before trixie the base packages do not bring the links /bin, /lib and so on themselves."""

POLICY = """#!/bin/sh

# Services are not started while packages are installed in a container.
exit 101
"""
DELETE = (
    "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin"
)
SETTINGS = {
    "usr/sbin/policy-rc.d": POLICY,
    "etc/apt/apt.conf.d/docker-no-languages": 'Acquire::Languages "none";\n',
    "etc/apt/apt.conf.d/docker-gzip-indexes": 'Acquire::GzipIndexes "true";\n',
    "etc/apt/apt.conf.d/docker-autoremove-suggests": (
        'Apt::AutoRemove::SuggestsImportant "false";\n'
    ),
    "etc/apt/apt.conf.d/docker-clean": (
        f'DPkg::Post-Invoke {{ "{DELETE} || true"; }};\n'
        f'APT::Update::Post-Invoke {{ "{DELETE} || true"; }};\n'
        'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
    ),
    "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
    "etc/machine-id": "",
}
LEFTOVERS = [
    *("etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/sources.list", "etc/apt/sources.list.d/*"),
    *("etc/dpkg/dpkg.cfg.d/99mmdebstrap", "etc/hostname", "etc/resolv.conf", "var/lib/apt/lists/*"),
    *("var/cache/apt/*.bin", "var/cache/apt/archives/*.deb", "var/cache/ldconfig/aux-cache"),
    *("var/log/dpkg.log", "var/log/bootstrap.log", "var/log/alternatives.log", "var/log/apt/*"),
    *("dev/*", "run/*", "tmp/*"),
]
SLIM_EXCLUDES = [
    *("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/linda/*"),
    *("/usr/share/lintian/overrides/*", "/usr/share/locale/*", "/usr/share/man/*"),
]
SLIM_INCLUDES = ["/usr/share/doc/*/copyright"]


def rootfs(step: Step, suite: str) -> str:
    """Make the trees of both variants as layers: full.tar and slim.tar."""
    root = step.scratch / "root"
    step.run(
        *(
            "mmdebstrap",
            "--mode=root",
            "--format=directory",
            "--variant=minbase",
            *MERGED_USR[suite],
        ),
        *("--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"'),
        *('--aptopt=APT::Install-Recommends "false"', suite, root, "-"),
        stdin=_sources(suite).encode(),
    )
    _settle(root, suite)
    _pack(step, root, "full.tar")
    _slim(root)
    _pack(step, root, "slim.tar")
    shutil.rmtree(root)
    return f"{suite}, full and slim"


def load(step: Step, tags: list[str], *, suite: str, variant: str) -> str:
    """Give one variant to the engine under all its names."""
    tar = step.lab.results / f"rootfs-{suite}" / f"{variant}.tar"
    layer = images.Layer.of(tar, f"# debian.sh --arch 'amd64' out/ '{suite}'")
    image = images.Image(
        tags=tags,
        layers=[layer],
        config={"Env": [images.PATH], "Cmd": ["bash"]},
        created=images.now(),
    )
    images.load(step, [image])
    return tags[0]


def _sources(suite: str) -> str:
    def stanza(archive: str, suites: str) -> str:
        return (
            f"Types: deb\nURIs: {apt.mirror()}/{archive}\nSuites: {suites}\n"
            f"Components: main\nSigned-By: {apt.KEYRING}\n"
        )

    return "\n".join(
        [
            stanza("debian", f"{suite} {suite}-updates"),
            stanza("debian-security", f"{suite}-security"),
        ]
    )


def _settle(root: Path, suite: str) -> None:
    for pattern in LEFTOVERS:
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    for name, text in SETTINGS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    (root / "etc/apt/sources.list.d/debian.sources").write_text(_sources(suite))
    (root / "var/lib/apt/lists/partial").mkdir(parents=True, exist_ok=True)
    (root / "run/lock").mkdir(exist_ok=True)
    (root / "run/lock").chmod(0o1777)


def _slim(root: Path) -> None:
    """Delete the documentation, and tell dpkg to leave it out from now on."""
    lines = [f"path-exclude {pattern}\n" for pattern in SLIM_EXCLUDES]
    lines += [f"path-include {pattern}\n" for pattern in SLIM_INCLUDES]
    comment = "# The slim variant leaves this documentation out.\n"
    (root / "etc/dpkg/dpkg.cfg.d/docker").write_text(comment + "".join(lines))
    tops = {pattern.rstrip("*").strip("/") for pattern in SLIM_EXCLUDES}
    for top in tops:
        for folder, folders, files in os.walk(root / top, topdown=False):
            paths = [Path(folder, name) for name in files + folders]
            for path in paths:
                if (path.is_symlink() or path.is_file()) and not _kept(
                    f"/{path.relative_to(root)}"
                ):
                    path.unlink()
            if folder != str(root / top) and not any(Path(folder).iterdir()):
                Path(folder).rmdir()


def _kept(path: str) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in SLIM_INCLUDES)


def _pack(step: Step, root: Path, name: str) -> None:
    step.run(
        *("tar", "--numeric-owner", "--xattrs", "--sort=name"),
        *("-C", root, "-cf", step.scratch / name, "."),
    )
