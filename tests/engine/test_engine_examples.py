"""Every example and every planted breakage, through the command line, on real images."""

from pathlib import Path

import expected
import pytest

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]


def flags(wanted: expected.Expected) -> list[str]:
    words = ["--test", wanted.test] if wanted.test else []
    for path in wanted.paths:
        words += ["--path", path]
    return [*words, "--test-timeout", str(wanted.test_timeout)]


@pytest.mark.parametrize(
    "folder", [*expected.EXAMPLES, *expected.CASES], ids=lambda folder: folder.name
)
def test_application(folder: Path, tmp_path: Path) -> None:
    wanted = expected.read(folder)
    copy = expected.repository(folder, tmp_path)
    code, outcome = expected.migrate(copy, tmp_path, *flags(wanted))
    expected.compare(wanted, outcome)
    assert code == (0 if outcome.best else code)
    assert (outcome.delivery is None) == (outcome.best is None)
