"""The table of package names: what a row may say, and what the shipped rows do say."""

import shutil
from pathlib import Path

import pytest

import stepdown
from stepdown.errors import RecipeError
from stepdown.flow import catalog

RECIPES = Path(stepdown.__file__).parent / "recipes"
TABLE = "packages/debian-alpine.tsv"
NAMES = {package.debian: package for package in catalog.load().packages}


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECIPES, tmp_path / "recipes"))


def test_there_are_enough_rows() -> None:
    assert len(NAMES) >= 700
    by_hand = [package for package in NAMES.values() if package.how == "hand"]
    assert len(by_hand) < len(NAMES) / 5


@pytest.mark.parametrize(
    ("debian", "alpine"),
    [
        ("libssl3", "libssl3 libcrypto3"),
        ("libssl3t64", "libssl3 libcrypto3"),
        ("libicu72", "icu-libs"),
        ("libicu76", "icu-libs"),
        ("libpq5", "libpq"),
        ("libasound2", "alsa-lib"),
        ("libasound2t64", "alsa-lib"),
        ("default-libmysqlclient-dev", "mariadb-connector-c-dev"),
        ("golang-go", "go"),
        ("r-base", "R"),
        ("r-base-dev", "R R-dev build-base"),
        ("netbase", ""),
    ],
)
def test_names_that_differ(debian: str, alpine: str) -> None:
    assert NAMES[debian].alpine == tuple(alpine.split())


@pytest.mark.parametrize(
    "name",
    [
        *("cron", "default-jdk", "gcc-multilib", "lib32z1", "libncurses5", "mysql-server"),
        *("php", "php-curl", "python", "systemd"),
    ],
)
def test_what_has_no_equal_is_left_out(name: str) -> None:
    assert name not in NAMES


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\nzsh\tzsh\tcommand zsh", "\nzsh\tzsh\tknown", "zsh: known is no way to know a name"),
        ("\nzsh\tzsh\tcommand zsh", "\nzsh\tzsh\tcommand", "zsh: command is no way to know a name"),
        ("\nzsh\tzsh", "\nzsh\tZ,sh", "Z,sh is no name of Alpine's"),
        ("\nzsh\tzsh", "\nzsh\t-sh", "-sh is no name of Alpine's"),
        ("\nzsh\tzsh", "\nzsh\tzsh~sh", "zsh~sh is no name of Alpine's"),
        ("\nzsh\tzsh", "\nzsh\tzsh zsh", "zsh: it has a name twice"),
        ("\nzsh\tzsh", "\nZsh\tzsh", "Zsh: that is no name of Debian's"),
        ("\nzsh\tzsh", "\nabc\tzsh", "not in the order"),
        ("\nzsh\tzsh", "\nzstd\tzsh", "package zstd is there 2 times"),
    ],
)
def test_a_faulty_row_is_refused(recipes: Path, old: str, new: str, words: str) -> None:
    file = recipes / TABLE
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RecipeError) as error:
        catalog.read(recipes)
    assert words in error.value.details
