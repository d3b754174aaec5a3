"""The recipes that are shipped, and how faulty ones are refused."""

import shutil
from pathlib import Path

import pytest

import stepdown
from stepdown.errors import RecipeError
from stepdown.flow import catalog
from stepdown.model.image import ImageRef, PackageManager, Tier
from stepdown.model.ladder import glibc, image_name, locate
from stepdown.model.recipe import Catalog, RemedyKind, Rung

RECIPES = Path(stepdown.__file__).parent / "recipes"


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECIPES, tmp_path / "recipes"))


def _load() -> Catalog:
    return catalog.load()


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_recipes_are_sound() -> None:
    loaded = _load()
    assert list(catalog.check(loaded)) == []
    assert {family.name for family in loaded.families} == {
        *("alpine", "buildpack-deps", "bun", "busybox", "debian", "golang", "java", "nginx"),
        *("dotnet", "dotnet-deps", "dotnet-runtime", "node", "php", "python", "ruby", "rust"),
        "ubuntu",
    }
    assert len(loaded.packages) > 250
    assert len(loaded.breakages) > 40
    assert loaded.classes
    assert _load() is loaded


def _examples(rung: Rung) -> set[str]:
    """Names that the rung's template makes, with some version, release or variant of its kind."""
    versions = rung.versions or ("24", "26", "3.13", "1.24", "8.3", "21")
    filled = {
        image_name(rung, version, release, variant)
        for version in versions
        for release in ("", "bookworm", "noble")
        for variant in ("", "fpm")
    }
    return {name for name in filled if name}


def test_every_image_of_a_family_is_found_again_on_its_rung() -> None:
    families = _load().families
    for family in families:
        for rung in (one for one in family.rungs if one.tags):
            names = _examples(rung)
            places = [locate(ImageRef.parse(name), families) for name in names]
            assert any(p is not None and p.rung.tags == rung.tags for p in places) or (
                # Its repository belongs to another family, which has the rung as well.
                ImageRef.parse(rung.image).repository not in family.repositories
            ), names


def test_every_image_reference_parses() -> None:
    for family in _load().families:
        for rung in family.rungs:
            assert _examples(rung), rung.image
            for name in _examples(rung):
                assert ImageRef.is_valid(name), name


def test_rungs_are_what_their_tier_says() -> None:
    for family in _load().families:
        for rung in family.rungs:
            assert rung.shell or rung.package_manager is PackageManager.NONE
            if not rung.vendor:
                assert rung.shell == (rung.tier.rank < Tier.DISTROLESS.rank), rung.image
            assert rung.evidence.endswith(".")
            assert rung.reason.endswith(".")
            assert not rung.withheld or rung.withheld.endswith(".")


def test_only_distroless_images_that_are_still_built_are_proposed() -> None:
    offered = {
        rung.image
        for family in _load().families
        for rung in family.rungs
        if "gcr.io/distroless/" in rung.image and not rung.withheld
    }
    assert offered == {
        "gcr.io/distroless/nodejs{version}-debian13:nonroot",
        "gcr.io/distroless/python3-debian13:nonroot",
        "gcr.io/distroless/java{version}-debian13:nonroot",
        "gcr.io/distroless/cc-debian13:nonroot",
        "gcr.io/distroless/static-debian13:nonroot",
    }


def test_releases_know_their_c_library() -> None:
    releases = _load().releases
    assert glibc("bookworm", releases) == (2, 36)
    assert glibc("12.8", releases) == glibc("bookworm-20241202", releases) == (2, 36)
    assert glibc("24.04", releases) == glibc("noble", releases) == (2, 39)
    assert glibc("3.23", releases) is None
    assert glibc("", releases) is glibc("unheard", releases) is None


def test_words_for_people_are_sentences() -> None:
    for breakage in _load().breakages:
        assert not breakage.title.endswith("."), breakage.id
        assert breakage.cause.endswith("."), breakage.id
        assert breakage.cause.count(". ") <= 2, breakage.id
        for remedy in breakage.remedies:
            assert remedy.text[-1] in ".`]", remedy.text


def test_no_remedy_is_a_shim_or_a_step_back_in_safety() -> None:
    for breakage in _load().breakages:
        for remedy in breakage.remedies:
            assert not {"gcompat", "libc6-compat"} & {*remedy.apk, *remedy.apt}
            asked = (RemedyKind.ADVICE, RemedyKind.COPY_PROGRAMS, RemedyKind.THREAD_STACK)
            assert not (remedy.safe and remedy.kind in asked)


