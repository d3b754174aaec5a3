"""What is read of real images against what the images say of themselves."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from oracle_counts import differences, mounted
from oracle_engine import lab_engine, said

from stepdown.adapters.engine import DockerEngine
from stepdown.flow import catalog
from stepdown.measure import quick_surface, read_rootfs, surface
from stepdown.model.surface import Known, Measure
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.tar import EntryType

pytestmark = pytest.mark.engine

DEBIAN = (
    "debian:bookworm-slim",
    "debian:trixie-slim",
    "node:24-slim",
)
DISTROLESS = "gcr.io/distroless/nodejs24-debian13"
# As few as bring something new: the command tests/oracle/compare.py takes all of the lab's.
COUNTED = (
    *DEBIAN,
    "buildpack-deps:bookworm-scm",
    "python:3.13-slim",
    "golang:1.24",
    "alpine:3.23",
    "node:24-alpine",
    "python:3.13-alpine",
    "busybox:musl",
    f"{DISTROLESS}:debug",
    "gcr.io/distroless/static-debian13:debug",
)
FIND = "find / -xdev -printf '%p\\0%y\\0%m\\0%U\\0%G\\0%s\\0%l\\0\\n'"
LETTERS = {
    EntryType.FILE: "f",
    EntryType.DIRECTORY: "d",
    EntryType.SYMLINK: "l",
    EntryType.FIFO: "p",
    EntryType.CHARACTER_DEVICE: "c",
    EntryType.BLOCK_DEVICE: "b",
}


def each(images: Iterable[str]) -> pytest.MarkDecorator:
    """Run a test on each image, and all that is about one image in one process: it is read once."""
    params = [pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in images]
    return pytest.mark.parametrize("image", params)


of_distroless = pytest.mark.xdist_group(f"{DISTROLESS}:debug")
of_node = pytest.mark.xdist_group("node:24-slim")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    with lab_engine(folder) as connected:
        yield connected


READ: dict[str, RootFS] = {}


def read(engine: DockerEngine, image: str) -> RootFS:
    if image not in READ:
        READ[image] = read_rootfs(engine, image)
    return READ[image]


def measure(engine: DockerEngine, image: str, key: str) -> Measure:
    config = engine.inspect(image)
    card = surface(read(engine, image), config, catalog.load(), image)
    (found,) = (m for m in card.measures if m.key == key)
    return found


def listed(engine: DockerEngine, image: str, key: str) -> list[str]:
    found = measure(engine, image, key)
    assert found.known is Known.MEASURED
    return list(found.items)


def lines(engine: DockerEngine, image: str, script: str) -> list[str]:
    return sorted(said(engine, image, "/bin/sh", "-c", script).splitlines())


@each(COUNTED)
def test_what_an_images_own_tools_list(engine: DockerEngine, image: str) -> None:
    fs = read(engine, image)
    assert list(differences(engine, image, fs)) == []
    if fs.databases:
        measures = surface(fs, engine.inspect(image), catalog.load(), image).measures
        assert all(m.known is Known.MEASURED for m in measures)


@each(["debian:bookworm-slim", "debian:trixie-slim", "node:24-slim"])
def test_every_entry(engine: DockerEngine, image: str) -> None:
    rows = said(engine, image, "/bin/sh", "-c", FIND).split("\0\n")
    expected = {tuple(row.split("\0")) for row in rows if row}
    found = {
        (
            path,
            LETTERS[entry.type],
            f"{entry.mode:o}",
            str(entry.uid),
            str(entry.gid),
            str(entry.size),
            entry.link,
        )
        for path, entry in read(engine, image).entries.items()
    }

    def comparable(row: tuple[str, ...]) -> tuple[str, ...]:
        # Folders and links have no size of their own in an archive.
        return (*row[:5], row[5] if row[1] == "f" else "", row[6])

    ours = {comparable(row) for row in found if not mounted(row[0])}
    theirs = {
        comparable(row) for row in expected if not mounted(row[0]) and row[0] != "/.dockerenv"
    }
    assert ours == theirs
    assert len(ours) > 3000


@each(["debian:bookworm-slim", "node:24-slim"])
def test_visible_size(engine: DockerEngine, image: str) -> None:
    script = "find / -xdev -type f -printf '%i %s %p\\n'"
    rows = (line.split(" ", 2) for line in lines(engine, image, script))
    inodes = {inode: int(size) for inode, size, path in rows if not mounted(path)}
    assert measure(engine, image, "size_visible").value == sum(inodes.values())


@each(DEBIAN)
def test_unowned_binaries(engine: DockerEngine, image: str) -> None:
    binaries = sorted(read(engine, image).elf)
    # dpkg knows a path as its package spells it, which may be before /usr was merged.
    asked = " ".join([*binaries, *(path.removeprefix("/usr") for path in binaries)])
    answers = lines(engine, image, f"dpkg -S {asked} 2>/dev/null; true")
    owned = {line.partition(": ")[2] for line in answers}
    unknown = [path for path in binaries if not owned & {path, path.removeprefix("/usr")}]
    assert listed(engine, image, "unowned_binaries") == unknown
    assert len(owned) > 300


@of_node
def test_the_runtime_is_the_only_unowned_binary(engine: DockerEngine) -> None:
    assert listed(engine, "node:24-slim", "unowned_binaries") == ["/usr/local/bin/node"]
    assert listed(engine, f"{DISTROLESS}:latest", "unowned_binaries") == ["/nodejs/bin/node"]


@of_distroless
def test_distroless_has_one_command_and_its_debug_variant_has_hundreds(
    engine: DockerEngine,
) -> None:
    assert listed(engine, f"{DISTROLESS}:latest", "commands") == ["node"]
    assert listed(engine, f"{DISTROLESS}:latest", "shells") == []
    assert len(listed(engine, f"{DISTROLESS}:debug", "commands")) > 300
    assert listed(engine, f"{DISTROLESS}:debug", "shells") == ["ash", "hush", "sh"]
    assert listed(engine, f"{DISTROLESS}:debug", "package_managers") == []


@of_node
def test_language_packages(engine: DockerEngine) -> None:
    script = (
        'const r=require("child_process").execSync("find / -xdev -name package.json")+"";'
        'const s=new Set();for(const p of r.trim().split("\\n")){'
        "if(!/node_modules\\/(@[^/]+\\/)?[^/@][^/]*\\/package.json$/.test(p))continue;"
        'const j=JSON.parse(require("fs").readFileSync(p));'
        "if(j.name&&j.version)s.add(`npm ${j.name} ${j.version}`)};"
        'console.log([...s].join("\\n"))'
    )
    found = said(engine, "node:24-slim", "node", "-e", script).splitlines()
    # A release that lies unpacked under its own name, in no node_modules.
    expected = sorted([*found, "npm yarn 1.22.22"])
    assert listed(engine, "node:24-slim", "language_packages") == expected
    assert len(expected) > 100


QUICK = ("debian:bookworm-slim", "alpine:3.23", f"{DISTROLESS}:latest", "busybox:musl")


@each(QUICK)
def test_the_quick_look_counts_the_same(engine: DockerEngine, image: str) -> None:
    config = engine.inspect(image)
    quick = quick_surface(engine, config, catalog.load(), image)
    whole = surface(read(engine, image), config, catalog.load(), image)
    measures = {m.key: m for m in whole.measures}
    for found in quick.measures:
        if found.value is not None:
            assert found == measures[found.key]
    assert (quick.measures[0].value is None) == (image == "busybox:musl")
    assert quick.os == whole.os


def test_layers_add_up_to_the_size_of_the_image(engine: DockerEngine) -> None:
    layers = engine.layers("node:24-slim")
    assert sum(layer.size for layer in layers) == engine.inspect("node:24-slim").size
    assert len(layers) > 2
    assert layers[0].size > 70_000_000


CAPABLE = """\
FROM debian:bookworm-slim
# setxattr(2): revision 2, effective, permitted CAP_NET_BIND_SERVICE and CAP_NET_RAW.
RUN perl -e '$v = pack("V5", 0x02000001, 1 << 10 | 1 << 13, 0, 0, 0); \\
    $n = "security.capability"; $p = "/usr/bin/env"; \\
    syscall(188, $p, $n, $v, 20, 0) == 0 or die "no: $!"'
"""


def test_file_capabilities(engine: DockerEngine, tmp_path: Path) -> None:
    request = BuildRequest(name="capable", dockerfile=CAPABLE, context=str(tmp_path))
    built = engine.build(request, lambda _: None)
    assert isinstance(built, Built), built
    assert listed(engine, built.image, "file_capabilities") == [
        "/usr/bin/env net_bind_service,net_raw"
    ]
    assert listed(engine, "debian:bookworm-slim", "file_capabilities") == []
