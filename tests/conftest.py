"""Stories: the whole command line as a process, in a git repository of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import leftovers
from loaded import Loaded
from stories import Said, Stepdown


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of single tests."""
    parser.addoption("--kills", type=int, default=3, help="moments at which a run is killed")
    parser.addoption("--moments", type=int, default=20, help="moments at which a batch is killed")
    parser.addoption("--seed", type=int, help="the moments of an earlier test again")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The XDG_CACHE_HOME of the runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The program, loaded once."""
    process = Loaded(tmp_path_factory.mktemp("loaded"))
    yield process
    process.end()


@pytest.fixture
def stepdown(loaded: Loaded, home: Path) -> Stepdown:
    """Run the command line; `env` adds variables."""

    def run(*words: str | Path, env: dict[str, str] | None = None, stdin: str = "") -> Said:
        environment = {**leftovers.environment(home), **(env or {})}
        return loaded.run(*map(str, words), environment=environment, stdin=stdin)

    return run


WITH_ENGINE = ("tests/engine/", "tests/fleet/", "tests/oracle/", "tests/recording/", "tests/story/")
"""Where tests/run looks for tests that need the engine."""
LONGEST = (
    *("test_a_worker_without", "test_the_driver_is_killed", "test_the_scheduler_is_killed"),
    *("test_a_cluster_finds", "test_a_worker_and_the_driver", "test_opened_then_closed"),
    *("test_the_wizard_shows", "test_application", "test_the_branch_of_go_static"),
    "test_nothing_stays",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.name.startswith(LONGEST))
    for item in items:
        if item.get_closest_marker("engine") and not item.nodeid.startswith(WITH_ENGINE):
            raise pytest.UsageError(f"tests/run would miss {item.nodeid}: no test with the engine")
        if item.nodeid.startswith("tests/engine/") and not item.get_closest_marker("engine"):
            raise pytest.UsageError(f"tests/run would miss {item.nodeid}: not marked `engine`")
        if item.get_closest_marker("alone") and not item.nodeid.startswith("tests/story/"):
            raise pytest.UsageError(f"tests/run would miss {item.nodeid}: `alone`, and no story")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as `said`, also where several run at a time."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "said":
                terminalreporter.write_line(f"\n{text}")
