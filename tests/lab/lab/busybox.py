"""busybox:musl: one static program, a name for each of its commands, and a few files."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from lab import images
from lab.images import Image, Layer, folder, link, regular

if TYPE_CHECKING:
    from lab.step import Step

FOLDERS = [
    "dev",
    "etc",
    "home",
    "usr",
    "usr/bin",
    "usr/sbin",
    "var",
    "var/spool",
    "var/spool/mail",
    "var/www",
]
USERS = {
    "root": (0, 0, "/root", "/bin/sh"),
    "daemon": (1, 1, "/usr/sbin", "/bin/false"),
    "bin": (2, 2, "/bin", "/bin/false"),
    "sys": (3, 3, "/dev", "/bin/false"),
    "sync": (4, 100, "/bin", "/bin/sync"),
    "mail": (8, 8, "/var/spool/mail", "/bin/false"),
    "www-data": (33, 33, "/var/www", "/bin/false"),
    "operator": (37, 37, "/var", "/bin/false"),
    "nobody": (65534, 65534, "/home", "/bin/false"),
}
GROUPS = (
    *("root:0", "daemon:1", "bin:2", "sys:3", "adm:4", "tty:5", "mail:8", "www-data:33", "utmp:43"),
    *("staff:50", "users:100", "nobody:65534"),
)


def image(step: Step, tags: list[str]) -> str:
    """Write the image as a single layer, as upstream's is."""
    program = step.lab.results / "busybox-program/busybox"
    passwd = "".join(
        f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}\n"
        for name, (uid, gid, home, shell) in USERS.items()
    )
    group = "".join(f"{word.replace(':', ':x:')}:\n" for word in GROUPS)
    tar = step.scratch / "root.tar"
    with tarfile.open(tar, "w", format=tarfile.GNU_FORMAT) as archive:
        for member in (
            folder("bin"),
            folder("root", 0o700),
            folder("tmp", 0o1777),
            *map(folder, FOLDERS),
        ):
            archive.addfile(*member)
        archive.addfile(*regular("bin/busybox", program.read_bytes(), 0o755))
        for name in step.read(program, "--list").split():
            if name != "busybox":
                archive.addfile(*link(f"bin/{name}", "bin/busybox", hard=True))
        archive.addfile(*regular("etc/passwd", passwd.encode()))
        archive.addfile(*regular("etc/group", group.encode()))
    layer = Layer.of(tar, "BusyBox 1.37.0 (musl), Debian's source")
    config = {"Env": [images.PATH], "Cmd": ["sh"]}
    images.load(step, [Image(tags, [layer], config, images.now(), ['CMD ["sh"]'])])
    return tags[0]
