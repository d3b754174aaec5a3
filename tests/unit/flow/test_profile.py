"""Profiles: how they travel, and what they bound."""

import pytest

from stepdown.model.plan import BuildSecret, Policy
from stepdown.model.profile import TRUSTED, UNTRUSTED, read, written


def test_there_and_back() -> None:
    text = written("untrusted", network="none", cgroup="/builds", free=10)
    profile = read(text)
    assert profile.builds is not None
    assert (profile.builds.network, profile.builds.cgroup, profile.free) == ("none", "/builds", 10)
    assert profile.tests == UNTRUSTED.tests
    assert read("untrusted") == UNTRUSTED
    assert read(written("trusted", free=1)).builds is None
    with pytest.raises(KeyError):
        read("anything")


def test_policies_are_bounded() -> None:
    policy = Policy(build_timeout=9999, test_timeout=9999, secrets=(BuildSecret(id="x", env="X"),))
    bounded = UNTRUSTED.bounded(policy)
    assert (bounded.build_timeout, bounded.test_timeout, bounded.secrets) == (1200, 600, ())
    assert UNTRUSTED.bounded(Policy(build_timeout=5)).build_timeout == 5
    assert TRUSTED.bounded(policy) is policy
