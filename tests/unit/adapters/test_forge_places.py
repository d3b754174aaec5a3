"""Which forge a remote belongs to, and how it is opened."""

import subprocess
import sys
from textwrap import dedent

import pytest

from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.opening import open_directory, open_forge
from stepdown.adapters.forges.place import place
from stepdown.errors import ForgeError

REMOTES = [
    ("https://github.com/acme/app.git", "github", "https://github.com", "acme/app"),
    ("https://github.com/acme/app", "github", "https://github.com", "acme/app"),
    ("https://me:secret@github.com/acme/app/", "github", "https://github.com", "acme/app"),
    ("git@github.com:acme/app.git", "github", "https://github.com", "acme/app"),
    ("github.example.org:acme/app", "github", "https://github.example.org", "acme/app"),
    ("ssh://git@gitlab.acme.org:2222/a/b/c.git", "gitlab", "https://gitlab.acme.org", "a/b/c"),
    ("https://gitlab.com/a/b/c/d.git", "gitlab", "https://gitlab.com", "a/b/c/d"),
    ("https://codeberg.org/a/b.git", "gitea", "https://codeberg.org", "a/b"),
    ("https://git-forgejo.x.org:3000/a/b", "gitea", "https://git-forgejo.x.org:3000", "a/b"),
    ("git@bitbucket.org:acme/app.git", "bitbucket", "https://bitbucket.org", "acme/app"),
    ("https://bitbucket.x.de/scm/acme/r.git", "bitbucketdc", "https://bitbucket.x.de", "acme/r"),
    ("https://stash.x.de/g/scm/~me/r.git", "bitbucketdc", "https://stash.x.de/g", "~me/r"),
    ("ssh://git@stash.x.org:7999/acme/app.git", "bitbucketdc", "https://stash.x.org", "acme/app"),
    ("https://o@dev.azure.com/o/P%20x/_git/r", "azure", "https://dev.azure.com/o", "P x/r"),
    ("https://dev.azure.com/o/_git/r", "azure", "https://dev.azure.com/o", "r/r"),
    ("git@ssh.dev.azure.com:v3/o/p/r", "azure", "https://dev.azure.com/o", "p/r"),
    ("https://o.visualstudio.com/p/_git/r", "azure", "https://o.visualstudio.com", "p/r"),
    ("https://o.visualstudio.com/_git/r", "azure", "https://o.visualstudio.com", "r/r"),
    ("https://pagure.io/app.git", "pagure", "https://pagure.io", "app"),
    ("ssh://git@pagure.io/forks/me/ns/app.git", "pagure", "https://pagure.io", "fork/me/ns/app"),
]  # fmt: skip


@pytest.mark.parametrize(("remote", "kind", "root", "name"), REMOTES)
def test_a_remote_tells_its_place(remote: str, kind: str, root: str, name: str) -> None:
    found = place(remote)
    assert (found.kind, found.root, found.name) == (kind, root, name)


def test_kind_and_root_can_be_told() -> None:
    found = place("git@code.acme.org:team/app.git", "gitea", "https://acme.org/git/")
    assert (found.kind, found.root, found.name) == ("gitea", "https://acme.org/git", "team/app")
    tfs = place("https://tfs.acme.org/tfs/Main/shop/_git/app", "azure")
    assert (tfs.root, tfs.name) == ("https://tfs.acme.org/tfs/Main", "shop/app")


@pytest.mark.parametrize(
    ("remote", "kind", "words"),
    [
        ("https://code.acme.org/a/b.git", "", "Which forge"),
        ("/srv/git/app.git", "", "Which forge"),
        ("file:///srv/git/app.git", "", "Which forge"),
        ("https://github.com/acme", "", "names no repository"),
        ("http://gitlab.acme.org/a/b.git", "", "not encrypted"),
        ("https://github.com/a/b", "sourcehut", "Which forge"),
        ("https://me:geheim@github.com/acme", "", "names no repository"),
    ],
)
def test_what_is_no_place(remote: str, kind: str, words: str) -> None:
    with pytest.raises(ForgeError) as caught:
        place(remote, kind)
    assert words in caught.value.brief
    assert caught.value.hint
    assert "geheim" not in caught.value.brief + caught.value.details


def test_a_directory_needs_an_address() -> None:
    with pytest.raises(ForgeError, match="address"):
        open_directory("azure", Login("t"))
    with pytest.raises(ForgeError, match="not encrypted"):
        open_directory("gitea", Login("t"), root="http://git.acme.org")


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_missing_extra_is_named(kind: str) -> None:
    said = _python(
        f"""
        import sys
        sys.modules[{kind!r}] = None
        from stepdown.adapters.forges.opening import Login, open_forge
        from stepdown.errors import ForgeError
        try:
            open_forge("https://{kind}.com/a/b", Login("t"))
        except ForgeError as fault:
            print(fault.hint)
        """
    )
    assert said == f'Install it with: pip install "stepdown[{kind}]"\n'


def test_no_library_is_imported_before_it_is_needed() -> None:
    said = _python(
        """
        import sys
        import stepdown.adapters.forges.opening
        print(sorted({"github", "gitlab", "httpx", "requests"} & set(sys.modules)))
        """
    )
    assert said == "[]\n"


def test_a_login_shows_nothing() -> None:
    login = Login("s3cret/+x", "me")
    assert "s3cret" not in repr(login) + str(login)
    assert login.conceal(f"a s3cret/+x b s3cret%2F%2Bx {login.basic()}") == "a *** b *** Basic ***"
    assert Login("").conceal("nothing to hide") == "nothing to hide"


def test_opening_asks_nothing() -> None:
    for remote, kind, _, _ in REMOTES:
        assert open_forge(remote, Login("t")).body_limit > 0, kind


def _python(text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", dedent(text)], capture_output=True, text=True, check=True
    )
    return done.stdout
