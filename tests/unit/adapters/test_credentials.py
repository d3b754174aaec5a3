"""Credentials: the order in which they are looked for, and that nobody sees them."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepdown.adapters.credentials import Credential, Search, access, without_secret
from stepdown.adapters.redactor import MASK, Redactor
from stepdown.errors import ForgeError

GITHUB = "https://github.com/team/app.git"


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    """Nothing but these variables, no helpers of git's and no netrc."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / "netrc"),
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        **variables,
    }


def found(
    url: str, kind: str, env: dict[str, str], command: str = ""
) -> tuple[str, str, str] | None:
    credential = Search(url, kind, command=command, environment=env).find()
    return (credential.user, credential.token, credential.source) if credential else None


def test_the_order(tmp_path: Path) -> None:
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\necho username=hank\necho password=helped\n")
    helper.chmod(0o755)
    (tmp_path / "gitconfig").write_text(f'[credential]\n\thelper = "{helper}"\n')
    (tmp_path / "netrc").write_text("machine github.com login nora password netted\n")
    (tmp_path / "netrc").chmod(0o600)
    env = environment(
        tmp_path,
        STEPDOWN_TOKEN_COMMAND=f"{sys.executable} -c \"print('commanded')\"",
        STEPDOWN_GITHUB_TOKEN="own",
        GITHUB_TOKEN="pipeline",
        GH_TOKEN="gh",
    )
    order = []
    for gone in ("STEPDOWN_TOKEN_COMMAND", "STEPDOWN_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"):
        order.append(found(GITHUB, "github", env))
        del env[gone]
    order.append(found(GITHUB, "github", env))
    (tmp_path / "gitconfig").write_text("")
    order.append(found(GITHUB, "github", env))
    (tmp_path / "netrc").unlink()
    order.append(found(GITHUB, "github", env))
    assert order == [
        ("x-access-token", "commanded", "the token command"),
        ("x-access-token", "own", "STEPDOWN_GITHUB_TOKEN"),
        ("x-access-token", "pipeline", "GITHUB_TOKEN"),
        ("x-access-token", "gh", "GH_TOKEN"),
        ("hank", "helped", "git's credential helper"),
        ("nora", "netted", str(tmp_path / "netrc")),
        None,
    ]


@pytest.mark.parametrize(
    ("url", "kind", "variables", "user"),
    [
        ("https://gitlab.com/a/b.git", "gitlab", {"GITLAB_TOKEN": "t"}, "oauth2"),
        (
            "https://git.example/a/b.git",
            "gitlab",
            {"CI_JOB_TOKEN": "t", "CI_SERVER_URL": "https://git.example"},
            "gitlab-ci-token",
        ),
        ("https://codeberg.org/a/b.git", "forgejo", {"FORGEJO_TOKEN": "t"}, "oauth2"),
        ("https://bitbucket.org/a/b.git", "bitbucket", {"BITBUCKET_TOKEN": "t"}, "x-token-auth"),
        (
            "https://dev.azure.com/o/p/_git/r",
            "azure",
            {"SYSTEM_ACCESSTOKEN": "t", "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/"},
            "stepdown",
        ),
        (
            "https://github.corp.example/a/b.git",
            "github",
            {"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://github.corp.example"},
            "x-access-token",
        ),
    ],
)
def test_variables_of_forges_and_pipelines(
    tmp_path: Path, url: str, kind: str, variables: dict[str, str], user: str
) -> None:
    answer = found(url, kind, environment(tmp_path, **variables))
    assert answer is not None
    assert answer[:2] == (user, "t")


@pytest.mark.parametrize(
    ("url", "kind", "variables"),
    [
        ("https://github.evil.example/a/b.git", "github", {"GITHUB_TOKEN": "t"}),
        ("https://evil.example/a/b.git", "gitlab", {"GITLAB_TOKEN": "t"}),
        (
            "https://evil.example/a/b.git",
            "gitlab",
            {"CI_JOB_TOKEN": "t", "CI_SERVER_URL": "https://git.example"},
        ),
        (
            "https://github.com/a/b.git",
            "github",
            {"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://github.corp.example"},
        ),
    ],
)
def test_a_token_is_not_sent_to_another_server(
    tmp_path: Path, url: str, kind: str, variables: dict[str, str]
) -> None:
    search = Search(url, kind, environment=environment(tmp_path, **variables))
    assert search.find() is None
    assert any("does not get it" in reason for reason in search.passed)
    own = environment(tmp_path, **variables, **{f"STEPDOWN_{kind.upper()}_TOKEN": "own"})
    assert found(url, kind, own) is not None


