"""Wheel, sdist and editable install all carry the recipes and the package's own data."""

import json
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "stepdown"
OURS = {
    str(path.relative_to(PACKAGE.parent))
    for folder in ("report", "flow")
    for path in (PACKAGE / folder).rglob("*")
    if path.suffix in {".html", ".css", ".js", ".json"}
}
DATA = {str(path.relative_to(ROOT)) for path in (ROOT / "recipes").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True)
    return folder


MANUAL = {path.name for path in (ROOT / "src" / "stepdown" / "help").iterdir()}


def breakages(*folder: Path) -> tuple[int, str]:
    """How many breakages an installation finds in its recipes, and where it lies."""
    code = "import stepdown; from stepdown.flow.catalog import load; print(len(load().breakages))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(stepdown.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PYTHONPATH": ":".join(map(str, folder))},
    )
    number, where = done.stdout.split()
    return int(number), where


def test_sdist_and_wheel_carry_the_data(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert inside >= DATA
    assert inside >= {f"src/{name}" for name in OURS}
    assert "src/stepdown/py.typed" in inside
    assert inside >= {f"src/stepdown/help/{name}" for name in MANUAL}
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert names >= {f"stepdown/{name}" for name in DATA}
    assert names >= OURS
    assert len(OURS) > 5
    assert "stepdown/py.typed" in names
    assert names >= {f"stepdown/help/{name}" for name in MANUAL}
    assert {"tutorial.md", "stepdown.schema.json"} <= MANUAL


def test_an_installed_wheel_finds_them(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path)
    number, where = breakages(tmp_path)
    assert where.startswith(str(tmp_path))
    assert number > 20


def test_the_editable_installation_finds_them() -> None:
    origin = json.loads(distribution("stepdown").read_text("direct_url.json") or "{}")
    assert origin["dir_info"]["editable"] is True
    number, where = breakages()
    assert where.startswith(str(ROOT / "src"))
    assert number > 20
