"""gcr.io/distroless/*-debian13, as upstream puts them together: a layer for each .deb.

No script of a package runs; its control file goes to var/lib/dpkg/status.d. All tags of all images
go to the engine in one archive, so that a layer is sent once.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apt, images, java
from lab.images import Image, Layer, Member, folder, link, regular

if TYPE_CHECKING:
    from lab.step import Step

SUITE = "trixie"
CREATED = "1970-01-01T00:00:00Z"
NONROOT = 65532
PYTHON = "3.13"
STATIC = ["base-files", "netbase", "tzdata", "tzdata-legacy", "media-types"]
BASE = ["libc6", "libssl3t64", "libzstd1", "zlib1g"]
CC = ["libgomp1", "libstdc++6", "libgcc-s1", "gcc-14-base"]
PYTHON3 = [
    *(
        "libbz2-1.0",
        "libdb5.3t64",
        "libexpat1",
        "liblzma5",
        "libsqlite3-0",
        "libuuid1",
        "libncursesw6",
    ),
    *(
        "libtinfo6",
        "zlib1g",
        "libcom-err2",
        "libcrypt1",
        "libc-bin",
        "libgssapi-krb5-2",
        "libk5crypto3",
    ),
    *("libkeyutils1", "libkrb5-3", "libkrb5support0", "libnsl2", "libreadline8t64", "libtirpc3t64"),
    *(
        "libffi8",
        "libpython3.13-minimal",
        "libpython3.13-stdlib",
        "python3.13-minimal",
        "python3.13-venv",
    ),
]
JAVA = [
    *("libc6", "zlib1g", "libjpeg62-turbo", "liblcms2-2", "libfreetype6", "fonts-dejavu-core"),
    *("fontconfig-config", "libexpat1", "libfontconfig1", "libuuid1", "libbrotli1", "libcrypt1"),
    *("libstdc++6", "libgcc-s1", "gcc-14-base", "libpng16-16t64", "libbz2-1.0"),
]
CERTIFICATES = "ca-certificates"
PASSWD = """root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
"""
GROUP = "root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n"
NSSWITCH = "".join(
    f"{name}: {where}\n"
    for name, where in {
        **dict.fromkeys(("passwd", "group", "shadow"), "files"),
        "hosts": "files dns",
        **dict.fromkeys(("networks", "protocols", "services"), "files"),
    }.items()
)
SITE = "https://github.com/GoogleContainerTools/distroless"
OS_RELEASE = {
    "PRETTY_NAME": "Distroless",
    "NAME": "Debian GNU/Linux",
    "ID": "debian",
    "VERSION_ID": "13",
    "VERSION": "Debian GNU/Linux 13 (trixie)",
    "HOME_URL": SITE,
    "SUPPORT_URL": f"{SITE}/blob/master/README.md",
    "BUG_REPORT_URL": f"{SITE}/issues/new",
}


@dataclass(frozen=True)
class Family:
    """One image name: its packages, and what it has besides those."""

    packages: list[str]
    parts: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    env: list[str] = field(default_factory=list)


FAMILIES = {
    "static": Family([]),
    "base": Family(BASE),
    "cc": Family(BASE + CC),
    "nodejs24": Family(BASE + CC, ["nodejs24"], ["/nodejs/bin/node"]),
    "python3": Family(
        BASE + CC + PYTHON3,
        ["python3", "ld.so.cache"],
        [f"/usr/bin/python{PYTHON}"],
        ["LANG=C.UTF-8"],
    ),
    f"java{java.MAJOR}": Family(
        JAVA, ["java-cacerts", "java"], ["/usr/bin/java", "-jar"], ["LANG=C.UTF-8"]
    ),
}


def tags(family: str) -> list[str]:
    """The four names of an image."""
    name = f"gcr.io/distroless/{family}-debian13"
    return [f"{name}:{tag}" for tag in ("latest", "nonroot", "debug", "debug-nonroot")]


def packages(step: Step, families: Iterable[str]) -> str:
    """Download the packages of some families."""
    wanted = {
        *STATIC,
        CERTIFICATES,
        *(name for family in families for name in FAMILIES[family].packages),
    }
    apt.download(step, SUITE, sorted(wanted), step.scratch / "debs")
    return f"{len(wanted)} packages"


class Maker:
    """Makes layers as files in the step's scratch folder, each once."""

    def __init__(self, step: Step, debs: Path) -> None:
        """`debs` holds the .deb files."""
        self.step = step
        self.debs = {file.name.partition("_")[0]: file for file in debs.glob("*.deb")}
        self.layers: dict[str, Layer] = {}

    def image(self, family: str, tag: str) -> Image:
        """The image of one of the tags."""
        spec, debug, nonroot = FAMILIES[family], "debug" in tag, "nonroot" in tag
        layers = [self.package(name) for name in STATIC] + self.static()
        layers += [self.busybox()] if debug else []
        layers += [self.package(name) for name in spec.packages]
        layers += [self.part(name) for name in spec.parts]
        config = {
            "Env": [
                images.PATH + (":/busybox" if debug else ""),
                "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
                *spec.env,
            ],
            "User": str(NONROOT if nonroot else 0),
            "WorkingDir": "/home/nonroot" if nonroot else "/",
        }
        if entrypoint := spec.entrypoint or (["/busybox/sh"] if debug else []):
            config["Entrypoint"] = entrypoint
        return Image([tag], layers, config, CREATED)

    def layer(self, name: str, members: Iterable[Member]) -> Layer:
        """A layer of these members."""
        if name not in self.layers:
            tar = self.step.scratch / f"{name}.tar"
            with tarfile.open(tar, "w", format=tarfile.GNU_FORMAT) as archive:
                for member in members:
                    archive.addfile(*member)
            self.layers[name] = Layer.of(tar, "bazel build")
        return self.layers[name]

    def package(self, name: str) -> Layer:
        """The files of a package, and what dpkg would know of it."""
        return self.layers.get(name) or self.layer(name, [*self.files(name), *self.status(name)])

    def files(self, name: str) -> list[Member]:
        """The files of a package."""
        with self.open(name, "--fsys-tarfile") as archive:
            return [
                (member, archive.extractfile(member) if member.isreg() else None)
                for member in archive
            ]

    def status(self, name: str) -> list[Member]:
        """The control file, and the checksums that scanners look for."""
        found: list[Member] = []
        with self.open(name, "--ctrl-tarfile") as archive:
            for suffix, member in (("", "./control"), (".md5sums", "./md5sums")):
                if member in archive.getnames() and (file := archive.extractfile(member)):
                    found.append(regular(f"./var/lib/dpkg/status.d/{name}{suffix}", file.read()))
        return found

    def open(self, name: str, part: str) -> tarfile.TarFile:
        """One of the two archives in a .deb."""
        command = ["dpkg-deb", part, str(self.debs[name])]
        content = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        return tarfile.open(fileobj=io.BytesIO(content))

    def static(self) -> list[Layer]:
        """What every image has besides packages, in upstream's order."""
        release = "".join(f'{name}="{value}"\n' for name, value in OS_RELEASE.items())
        home = [folder("./root", 0o700), folder("./home"), folder("./home/nonroot", 0o700, NONROOT)]
        parts: dict[str, list[Member]] = {
            "rootfs": [folder("./")],
            "passwd": [regular("./etc/passwd", PASSWD.encode())],
            "home": [*home],
            "group": [regular("./etc/group", GROUP.encode())],
            "tmp": [folder("./tmp", 0o1777)],
            "nsswitch": [regular("./etc/nsswitch.conf", NSSWITCH.encode())],
            "os-release": [regular("./usr/lib/os-release", release.encode())],
        }
        return [self.layer(name, members) for name, members in parts.items()] + [
            self.certificates()
        ]

    def certificates(self) -> Layer:
        """One bundle of all authorities; Debian's script, which would make it, is not run."""
        if CERTIFICATES in self.layers:
            return self.layers[CERTIFICATES]
        bundle, rights = b"", b""
        for member, file in sorted(
            self.files(CERTIFICATES), key=lambda pair: str(getattr(pair[0], "name", ""))
        ):
            name = getattr(member, "name", "")
            text = file.read() if isinstance(file, io.BufferedIOBase) else b""
            if name.startswith("./usr/share/ca-certificates/") and text:
                bundle += text.rstrip(b"\n") + b"\n"
            elif name.endswith("/copyright"):
                rights = text
        members = [
            regular("./etc/ssl/certs/ca-certificates.crt", bundle),
            regular("./usr/share/doc/ca-certificates/copyright", rights),
            *self.status(CERTIFICATES),
        ]
        return self.layer(CERTIFICATES, members)

    def busybox(self) -> Layer:
        """The tools of the debug images: one static program with a link for each command."""
        program = self.step.lab.results / "busybox-program/busybox"
        names = self.step.read(program, "--list").split()
        members = [folder("./busybox"), regular("./busybox/busybox", program.read_bytes(), 0o755)]
        links = [
            link(f"./busybox/{name}", "./busybox/busybox", hard=True)
            for name in names
            if name != "busybox"
        ]
        return self.layer("busybox", [*members, *links])

    def part(self, name: str) -> Layer:
        """What comes from elsewhere than a package."""
        if name == "python3":
            target = f"/usr/bin/python{PYTHON}"
            links = [link("./usr/bin/python", target), link("./usr/bin/python3", target)]
            return self.layer(name, links)
        makers = {
            "ld.so.cache": self.ld_cache,
            "java-cacerts": self.java_authorities,
            "java": self.java,
        }
        return makers.get(name, self.node)()

    def java_authorities(self) -> Layer:
        """The key store of authorities that Java reads."""
        store = (self.step.lab.results / "java/cacerts").read_bytes()
        path = "./etc/ssl/certs/java"
        return self.layer("java-cacerts", [folder(path), regular(f"{path}/cacerts", store)])

    def java(self) -> Layer:
        """The JRE, at the place that the package of Temurin has."""
        home = self.step.lab.results / "java/jre"
        place = f"./usr/lib/jvm/temurin-{java.MAJOR}-jre-amd64"
        members: list[Member] = []
        for path in sorted(home.rglob("*")):
            name = f"{place}/{path.relative_to(home)}"
            if path.is_dir():
                members.append(folder(name))
            elif path.name != "cacerts":
                members.append(regular(name, path.read_bytes(), path.stat().st_mode & 0o777))
        adoptium, system = "/etc/ssl/certs/adoptium", "/etc/ssl/certs/java/cacerts"
        return self.layer(
            "java",
            [
                *members,
                link(f"{place}/lib/security/cacerts", f"{adoptium}/cacerts"),
                folder(f".{adoptium}"),
                link(f".{adoptium}/cacerts", system),
                link("./usr/bin/java", f"{place[1:]}/bin/java"),
            ],
        )

    def node(self) -> Layer:
        """Node.js alone, without npm."""
        local = self.step.lab.results / "node-glibc/usr/local"
        members = [folder("./nodejs"), folder("./nodejs/bin")]
        members.append(regular("./nodejs/bin/node", (local / "bin/node").read_bytes(), 0o755))
        members.append(regular("./nodejs/LICENSE", (local / "LICENSE").read_bytes()))
        return self.layer("nodejs24", members)

    def ld_cache(self) -> Layer:
        """The cache that ldconfig would write in the Python image."""
        if "ld.so.cache" not in self.layers:
            root = self.step.scratch / "root"
            root.mkdir()
            for name in [*STATIC, *FAMILIES["python3"].packages]:
                self.step.run("dpkg-deb", "-x", self.debs[name], root)
            self.step.run("/sbin/ldconfig", "-r", root)
            cache = regular("./etc/ld.so.cache", (root / "etc/ld.so.cache").read_bytes())
            self.layer("ld.so.cache", [cache])
        return self.layers["ld.so.cache"]


def load(step: Step, wanted: list[str], *, debs: str) -> str:
    """Make the images of these tags and give them to the engine."""
    maker = Maker(step, step.lab.results / debs / "debs")
    made = []
    for tag in wanted:
        family = tag.rpartition("/")[2].partition("-debian13")[0]
        made.append(maker.image(family, tag))
    images.load(step, made)
    return f"{len(made)} tags"
