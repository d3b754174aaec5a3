"""Every example and the quick ones of the seeded breakages, through the command line."""

import subprocess
from pathlib import Path

import expected
import pytest

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
FAST = [folder for folder in expected.BREAKAGES if expected.read(folder).fast]


@pytest.mark.parametrize("folder", [*expected.EXAMPLES, *FAST], ids=lambda folder: folder.name)
def test_application(folder: Path, tmp_path: Path) -> None:
    wanted = expected.read(folder)
    copy = expected.repository(folder, tmp_path)
    code, outcome = expected.migrate(copy, tmp_path, *wanted.flags)
    expected.compare(wanted, outcome)
    assert code == (0 if outcome.best else code)
    assert (outcome.delivery is None) == (outcome.best is None)


def test_the_branch_builds_by_hand_on_both_bases(tmp_path: Path) -> None:
    copy = expected.repository(expected.ROOT / "examples" / "go-static", tmp_path)
    words = ("--base", "scratch", "--test", "/app/server selftest")
    code, outcome = expected.migrate(copy, tmp_path, *words)
    assert code == 0
    assert outcome.delivery is not None
    subprocess.run(["git", "switch", "--quiet", outcome.delivery.branch], cwd=copy, check=True)
    for select in ((), ("--build-arg", "BASE=debian:bookworm")):
        build = ["docker", "buildx", "build", "--output", "type=cacheonly", *select, "."]
        subprocess.run(build, cwd=copy, check=True, capture_output=True)
