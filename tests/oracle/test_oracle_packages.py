"""The table of package names against the data of both distributions.

A row with a witness (a command, a soname, ...) claims that Debian's package has it and that
Alpine's package provides it. Debian's Contents lists are downloaded; of Alpine, the check takes the
packages that the image's repositories offer and that Alpine itself has made.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from oracle_engine import lab_engine
from package_facts import Facts, alpine, debian

from stepdown.flow import catalog
from stepdown.model.recipe import PackageName
from stepdown.ports import ContainerSpec

# The facts are gathered once, by one process.
pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("packages")]

ROWS = catalog.load().packages
MECHANICAL = [row for row in ROWS if " " in row.how]
# In the Contents lists a link for the linker and a library look alike.
KINDS = {"library": "soname"}
# Names that Dockerfiles use and bookworm and trixie have no files of.
VIRTUAL = {
    *("ctags", "git-core", "libc-dev", "libfontconfig", "libglu1", "libhdf5-serial-dev", "libvips"),
    *("libxslt-dev", "libz-dev", "man", "netcat", "rubygems", "ssh-client"),
}
OTHER_SOURCES = {"docker-ce", "docker-ce-cli", "postgresql-client-16", "yarn"}
OLDER = {"libgcc1", "libreadline6-dev", "nodejs-legacy", "python-software-properties"} | {
    f"openjdk-{version}-{part}"
    for version, parts in {
        8: "jdk jre jre-headless",
        11: "jdk jdk-headless jre jre-headless",
    }.items()
    for part in parts.split()
}
INDEX = r"""
apk update >/dev/null || { sleep 5; apk update >/dev/null; } || exit 1
for file in /var/cache/apk/APKINDEX.*.tar.gz; do
  tar -xzOf "$file" APKINDEX
  echo
done | awk -v names="$0" 'BEGIN { RS = ""; FS = "\n"; n = split(names, list, " ")
    for (i = 1; i <= n; i++) wanted["P:" list[i]] = 1 }
  { print_it = 0; text = ""
    for (i = 1; i <= NF; i++) {
      if ($i in wanted) print_it = 1
      if ($i ~ /^[Pomp]:/) text = text $i "\n" }
    if (print_it) print text }'
"""


@pytest.fixture(scope="module")
def of_debian() -> Facts:
    return debian(row.debian for row in ROWS)


@pytest.fixture(scope="module")
def of_alpine(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    names = sorted({name for row in ROWS for name in row.alpine})
    folder: Path = tmp_path_factory.mktemp("oracle")
    with lab_engine(folder) as engine:
        spec = ContainerSpec(
            image="alpine:3.23",
            role="oracle",
            entrypoint=("sh", "-c", INDEX, " ".join(names)),
            command=(),
            network=True,
        )
        done = engine.run(spec, timeout=120)
    assert done.exit_code == 0, done
    return alpine(done.output)


def witnesses(row: PackageName) -> tuple[str, set[str]]:
    kind, *names = row.how.split()
    return KINDS.get(kind, kind), set(names)


def test_debian_has_what_the_rows_name(of_debian: Facts) -> None:
    wrong = []
    for row in MECHANICAL:
        kind, names = witnesses(row)
        missing = names - of_debian[row.debian][kind]
        if missing:
            wrong.append(f"{row.debian}: no {kind} {' '.join(sorted(missing))}")
    assert wrong == []


def test_alpine_provides_what_the_rows_name(of_alpine: Facts) -> None:
    wrong, reached = [], 0
    for row in MECHANICAL:
        kind, names = witnesses(row)
        if row.how.startswith(("library", "perl")) or not set(row.alpine) <= set(of_alpine):
            continue
        reached += 1
        provided = {one for name in row.alpine for one in of_alpine[name][kind]}
        if names - provided:
            wrong.append(f"{row.debian}: {row.alpine} has no {kind} {names - provided}")
    assert wrong == []
    assert reached >= 10


def test_the_packages_of_debian_exist(of_debian: Facts) -> None:
    missing = [row.debian for row in ROWS if not of_debian[row.debian]["there"]]
    assert set(missing) == VIRTUAL | OTHER_SOURCES | OLDER


def test_coverage(
    of_debian: Facts, of_alpine: Facts, record_property: Callable[[str, object], None]
) -> None:
    kinds = Counter(row.how.split()[0] for row in ROWS)
    both = [row for row in MECHANICAL if row.alpine and set(row.alpine) <= set(of_alpine)]
    known = sum(bool(of_debian[row.debian]["there"]) for row in ROWS)
    rest = len(ROWS) - len(MECHANICAL)
    lines = (
        f"{len(ROWS)} package names, {known} of them in Debian now; known by:",
        "  " + ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()),
        f"  proven here: {len(MECHANICAL)} in Debian, {len(both)} of these in Alpine too;",
        f"  {len(MECHANICAL) - len(both)} Alpine packages cannot be reached, {rest} need people",
    )
    record_property("said", "\n".join(lines))
    assert len(MECHANICAL) > len(ROWS) * 3 / 4
