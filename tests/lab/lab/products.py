"""Recipes of the images that applications stand on, apart from Debian's and Alpine's own."""

from __future__ import annotations

from functools import partial

from lab import bun, distroless, golang, java, machine, nginx, node, python
from lab.recipe import ARCHIVED, DOCKERFILES, HERE, Recipe, files

NODE_TAGS = {
    "full": [f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("", "-bookworm")],
    "slim": [
        f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("-slim", "-bookworm-slim")
    ],
    "alpine": [
        f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("-alpine", "-alpine3.23")
    ],
}


def of_node() -> list[Recipe]:
    """Node.js."""
    sources = ("lab/node.py",)
    return [
        Recipe(
            f"node{suffix}",
            partial(node.image, base=base, libc=libc),
            (*sources, f"{DOCKERFILES}/{recipe}.Dockerfile"),
            (need, f"node-{libc}", "yarn"),
            tuple(f"node:{tag}" for tag in NODE_TAGS[suffix.strip("-") or "full"]),
            facts=machine.facts,
        )
        for suffix, base, libc, recipe, need in (
            ("", "buildpack-deps:bookworm", "glibc", "node", "buildpack-bookworm"),
            ("-slim", "debian:bookworm-slim", "glibc", "node", "debian-bookworm-slim"),
            ("-alpine", "alpine:3.23", "musl", "node-alpine", "apk-serve"),
        )
    ]


def of_languages() -> list[Recipe]:
    """Go and Python."""
    found = [
        Recipe("go", files(golang.tree), ("lab/golang.py", "lab/downloads.py")),
        Recipe(
            "golang",
            golang.image,
            ("lab/golang.py", f"{DOCKERFILES}/golang.Dockerfile"),
            ("buildpack-trixie-scm", "go"),
            tuple(
                f"golang:{name}{suffix}"
                for name in ("1.24", golang.VERSION)
                for suffix in ("", "-trixie")
            ),
        ),
    ]
    for target, suffix, needs in (
        ("full", "", ("python-glibc", "buildpack-trixie")),
        ("slim", "-slim", ("python-glibc", "debian-trixie-slim")),
        ("alpine", "-alpine", ("python-musl", "apk-serve", "apk-community")),
    ):
        recipe = "python-alpine" if target == "alpine" else "python"
        variant = {"full": "-trixie", "slim": "-slim-trixie", "alpine": "-alpine3.23"}[target]
        found.append(
            Recipe(
                f"python{suffix}",
                partial(python.image, target=target),
                ("lab/python.py", f"{DOCKERFILES}/{recipe}.Dockerfile"),
                needs,
                (f"python:3.13{suffix}", f"python:3.13{variant}"),
                facts=machine.facts,
            )
        )
    return found


def of_applications() -> list[Recipe]:
    """Images that only examples stand on: Java, Bun and nginx."""
    paths = sorted((HERE / DOCKERFILES / nginx.FILES).rglob("*"))
    served = [str(path.relative_to(HERE)) for path in paths if path.is_file()]
    compiles = ("lab/musl.py", "lab/nginx.py", "lab/apkpack.py")
    return [
        Recipe("java", files(java.trees), ("lab/java.py", "lab/apt.py")),
        Recipe(
            "nginx-package",
            files(nginx.package),
            (*compiles, f"{DOCKERFILES}/nginx-musl.Dockerfile"),
            ("workbench", "sources-nginx"),
        ),
        *(
            Recipe(
                f"nginx{suffix}",
                partial(nginx.image, libc=libc),
                ("lab/nginx.py", f"{DOCKERFILES}/nginx.Dockerfile", *served),
                (*needs, "sources-nginx"),
                tuple(f"nginx:{tag}{suffix}" for tag in ("1.26",)),
            )
            for suffix, libc, needs in (
                ("", "glibc", ("debian-trixie", "debian-trixie-slim")),
                ("-alpine-slim", "musl", ("alpine", "apk-serve", "nginx-package")),
            )
        ),
        *(
            Recipe(
                f"temurin-{kind}",
                partial(java.image, kind=kind),
                ("lab/java.py", f"{DOCKERFILES}/java.Dockerfile"),
                ("debian-trixie", "debian-trixie-slim", "java"),
                (f"eclipse-temurin:{java.MAJOR}-{kind}",),
            )
            for kind in ("jre", "jdk")
        ),
        *_bun(),
    ]


def _bun() -> list[Recipe]:
    found = []
    for libc in ("glibc", "musl"):
        source = ("lab/bun.py", "lab/downloads.py")
        found.append(
            Recipe(f"bun-{libc}", files(partial(bun.program, libc=libc)), source, ("node-glibc",))
        )
    for suffix, base, libc, need in (
        ("", "debian:trixie", "glibc", "debian-trixie"),
        ("-slim", "debian:trixie-slim", "glibc", "debian-trixie-slim"),
        ("-alpine", "alpine:3.23", "musl", "alpine"),
    ):
        found.append(
            Recipe(
                f"bun{suffix}",
                partial(bun.image, base=base, libc=libc),
                ("lab/bun.py", f"{DOCKERFILES}/bun.Dockerfile"),
                (need, f"bun-{libc}", *(["apk-serve"] if libc == "musl" else [])),
                tuple(f"oven/bun:{name}{suffix}" for name in ("1", bun.VERSION)),
                facts=machine.facts,
            )
        )
    return found


def of_distroless() -> list[Recipe]:
    """All of distroless."""
    found = []
    for name, families, needs in (
        ("node", ["nodejs24"], ["node-glibc"]),
        ("others", ["static", "base", "cc", "python3"], []),
        ("java", [f"java{java.MAJOR}"], ["java"]),
    ):
        found.append(
            Recipe(
                f"debs-{name}",
                files(partial(distroless.packages, families=families)),
                ("lab/distroless.py",),
            )
        )
        found.append(
            Recipe(
                f"distroless-{name}",
                partial(distroless.load, debs=f"debs-{name}"),
                (*ARCHIVED, "lab/distroless.py"),
                ("engine", f"debs-{name}", "busybox-program", *needs),
                tuple(tag for family in families for tag in distroless.tags(family)),
            )
        )
    return found
