"""Every example and the quick ones of the seeded breakages, through the command line.

Of node-api this is in tests/recording: there the wizard takes it down the same ladder.
"""

import subprocess
from pathlib import Path

import expected
import pytest

from stepdown.model.trial import Outcome

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
FAST = [folder for folder in expected.BREAKAGES if expected.read(folder).fast]
ELSEWHERE = {"go-static", "node-api"}
EXAMPLES = [folder for folder in expected.EXAMPLES if folder.name not in ELSEWHERE]


def moved(folder: Path, place: Path) -> tuple[Path, Outcome]:
    """Take an application down its ladder; return its repository and what came out, as expected."""
    wanted = expected.read(folder)
    copy = expected.repository(folder, place)
    code, outcome = expected.migrate(copy, place, *wanted.flags)
    expected.compare(wanted, outcome)
    assert code == (0 if outcome.best else code)
    assert (outcome.delivery is None) == (outcome.best is None)
    return copy, outcome


@pytest.mark.parametrize("folder", [*EXAMPLES, *FAST], ids=lambda folder: folder.name)
def test_application(folder: Path, tmp_path: Path) -> None:
    moved(folder, tmp_path)


def test_the_branch_of_go_static_builds_by_hand_on_both_bases(tmp_path: Path) -> None:
    copy, outcome = moved(expected.ROOT / "examples/go-static", tmp_path)
    assert outcome.delivery is not None
    subprocess.run(["git", "switch", "--quiet", outcome.delivery.branch], cwd=copy, check=True)
    for select in ((), ("--build-arg", "BASE=debian:bookworm")):
        build = ["docker", "buildx", "build", "--output", "type=cacheonly", *select, "."]
        subprocess.run(build, cwd=copy, check=True, capture_output=True)
