"""Fake forges and the adapters that talk to them."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from fakeforges.core import Fake, serving
from fakeforges.stage import KINDS, Clock, Stage
from stepdown.ports import Forge


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each forge in turn; whatever was not valid in a request fails the test in the end."""
    kind = request.param
    fake: Fake = getattr(import_module(f"fakeforges.{kind}"), KINDS[kind])()
    with serving(fake):
        yield Stage(kind, fake, Clock())
    assert fake.problems == []


@pytest.fixture
def forge(stage: Stage) -> Forge:
    return stage.forge()


@pytest.fixture
def fake(stage: Stage) -> Fake:
    return stage.fake
