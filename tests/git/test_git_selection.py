"""What folders and files select: real repositories on this machine."""

import subprocess
from pathlib import Path

import pytest

from stepdown.cli.batchforge import Source
from stepdown.cli.batchselect import select
from stepdown.errors import UsageError
from stepdown.model.fleet import Entry


def repository(path: Path, *words: str) -> Path:
    subprocess.run(["git", "init", "--quiet", *words, str(path)], check=True)
    return path


def chosen(*words: Path | str) -> tuple[Entry, ...]:
    return select(tuple(map(str, words)), (), (), Source()).entries


def test_a_folder_stands_for_the_repositories_in_it(tmp_path: Path) -> None:
    one, two = repository(tmp_path / "one"), repository(tmp_path / "two")
    (tmp_path / "other").mkdir()
    assert [entry.repository for entry in chosen(tmp_path)] == [str(one), str(two)]


def test_a_folder_in_a_repository_is_the_context(tmp_path: Path) -> None:
    one = repository(tmp_path / "one")
    (one / "api").mkdir()
    assert chosen(one / "api") == (Entry(repository=str(one), context="api"),)


def test_a_bare_repository_is_one(tmp_path: Path) -> None:
    bare = repository(tmp_path / "one.git", "--bare")
    assert chosen(bare) == (Entry(repository=str(bare)),)
    listed = tmp_path / "list.txt"
    listed.write_text("one.git base=main\n")
    assert chosen(listed) == (Entry(repository=str(bare), base="main"),)


def test_globs_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    one, two = repository(tmp_path / "src" / "one"), repository(tmp_path / "src" / "two")
    listed = tmp_path / "list.txt"
    listed.write_text("src/* labels=team:web\n")
    found = chosen(listed)
    assert [entry.repository for entry in found] == [str(one), str(two)]
    assert {entry.labels for entry in found} == {("team:web",)}


@pytest.mark.parametrize("line", ["nowhere", "plain"])
def test_what_is_no_repository_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "plain").mkdir()
    listed = tmp_path / "list.txt"
    listed.write_text(f"{line}\n")
    with pytest.raises(UsageError) as caught:
        chosen(listed)
    assert line in caught.value.brief
    assert caught.value.hint
