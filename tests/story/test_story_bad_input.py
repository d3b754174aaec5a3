"""Bad input: one clear error each, its exit code, and nothing touched or left behind."""

from pathlib import Path

import pytest

from stories import Said, Stepdown, git, make

NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.js"]\n'
APP = "setInterval(() => {}, 1000)\n"


def complains(said: Said, code: int, *words: str) -> None:
    """One sentence, a hint, no trace, nothing on standard output."""
    assert said.returncode == code, said.stderr
    assert "Traceback" not in said.stderr
    assert said.stderr.count("stepdown: ") == 1
    assert not said.stdout
    for word in words:
        assert word in said.stderr


def test_no_dockerfile(stepdown: Stepdown, tmp_path: Path) -> None:
    said = stepdown("migrate", make(tmp_path / "r", app__js=APP), "--yes")
    complains(said, 3, "no Dockerfile", "hint:")


def test_no_folder(stepdown: Stepdown, tmp_path: Path) -> None:
    complains(stepdown("migrate", tmp_path / "nowhere", "--yes"), 2, "There is no", "hint:")


def test_not_a_git_repository(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "Dockerfile").write_text(NODE)
    complains(stepdown("migrate", folder, "--yes"), 1, "git", "hint:")


def test_dirty_dockerfile(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    (folder / "Dockerfile").write_text(NODE + "# later\n")
    complains(stepdown("migrate", folder, "--yes"), 1, "Dockerfile", "hint:")
    assert (folder / "Dockerfile").read_text() == NODE + "# later\n"


def test_detached_head(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    git(folder, "checkout", "--quiet", "--detach")
    complains(stepdown("migrate", folder, "--yes"), 1, "detached", "hint:")


@pytest.mark.parametrize("words", [[], ["--branch", "taken"]])
def test_branch_exists(stepdown: Stepdown, tmp_path: Path, words: list[str]) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    git(folder, "branch", words[1] if words else "stepdown/dockerfile-alpine")
    complains(stepdown("migrate", folder, "--yes", *words), 1, "exists", "hint:")


def test_no_engine(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    nobody = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}
    complains(stepdown("migrate", folder, "--yes", env=nobody), 4, "engine", "hint:")
    assert git(folder, "branch", "--list", "stepdown/*") == ""
    assert git(folder, "worktree", "list").count("\n") == 0


def test_unknown_base(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile="FROM registry.example.com/team/base:7\n")
    complains(stepdown("migrate", folder, "--yes"), 1, "registry.example.com/team/base:7", "hint:")


def test_already_smallest(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile='FROM scratch\nCOPY a /\nCMD ["/a"]\n', a="x")
    complains(stepdown("migrate", folder, "--yes"), 3)


def test_nobody_to_ask(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    complains(stepdown(folder), 2, "--yes", "--test")


@pytest.mark.parametrize(
    "words",
    [
        ["--file", "Missing"],
        ["--path", "health"],
        ["--env", "novalue"],
        ["--report", "report.doc"],
        ["--record", "no/such/folder/record.json"],
    ],
)
def test_wrong_words(stepdown: Stepdown, tmp_path: Path, words: list[str]) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE, app__js=APP)
    complains(stepdown("migrate", folder, "--yes", *words), 2)


def test_several_dockerfiles(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", api__Dockerfile=NODE, web__Dockerfile=NODE)
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    (folder / "api.Dockerfile").rename(folder / "one" / "Dockerfile")
    (folder / "web.Dockerfile").rename(folder / "two" / "Dockerfile")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "move")
    complains(stepdown("migrate", folder, "--yes"), 2, "one/Dockerfile", "two/Dockerfile", "--file")


@pytest.mark.parametrize(
    ("content", "word"), [(b"FROM node:24\n\xff\xfe\n", "UTF-8"), (b"FROM node:24\0\n", "binary")]
)
def test_not_a_text(stepdown: Stepdown, tmp_path: Path, content: bytes, word: str) -> None:
    folder = make(tmp_path / "r", app__js=APP)
    (folder / "Dockerfile").write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "odd")
    complains(stepdown("migrate", folder, "--yes"), 1, word)
    complains(stepdown("plan", folder), 1, word)


def test_a_record_that_is_none(stepdown: Stepdown, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("{}")
    complains(stepdown("report", tmp_path / "record.json"), 1)
    complains(stepdown("report", tmp_path / "missing.json"), 1)
