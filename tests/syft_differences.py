"""Where syft lists other packages than stepdown, and why: a table that holds for every image.

The oracle fails on any difference that is not here, and the manual prints the table.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Difference:
    """What only one of the two lists; images and packages (`NAME VERSION`) are patterns."""

    images: str
    kind: str
    reason: str
    only_syft: tuple[str, ...] = ()
    only_ours: tuple[str, ...] = ()

    def explains(self, image: str, kind: str, package: str, *, ours: bool) -> bool:
        """Tell whether this is why only one of the two lists `package`."""
        patterns = self.only_ours if ours else self.only_syft
        return (
            kind == self.kind
            and fnmatchcase(image, self.images)
            and any(fnmatchcase(package, pattern) for pattern in patterns)
        )


DISTROLESS = "gcr.io/distroless/*"
DIFFERENCES = (
    Difference(
        images=DISTROLESS,
        kind="dpkg",
        only_ours=("*",),
        reason="This syft does not find status.d in an image of one layer for each package.",
    ),
    Difference(
        images=DISTROLESS,
        kind="dpkg",
        only_syft=("gcc-* *", "libzstd *", "util-linux *"),
        reason="Source packages, from notes inside of libraries. The packages that were built"
        " from them are counted here.",
    ),
    Difference(
        images="gcr.io/distroless/python3-*",
        kind="binary",
        only_syft=("python *",),
        reason="The interpreter is a file of Debian's package, which this syft does not find"
        " there.",
    ),
    Difference(
        images="*",
        kind="apk",
        only_syft=(".* *",),
        reason="Virtual packages of apk, whose names begin with a dot, have no files.",
    ),
    Difference(
        images="*",
        kind="dotnet",
        only_syft=("Simple Launcher *",),
        reason="Windows programs that pip carries as templates for its scripts.",
    ),
    Difference(
        images="*",
        kind="golang",
        only_syft=("cmd/* (devel)",),
        reason="The programs of Go's own distribution name a path and no module.",
    ),
    Difference(
        images="*",
        kind="golang",
        only_syft=("github.com/anchore/syft v*", "stdlib go*"),
        only_ours=("github.com/anchore/syft (devel)",),
        reason="For the program's own module, which says (devel), syft takes a version from the"
        " linker's options; of Go's version it makes a package.",
    ),
)


def unexplained(
    image: str, ours: dict[str, set[str]], theirs: dict[str, set[str]]
) -> list[tuple[str, str, str]]:
    """Return (kind, whose, package) of every difference that is not in the table."""
    found: list[tuple[str, str, str]] = []
    for kind in sorted({*ours, *theirs}):
        mine, other = ours.get(kind, set()), theirs.get(kind, set())
        for whose, packages in (("ours", mine - other), ("syft", other - mine)):
            found += [
                (kind, whose, package)
                for package in sorted(packages)
                if not any(
                    one.explains(image, kind, package, ours=whose == "ours") for one in DIFFERENCES
                )
            ]
    return found
