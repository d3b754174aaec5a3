"""Bases that no recipe knows, and what they are made from."""

import pytest

from stepdown import discover
from stepdown.errors import UnknownBaseError
from stepdown.flow import catalog, migrate
from stepdown.flow.unknown import alike, distribution
from stepdown.model.facts import Facts
from stepdown.model.image import ImageRef
from stepdown.model.ladder import locate
from stepdown.model.plan import Plan, Policy
from stepdown.model.recipe import Catalog

TEAM = "registry.example.com:5000/team/base:7"


@pytest.mark.parametrize(
    ("os_release", "image"),
    [
        ({"ID": "debian", "VERSION_CODENAME": "bookworm", "VERSION_ID": "12"}, "debian:bookworm"),
        ({"ID": "debian", "VERSION_ID": "12"}, "debian:12"),
        ({"ID": "ubuntu", "VERSION_ID": "24.04", "ID_LIKE": "debian"}, "ubuntu:24.04"),
        ({"ID": "alpine", "VERSION_ID": "3.22.1"}, "alpine:3.22"),
        ({"ID": "linuxmint", "VERSION_ID": "22", "ID_LIKE": "ubuntu debian"}, ""),
        ({"ID": "debian"}, ""),
        ({}, ""),
    ],
)
def test_which_distribution_it_is(os_release: dict[str, str], image: str) -> None:
    assert distribution(os_release) == image


def known_as(like: str, image: str = TEAM) -> Catalog:
    recipes = catalog.load()
    place = locate(ImageRef.parse(like), recipes.families)
    assert place is not None
    return alike(recipes, ImageRef.parse(image), place, "It says so.")


def planned(recipes: Catalog, base: str = TEAM) -> Plan:
    target = discover.target(
        f'FROM {base}\nCOPY a /a\nCMD ["/a"]\n',
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    return migrate.plan(target, Facts(), recipes, Policy())


def images(plan: Plan) -> list[str]:
    return [step.candidate.image for step in plan.steps]


def test_without_knowing_more_it_is_refused() -> None:
    with pytest.raises(UnknownBaseError, match="team/base"):
        planned(catalog.load())


def test_a_debian_of_ones_own_steps_down_like_debian() -> None:
    plan = planned(known_as("debian:bookworm"))
    assert images(plan) == [
        "debian:bookworm",
        "debian:bookworm-slim",
        "alpine:3.23",
        "gcr.io/distroless/cc-debian13:nonroot",
    ]
    assert plan.target.base == TEAM
    assert plan.target.release == "bookworm"


def test_the_release_of_the_image_below_counts() -> None:
    plan = planned(known_as("ubuntu:26.04"))
    assert images(plan) == ["ubuntu:26.04", "alpine:3.23"]
    assert any("older than that of the present base" in one.reason for one in plan.skipped)


def test_a_runtime_keeps_its_version() -> None:
    plan = planned(known_as("python:3.12-slim-bookworm"))
    assert images(plan) == ["python:3.12-slim-bookworm", "python:3.12-alpine"]
    assert any("no such image for python 3.12" in one.reason for one in plan.skipped)
    assert plan.target.version == "3.12"


def test_a_digest_and_a_variant_are_no_hindrance() -> None:
    image = f"registry.example.com/php@sha256:{'0' * 64}"
    plan = planned(known_as("php:8.3-fpm", image), image)
    assert images(plan) == ["php:8.3-fpm", "php:8.3-fpm-alpine"]
