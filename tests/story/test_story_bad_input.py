"""Bad input: one clear error each, its exit code, and nothing touched or left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stories import Said, Stepdown, git, make

NODE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.js"]\n'
# Root reads everything, unless it gives that right up.
CAPABILITIES = "--bounding-set=-dac_override,-dac_read_search"
LIKE_A_USER = ["setpriv", CAPABILITIES] if os.getuid() == 0 else []
PROGRAM = [str(Path(sys.executable).with_name("stepdown"))]
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


@pytest.mark.parametrize(
    ("word", "meant"), [("migrat", "migrate"), ("docter", "doctor"), ("pln", "plan")]
)
def test_a_mistyped_command(stepdown: Stepdown, word: str, meant: str) -> None:
    said = stepdown(word)
    assert said.returncode == 2
    assert f"There is no command {word}" in said.stderr
    assert f"Did you mean `stepdown {meant}`?" in said.stderr


def test_a_folder_may_look_like_a_command(stepdown: Stepdown, tmp_path: Path) -> None:
    (tmp_path / "migrat").mkdir()
    assert "no command" not in stepdown(str(tmp_path / "migrat")).stderr


def test_nobody_is_asked_about_a_folder_that_is_not_there(stepdown: Stepdown) -> None:
    said = stepdown("no-such-folder-at-all")
    assert said.returncode == 2
    assert "There is no file or folder no-such-folder-at-all" in said.stderr


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
        ["--package", "libfoo1"],
        ["--package", "libfoo1=a;b"],
        ["--package", "libfoo1="],
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


BROKEN = {
    "not a Dockerfile": (b"# Title\n\nhello world\n", "unknown instruction"),
    "binary": (b"FROM node:24\0\n", "binary"),
    "empty": (b"", "no instruction"),
    "50 MB": (b"FROM node:24\n" + b"# filler\n" * 5_900_000, "bytes"),
    "heredoc": (b"FROM node:24\nRUN <<EOF\nabc\n", "heredoc"),
    "cycle": (b"FROM node:24 AS a\nCOPY --from=a /x /y\n", "itself"),
    "no FROM": (b"RUN true\n", "FROM"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_not_a_dockerfile(stepdown: Stepdown, tmp_path: Path, name: str) -> None:
    content, word = BROKEN[name]
    folder = make(tmp_path / "r", app__js=APP)
    (folder / "Dockerfile").write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "odd")
    before = git(folder, "status", "--porcelain"), git(folder, "for-each-ref")
    for words in (["migrate", folder, "--yes"], ["plan", folder], ["plan", folder, "--json"]):
        complains(stepdown(*words), 1, "Dockerfile", word, "hint:")
    assert (git(folder, "status", "--porcelain"), git(folder, "for-each-ref")) == before
    assert (folder / "Dockerfile").read_bytes() == content


def test_bytes_that_are_no_text_stay(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", app__js=APP)
    content = b'FROM node:24\n# caf\xe9\nCMD ["node", "app.js"]\n'
    (folder / "Dockerfile").write_bytes(content)
    assert "caf\\\\xe9" in stepdown("plan", folder, "--json").stdout
    command = [*PROGRAM, "plan", str(folder), "--format", "diff"]
    diff = subprocess.run(command, check=True, capture_output=True).stdout
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, check=True)
    after = (folder / "Dockerfile").read_bytes()
    assert b"\n# caf\xe9\n" in after
    assert after != content


def test_a_folder_for_a_dockerfile(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", app__js=APP)
    (folder / "Dockerfile").mkdir()
    complains(stepdown("plan", folder, "--file", "Dockerfile"), 2, "is a folder", "hint:")
    complains(stepdown("plan", folder), 3, "no Dockerfile", "hint:")


def test_an_unreadable_dockerfile(tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=NODE)
    (folder / "Dockerfile").chmod(0)
    said = subprocess.run(
        [*LIKE_A_USER, *PROGRAM, "plan", str(folder)], check=False, capture_output=True, text=True
    )
    complains(said, 1, "cannot be read", "Permission denied", "hint:")


@pytest.mark.parametrize("command", [["plan"], ["migrate", "--yes"]])
def test_a_path_outside_of_the_repository(
    stepdown: Stepdown, tmp_path: Path, command: list[str]
) -> None:
    folder = make(tmp_path / "r", app__js=APP)
    (tmp_path / "Dockerfile").write_text(NODE)
    complains(stepdown(*command, folder, "--file", "../Dockerfile"), 2, "outside", "hint:")
    (folder / "Dockerfile").symlink_to("../Dockerfile")
    complains(stepdown(*command, folder), 2, "outside", "hint:")


def test_a_record_that_is_none(stepdown: Stepdown, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("{}")
    complains(stepdown("report", tmp_path / "record.json"), 1)
    complains(stepdown("report", tmp_path / "missing.json"), 1)
