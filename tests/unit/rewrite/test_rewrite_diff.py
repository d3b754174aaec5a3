"""The diff that is made from edits: applied by git, it gives the edited file."""

import random
import subprocess
from pathlib import Path

import pytest

from stepdown.dockerfile import apply
from stepdown.model.plan import Edit
from stepdown.rewrite.diff import unified

PIECES = ("a", "b\n", "c\n", "\n", "d", "e\n", "f\r\n")


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(start=start, end=end, text=text, line=1, fixer="f", reason="r")


def by_chance(chance: random.Random) -> tuple[str, list[Edit]]:
    text = "x\n" + "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 40)))
    places = sorted(chance.randint(0, len(text)) for _ in range(2 * chance.randint(1, 4)))
    pairs = zip(places[::2], places[1::2], strict=True)
    news = "".join(chance.choice(("", *PIECES)) for _ in range(chance.randint(0, 3)))
    return text, [edit(start, end, news) for start, end in pairs]


@pytest.mark.parametrize("seed", range(40))
def test_git_applies_it(tmp_path: Path, seed: int) -> None:
    before, edits = by_chance(random.Random(seed))
    after = apply(before, edits)
    diff = unified("Dockerfile", before, edits)
    if after == before or not after:
        return
    file = tmp_path / "Dockerfile"
    file.write_bytes(before.encode())
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=tmp_path, input=diff.encode(), check=True)
    assert file.read_bytes() == after.encode()


def test_hunks() -> None:
    before = "".join(f"{number}\n" for number in range(1, 21))
    edits = [edit(2, 4, "two\n"), edit(0, 0, "zero\n"), edit(len(before) - 1, len(before), "")]
    assert unified("a b", before, edits) == (
        "--- a/a b\t\n+++ b/a b\t\n"
        "@@ -1,5 +1,6 @@\n+zero\n 1\n-2\n+two\n 3\n 4\n 5\n"
        "@@ -17,4 +18,4 @@\n 17\n 18\n 19\n-20\n+20\n\\ No newline at end of file\n"
    )


def test_nothing_changed() -> None:
    assert unified("f", "a\nb\n", ()) == ""
    assert unified("f", "a\nb\n", [edit(0, 2, "a\n")]) == ""
