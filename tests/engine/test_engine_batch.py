"""A small fleet on a real engine: a repository that improves, one that is broken, one without."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from stepdown.adapters import pools
from stepdown.cli import batchimages, batchwork
from stepdown.model.encoding import to_json
from stepdown.model.fleet import Answer, Entry, Report, Result, Scouted, Task, Work

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine


def repository(folder: Path, files: dict[str, str]) -> Entry:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.test")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return Entry(repository=str(folder))


def done(work: Work, entry: Entry, options: str = "{}") -> Answer:
    task = Task(work=work, batch="b", key="k", attempt=1, entry=entry, options=options)
    with pools.threads(
        2,
        perform=batchwork.perform,
        ask=batchimages.now,
        reap=batchwork.reap,
        tell=lambda _: None,
    ) as pool:
        answer: Answer = msgspec.json.decode(pool.submit(to_json(task)).result(), type=Answer)
    return answer


def test_a_fleet(engines: "Engines", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in engines.environment().items():
        monkeypatch.setenv(name, value)
    none = repository(tmp_path / "none", {"README": "nothing"})
    assert result(done(Work.SCOUT, none)) is Result.NO_DOCKERFILE
    broken = repository(tmp_path / "broken", {"Dockerfile": "FROM python:3.13\nRUN exit 3\n"})
    scout = done(Work.SCOUT, broken)
    assert isinstance(scout, Scouted)
    assert [(one.dockerfile, one.base) for one in scout.found] == [("Dockerfile", "python:3.13")]
    entry = msgspec.structs.replace(broken, dockerfile="Dockerfile")
    ended = done(Work.EVALUATE, entry, '{"to": "slim"}')
    assert result(ended) is Result.BASELINE_NOT_BUILT
    assert isinstance(ended, Report)
    assert ended.outcome
    assert ended.log
    assert list((tmp_path / "cache/stepdown/runs").iterdir()) == []


def result(answer: Answer) -> Result | None:
    return answer.result if isinstance(answer, Report) else None
