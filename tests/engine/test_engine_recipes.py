"""The recipes against the images themselves, as far as the lab has them."""

from pathlib import Path

import pytest

from stepdown import discover
from stepdown.adapters.engine import DockerEngine
from stepdown.build import requests
from stepdown.flow import catalog
from stepdown.measure import read_rootfs
from stepdown.model.facts import Facts
from stepdown.model.plan import Candidate, Policy
from stepdown.model.trial import Built
from stepdown.propose import propose, reality

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine


def candidate(base: str, image: str) -> Candidate:
    recipes = catalog.load()
    target = discover.target(
        f"FROM {base}\n",
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    found, _ = propose(target, Facts(), recipes.families, Policy(base=image))
    return found[0]


@pytest.mark.parametrize(
    ("base", "image"),
    [
        ("node:24", "node:24-slim"),
        ("node:24", "node:24-alpine"),
        ("node:24", "gcr.io/distroless/nodejs24-debian13:nonroot"),
        ("python:3.13", "python:3.13-slim"),
        ("python:3.13", "python:3.13-alpine"),
        ("python:3.13", "gcr.io/distroless/python3-debian13:nonroot"),
        ("debian:bookworm", "debian:bookworm-slim"),
        ("debian:bookworm", "alpine:3.23"),
        ("debian:bookworm", "gcr.io/distroless/cc-debian13:nonroot"),
        ("debian:bookworm", "gcr.io/distroless/static-debian13:nonroot"),
    ],
)
def test_a_recipe_says_what_is_there(
    engine: DockerEngine, context: Path, base: str, image: str
) -> None:
    wanted = candidate(base, image)
    built = engine.build(requests.base("recipe", image, str(context)), lambda _: None)
    assert isinstance(built, Built)
    real = reality.read(read_rootfs(engine, built.image), engine.inspect(built.image), wanted)
    assert reality.disagreements(wanted, real) == ()
    if image.startswith(("node", "gcr.io/distroless/nodejs")):
        assert real.version.startswith("24.")
    if "python" in image:
        assert real.version.startswith("3.13.")