def test_packages_without_an_equivalent_are_unknown_and_not_dropped() -> None:
    packages = {package.debian: package for package in _load().packages}
    for name in ("systemd", "gcc-multilib", "python", "mysql-server"):
        assert name not in packages
    assert packages["netbase"].alpine == ()
    assert packages["build-essential"].alpine == ("build-base",)
    assert packages["libssl3"].alpine == ("libssl3", "libcrypto3")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("families/node.toml", 'language = "node"', 'lingo = "node"', "lingo"),
        ("families/node.toml", 'tier = "slim"', 'tier = "thin"', "thin"),
        ("families/node.toml", "[[rungs]]", "[[rungs", "node.toml"),
        ("breakages/node.toml", "specific = 28", 'specific = "high"', "specific"),
        ("classes.toml", "[[classes]]", "[[klasses]]", "klasses"),
        ("packages/debian-alpine.tsv", "debian\talpine", "debian\tgentoo", "columns"),
        ("packages/debian-alpine.tsv", "curl\tcurl\tcommand curl", "curl\tcurl", "line"),
        ("packages/debian-alpine.tsv", "curl\tcurl\tcommand curl", "curl\tcurl\tx\ty\tz", "line"),
    ],
)
def test_a_file_that_breaks_its_schema_is_named(
    recipes: Path, file: str, old: str, new: str, words: str
) -> None:
    _change(recipes / file, old, new)
    with pytest.raises(RecipeError) as error:
        catalog.read(recipes)
    assert str(recipes / file) in error.value.brief
    assert words in error.value.brief


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("families/node.toml", 'name = "node"', 'name = "python"', "family python is there 2"),
        ("families/node.toml", '  "node",', '  "python",', "image python is there 2"),
        ("families/node.toml", 'tier = "full"', 'tier = "scratch"', "order of the ladder"),
        ("families/node.toml", "node:{version}-alpine", "node:{lts}-alpine", "unknown fields"),
        ("families/node.toml", "alpine(?P<release>3", "alpine(?P<release>(3", "does not compile"),
        ("breakages/node.toml", 'id = "I01"', 'id = "I02"', "breakage I02 is there 2"),
        ("breakages/node.toml", "'gyp ERR! find Python'", "'gyp ERR! ('", "does not compile"),
        ("packages/debian-alpine.tsv", "git\tgit", "curl\tgit", "package curl is there 2"),
    ],
)
def test_recipes_that_contradict_themselves_are_refused(
    recipes: Path, file: str, old: str, new: str, words: str
) -> None:
    _change(recipes / file, old, new)
    with pytest.raises(RecipeError) as error:
        catalog.read(recipes)
    assert words in error.value.details


def test_a_breakage_needs_a_remedy_that_fits_its_kind(recipes: Path) -> None:
    more = recipes / "breakages" / "more.toml"
    more.write_text(
        '[[breakages]]\nid = "X1"\ntitle = "x"\ncause = "x"\nremedies = []\n'
        '[[breakages]]\nid = "X2"\ntitle = "x"\ncause = "x"\n'
        'remedies = [{ kind = "add_packages", text = "x" }]\n',
        "utf-8",
    )
    with pytest.raises(RecipeError) as error:
        catalog.read(recipes)
    assert "X1: it has no remedy" in error.value.details
    assert "X2: packages and the kind" in error.value.details


@pytest.mark.parametrize(
    ("remedy", "words"),
    [
        ('kind = "copy_files", paths = ["/etc/x"]', "packages and the kind"),
        ('kind = "replace_words"', "the words and the kind"),
        ('kind = "advice", environment = { A = "1" }', "the environment and the kind"),
        ('kind = "advice", evidence = "x"', "not for a recipe to say"),
        ('kind = "copy_programs", safe = true', "never applied unasked"),
        ('kind = "add_packages", apk = ["gcompat"], safe = true', "never applied unasked"),
    ],
)
def test_a_remedy_says_what_its_kind_needs(recipes: Path, remedy: str, words: str) -> None:
    (recipes / "breakages" / "more.toml").write_text(
        '[[breakages]]\nid = "X1"\ntitle = "x"\ncause = "x"\n'
        f'remedies = [{{ text = "x", {remedy} }}]\n',
        "utf-8",
    )
    with pytest.raises(RecipeError) as error:
        catalog.read(recipes)
    assert words in error.value.details


def test_a_missing_folder_is_a_fault_of_the_recipes(recipes: Path) -> None:
    (recipes / "classes.toml").unlink()
    with pytest.raises(RecipeError, match=r"classes\.toml"):
        catalog.read(recipes)
