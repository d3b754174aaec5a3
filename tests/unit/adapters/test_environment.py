"""What child processes get of our environment."""

import pytest

from stepdown.adapters.environment import inherited

SECRETS = (
    *("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "STEPDOWN_GITEA_TOKEN"),
    *("AWS_SECRET_ACCESS_KEY", "NPM_TOKEN", "PGPASSWORD", "BUILDX_TOKEN", "XDG_SECRET", "ANYTHING"),
)


def test_no_token_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("DOCKER_HOST", "unix:///x")
    monkeypatch.setenv("https_proxy", "http://proxy")
    found = inherited()
    assert "s3cret" not in found.values()
    assert (found["DOCKER_HOST"], found["https_proxy"]) == ("unix:///x", "http://proxy")
    assert "PATH" in found


def test_what_is_named_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "s3cret")
    assert inherited(("GH_TOKEN", "NOT_THERE"))["GH_TOKEN"] == "s3cret"
    assert "NOT_THERE" not in inherited(("NOT_THERE",))