def test_every_place_says_why_it_gave_nothing(tmp_path: Path) -> None:
    search = Search(GITHUB, "github", environment=environment(tmp_path))
    assert search.find() is None
    assert search.passed[0] == "STEPDOWN_GITHUB_TOKEN is not set"
    assert "credential helpers know nothing for github.com" in search.passed[-2]
    assert search.passed[-1] == f"there is no {tmp_path / 'netrc'}"
    (tmp_path / "netrc").write_text("machine other.example login a password b\n")
    again = Search(GITHUB, "github", environment=environment(tmp_path))
    again.find()
    assert "has nothing for github.com" in again.passed[-1]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false", "It ended with status 1."),
        ("sh -c 'echo locked >&2; exit 7'", "It ended with status 7.\nlocked"),
        ("no-such-program-anywhere", "It cannot be started: No such file or directory."),
        ("true", ""),
        ("echo 'open", "a quotation mark may be missing"),
    ],
)
def test_a_token_command_that_fails_is_an_error(tmp_path: Path, command: str, words: str) -> None:
    with pytest.raises(ForgeError, match="token command") as caught:
        found(GITHUB, "github", environment(tmp_path), command)
    assert words in caught.value.details


def test_git_gets_the_header_after_what_it_had(tmp_path: Path) -> None:
    given_before = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "Eve",
    }
    env = access(GITHUB, Credential("u", "t0ken", "test"), environment=given_before).env
    listed = subprocess.run(
        ["git", "config", "--get-urlmatch", "http.extraHeader", GITHUB],
        capture_output=True,
        text=True,
        check=True,
        env={**environment(tmp_path), **given_before, **env},
    )
    assert listed.stdout == f"Authorization: Basic {b64encode(b'u:t0ken').decode()}\n"
    name = subprocess.run(
        ["git", "config", "user.name"],
        capture_output=True,
        text=True,
        check=True,
        env={**environment(tmp_path), **given_before, **env},
    )
    assert name.stdout == "Eve\n"


def test_ssh_has_its_own_keys() -> None:
    assert access("git@github.com:team/app.git", Credential("u", "token", "test")).env == {}
    assert access(GITHUB, None).env == {}


def test_a_password_in_a_remotes_url_is_taken_out_of_it() -> None:
    bare, credential = without_secret("https://ada:s%2Fecret@git.example:8443/a/b.git")
    assert bare == "https://git.example:8443/a/b.git"
    assert credential is not None
    assert (credential.user, credential.token) == ("ada", "s/ecret")
    assert "ecret" not in repr(credential)
    assert without_secret("https://ada@git.example/a.git") == ("https://git.example/a.git", None)
    assert without_secret("git@git.example:a/b.git") == ("git@git.example:a/b.git", None)


def test_known_secrets_are_masked_in_every_form() -> None:
    secret = "gh/p+s3cret token"
    redactor = Redactor((secret, f"robot:{secret}"))
    basic = b64encode(f"robot:{secret}".encode()).decode()
    texts = (secret, quote(secret, safe=""), quote(secret), basic, f"Basic {basic}")
    for text in texts:
        cleaned = redactor.clean(f"before {text} after")
        assert cleaned.startswith("before ")
        assert cleaned.endswith(" after")
        assert "s3cret" not in cleaned
        assert MASK in cleaned


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_a_secret_inside_of_base64_is_masked(before: bytes, after: bytes) -> None:
    secret = "a-long-enough-secret"
    text = b64encode(before + secret.encode() + after).decode()
    cleaned = Redactor((secret,)).clean(text)
    assert MASK in cleaned
    assert b64encode(secret.encode()).decode()[2:-4] not in cleaned


def test_an_error_is_cleaned_on_its_way() -> None:
    redactor = Redactor(("s3cret-token",))
    with pytest.raises(ForgeError) as caught, redactor.errors():
        raise ForgeError("No s3cret-token.", details="at s3cret-token", hint="s3cret-token")
    error = caught.value
    assert "s3cret" not in f"{error}{error.brief}{error.details}{error.hint}{error.args}"


def test_short_words_are_no_secrets() -> None:
    assert Redactor(("", "a", "abc")).clean("an abc of a") == "an abc of a"
