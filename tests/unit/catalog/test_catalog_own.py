"""Recipes of the user's own: merged, approved, and one clear error where they are wrong."""

from pathlib import Path

import pytest

from stepdown.errors import RecipeError
from stepdown.flow import catalog
from stepdown.flow.families import ended
from stepdown.model.image import ImageRef, Tier
from stepdown.model.ladder import locate
from stepdown.model.recipe import Catalog

NODE = """\
name = "node"
language = "node"
repositories = ["registry.example.com/base/node"]

[[rungs]]
tier = "slim"
image = "registry.example.com/base/node:{version}"
tags = '(?P<version>\\d+)'
libc = "glibc"
shell = true
package_manager = "apt"
interpreter = "/usr/local/bin/node"
release = "bookworm"
end_of_life = "2027-01-31"
reason = "The platform team's hardened node."
evidence = "The platform team, 2026-11."
"""
TEAM = """\
name = "team"
language = "python"
repositories = ["registry.example.com/base/python"]
interpreters = ["python3"]
bases = ["cc"]

[[rungs]]
tier = "full"
image = "registry.example.com/base/python:7"
tags = '7'
version = "3.12"
libc = "glibc"
shell = true
package_manager = "apt"
interpreter = "/usr/bin/python3"
reason = "The platform team's Python."
evidence = "The platform team, 2026-11."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def read(own: Path, **files: str) -> Catalog:
    for name, text in files.items():
        (own / f"{name}.toml").write_text(text, "utf-8")
    return catalog.with_own(own)


def test_a_known_family_gets_more_rungs(own: Path) -> None:
    loaded = read(own, node=NODE)
    node = next(one for one in loaded.families if one.name == "node")
    slim = [rung for rung in node.rungs if rung.tier is Tier.SLIM]
    assert [rung.approved for rung in slim] == [True, False, False]
    assert "node" in node.repositories
    assert "registry.example.com/base/node" in node.repositories
    assert node.interpreters == ("node", "nodejs")
    assert len(catalog.load().families) == len(loaded.families)


def test_a_new_family_stands_beside_the_others(own: Path) -> None:
    loaded = read(own, team=TEAM)
    place = locate(ImageRef.parse("registry.example.com/base/python:7"), loaded.families)
    assert place is not None
    assert (place.version, place.family.name) == ("3.12", "team")
    assert place.family.rungs[-1].image.startswith("gcr.io/distroless/cc")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('tier = "slim"', 'tier = "thin"', "$.rungs[0].tier"),
        ("shell = true", 'shell = "yes"', "$.rungs[0].shell"),
        ('reason = "The', 'reasons = "The', "reasons"),
        ("[[rungs]]", "[[rungs", "node.toml"),
        ('language = "node"', 'language = "node"\nbases = ["nothing"]', "no shared base nothing"),
    ],
)
def test_a_broken_file_is_named_with_the_place_of_the_fault(
    own: Path, old: str, new: str, words: str
) -> None:
    assert old in NODE
    with pytest.raises(RecipeError) as error:
        read(own, node=NODE.replace(old, new, 1))
    assert str(own / "node.toml") in error.value.brief
    assert words in error.value.brief


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("base/node:{version}", "base/node:{vers}", "unknown fields"),
        ("base/node:{version}", "BASE/node:{version}", "no image reference"),
        ('["registry.example.com/base/node"]', '["node"]', "image node is there 2 times"),
        ('["registry.example.com/base/node"]', '["a:b"]', "a:b is no name of a repository"),
        ("(?P<version>", "(?P<version", "does not compile"),
        ("2027-01-31", "31.1.2027", "31.1.2027 is no date"),
        ("2027-01-31", "2027-02-30", "2027-02-30 is no date"),
        ('"/usr/local/bin/node"', '"node"', "node is no absolute path"),
        ("shell = true", "shell = false", "a package manager needs a shell"),
        ('release = "book', 'expected_packages = 3\nrelease = "book', "in as_of"),
        ('release = "book', 'expected_packages = -3\nas_of = "2026"\nrelease = "book', "negative"),
        ('evidence = "The platform team, 2026-11."', 'evidence = ""', "evidence"),
    ],
)
def test_what_a_schema_cannot_see_is_told_with_family_and_image(
    own: Path, old: str, new: str, words: str
) -> None:
    assert old in NODE
    with pytest.raises(RecipeError) as error:
        read(own, node=NODE.replace(old, new, 1))
    assert str(own) in error.value.brief
    assert words in error.value.details


def test_a_family_without_rungs_is_no_family(own: Path) -> None:
    with pytest.raises(RecipeError) as error:
        read(own, x='name = "x"\nlanguage = ""\nrepositories = ["x"]\n')
    assert "family x: the rungs" in error.value.details


def test_a_folder_without_recipes_is_told(own: Path) -> None:
    with pytest.raises(RecipeError, match="no recipe"):
        catalog.with_own(own)
    with pytest.raises(RecipeError, match="no folder"):
        catalog.with_own(own / "missing")


def test_what_is_past_its_support_on_a_day(own: Path) -> None:
    loaded = read(own, node=NODE)
    image = "registry.example.com/base/node:{version}"
    assert not any(image in one for one in ended(loaded.families, "2027-01-31"))
    assert f"{image} got its last fixes on 2027-01-31." in ended(loaded.families, "2027-02-01")
    later = list(ended(loaded.families, "2029-01-01"))
    assert len(later) == len(set(later))
    assert any("node got its last fixes for 18 on 2025-04-30" in one for one in later)
