"""Walking a checkout within bounds."""

import os
import time
from pathlib import Path

from repositories import discovered, target_of, write

from stepdown.discover import facts
from stepdown.discover.walk import content, listing


def test_the_nearest_files_come_first_and_by_name(tmp_path: Path) -> None:
    listed = write(tmp_path, {"b/a/x": "", "c": "", "a/z": "", "B": "", "b/x": ""})
    assert listed.files == ("B", "c", "a/z", "b/x", "b/a/x")
    assert listed.notes == ()


def test_other_peoples_code_is_left_out(tmp_path: Path) -> None:
    names = ("node_modules/a/x.js", ".git/config", "a/vendor/x.go", "dist/x.js", "venv/x.py")
    assert write(tmp_path, dict.fromkeys(names, "")).files == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"a/x": ""})
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "up").symlink_to("/etc")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "self").symlink_to("self")
    assert listing(tmp_path).files == ("a/x",)


def test_the_bound_is_told_and_cuts_the_deepest(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}": "" for n in range(4)} | {"a/b/c/d": ""})
    listed = listing(tmp_path, most=4)
    assert listed.files == ("0", "1", "2", "3")
    assert listed.notes == ("The repository has more than 4 files; the others were not looked at.",)
    assert listing(tmp_path, most=5).notes == ()


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert listing(tmp_path / "x").files == ()


def test_content_is_text_of_a_moderate_size(tmp_path: Path) -> None:
    listed = write(tmp_path, {"a": "äb", "binary": b"a\0b", "odd": b"\xff", "long": "x" * 11})
    assert content(listed, "a", 10) == "äb"
    assert content(listed, "odd", 10) == "\ufffd"
    assert [content(listed, name, 10) for name in ("binary", "long", "gone", "")] == [None] * 4


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    os.mkfifo(tmp_path / "compose.yaml")
    assert discovered(tmp_path, {}).clues == ()


def test_twenty_thousand_files_take_seconds_at_most(tmp_path: Path) -> None:
    for number in range(200):
        folder = tmp_path / f"d{number % 20}" / f"e{number}"
        folder.mkdir(parents=True)
        for index in range(100):
            suffix = ("py", "js", "md", "yaml", "txt")[index % 5]
            (folder / f"f{index}.{suffix}").write_text("import os\nx: 1\n")
    (tmp_path / "Dockerfile").write_text("FROM node:24\n")
    target, began = target_of(tmp_path), time.process_time()
    facts(tmp_path, target)
    assert time.process_time() - began < 10  # a second on an idle machine
